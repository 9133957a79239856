import type { Pair } from '../../core/config/config.ts';
import type { VipSighting } from '../../core/evidence/sighting.ts';
import type { NodeName, PairName } from '../../core/names.ts';

/** EC2: where the VIP is, and the few things we may change there. */
export interface VipPort {
  /**
   * Where the VIP of each pair is, and how its instances are; blind where EC2 has not answered within that time. Never throws.
   * @param limitMs milliseconds. Default: time for two attempts.
   */
  locate(pairs: readonly Pair[], limitMs?: number): Promise<ReadonlyMap<PairName, VipSighting>>;
  /**
   * Reassigns the pair's VIP to the ENI of `to`, and waits until EC2 shows it there (at most 10 s).
   * Refuses (`kind: 'refused'`), before any call, a node that the pair does not have: IAM cannot.
   */
  assign(pair: Pair, to: NodeName): Promise<void>;
  /** Puts the node's ENI into the quarantine group alone. Gives back the groups it had. */
  isolate(pair: Pair, node: NodeName): Promise<readonly string[]>;
  /** Gives the node's ENI these security groups. */
  release(pair: Pair, node: NodeName, groups: readonly string[]): Promise<void>;
  /** Stops the instance with Force and SkipOsShutdown, and waits until it is `stopping` or `stopped`. */
  stopInstance(pair: Pair, node: NodeName): Promise<void>;
}
