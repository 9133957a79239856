/** MySQL, as watch asks for it: looks, and the commands of plans. */
import type { Pair } from '../../core/config/config.ts';
import type { Replica } from '../../core/config/replica-settings.ts';
import type { ServerFacts } from '../../core/doctor/facts.ts';
import type { ChainReplica, Fed, Repointed } from '../../core/evidence/chain.ts';
import type {
  Answered,
  Attaching,
  CaughtUp,
  Closed,
  Detached,
  DetachedThreads,
  Obstacle,
} from '../../core/evidence/probe-results.ts';
import type { Position, Report } from '../../core/evidence/sighting.ts';
import type { NodeName, PairName, Vantage } from '../../core/names.ts';
import type { LookOrder } from '../../core/pair/look-order.ts';

/** One pair to look at. */
export interface LookTarget {
  readonly pair: Pair;
  /** The node whose look commits the heartbeat row. */
  readonly holder: NodeName | null;
  /** What watch last saw from this vantage (`fingerprint`); null to be answered at once. */
  readonly seen: string | null;
  /** How it is to be looked at. A look at several pairs stays open while all their orders allow. */
  readonly order: LookOrder;
}

/** Where catching up ends. */
export interface CatchUpGoal {
  /** The position in the source's history to reach; null: all that was received. */
  readonly upTo: Position | null;
  /** Who the source is (`Server.identity`), so that only its channel counts; null when it was never seen. */
  readonly source: string | null;
}

/** MySQL, through the probe functions. */
export interface DatabasePort {
  readonly vantages: readonly Vantage[];
  /**
   * Looks at every target from the vantage. A look that may stay open is answered as soon as a target differs from its
   * `seen`, else when the time of its order is over. Never throws: a vantage that fails is `blind`. An aborted
   * look is answered at once, as blind.
   */
  look(
    vantage: Vantage,
    targets: readonly LookTarget[],
    signal?: AbortSignal,
  ): Promise<ReadonlyMap<PairName, Report>>;
  /**
   * Makes the node take no writes: `super_read_only` (`read_only` on MariaDB and 5.6), and ends the application's
   * connections, never replication's or our own; then reads the position. `kills` says when connections are ended:
   * `to-close`, also while the order waits for them; `once-closed`, only when the node is closed for certain. Fails as
   * `unsuccessful`, with nothing left pending, when a session keeps it open: the message names that session.
   */
  close(pair: Pair, node: NodeName, kills: 'to-close' | 'once-closed', limitMs: number): Promise<Closed>;
  /** Makes the node take writes. Gives back whether it did already. */
  open(pair: Pair, node: NodeName, limitMs: number): Promise<{ readonly wasWritable: boolean }>;
  /** Waits until the node has reached the goal. */
  catchUp(pair: Pair, node: NodeName, goal: CatchUpGoal, limitMs: number): Promise<CaughtUp>;
  /**
   * Stops receiving from the source (its identity; null: the pair's other node), for good if it can: until `attach`. What
   * was received stays, and is applied, unless `both` threads are to stop.
   */
  detach(
    pair: Pair,
    node: NodeName,
    source: string | null,
    threads: DetachedThreads,
    limitMs: number,
  ): Promise<Detached>;
  /**
   * Starts the channel from the source again. Gives back whether it ran already. `afresh`: succeeds when it is connected.
   * @default as-it-is
   */
  attach(
    pair: Pair,
    node: NodeName,
    source: string | null,
    limitMs: number,
    attaching?: Attaching,
  ): Promise<{ readonly wasRunning: boolean }>;
  /**
   * Connects the node's channel from the source (its identity; null: the pair's other node) anew, and says whether the source
   * answers, if only to refuse it. Fails as `unsuccessful` where there is none that runs.
   */
  reconnect(
    pair: Pair,
    node: NodeName,
    source: string | null,
    limitMs: number,
  ): Promise<{ readonly answers: boolean }>;
  /**
   * Makes the node's channel from the pair's other node, with the replication account of the parameter store, and starts it.
   * Where there is one from there already, it is only started.
   */
  replicate(pair: Pair, node: NodeName, limitMs: number): Promise<void>;
  /** The sessions that would keep the node open, or lose much work if they were killed. Changes nothing. */
  inspect(pair: Pair, node: NodeName, limitMs: number): Promise<readonly Obstacle[]>;
  /** What doctor judges: settings, channels, rights; with `full`, the lists of tables too. Changes nothing. */
  examine(pair: Pair, node: NodeName, depth: 'quick' | 'full', limitMs: number): Promise<ServerFacts>;
  /** Which source a chain replica follows, and how it fares. Changes nothing. */
  replica(pair: Pair, replica: Replica, limitMs: number): Promise<ChainReplica>;
  /** The replicas that the node feeds, but for the pair's other node. Changes nothing. */
  feeds(pair: Pair, node: NodeName, limitMs: number): Promise<readonly Fed[]>;
  /**
   * Points a chain replica of `from` at `to` by GTID, once it has applied what it has; only if it has nothing that `to` lacks,
   * and `to` still has what it lacks. Else its channel is as before, and the answer says why.
   */
  repoint(pair: Pair, replica: Replica, from: NodeName, to: NodeName, limitMs: number): Promise<Repointed>;
  /** Connects to the VIP's address and asks who is there; commits a heartbeat if the pair has the write probe. */
  verify(pair: Pair, limitMs: number): Promise<Answered>;
}
