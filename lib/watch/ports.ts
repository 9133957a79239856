/**
 * The ports: all that watch knows of the world. `lib/aws` speaks to the real one, the simulator to
 * a made-up one, and one contract suite per port (`test/contract`) holds both to the same words.
 *
 * Every call ends by its own deadline. A port that only looks never throws: what it could not see is `blind`.
 * A port that acts throws a `PortError`, whose `kind` says what the caller may conclude.
 */
import type { Alert } from '../core/alert/incident.ts';
import type { Pair } from '../core/config/config.ts';
import type { Replica } from '../core/config/replica-settings.ts';
import type { SubscriptionsSeen } from '../core/config/subscriber.ts';
import type { ServerFacts } from '../core/doctor/facts.ts';
import type { ChainReplica, Fed, Repointed } from '../core/evidence/chain.ts';
import type {
  Answered,
  CaughtUp,
  Closed,
  Detached,
  DetachedThreads,
  Obstacle,
} from '../core/evidence/probe-results.ts';
import type { Position, Report, VipSighting } from '../core/evidence/sighting.ts';
import type { HostDocument } from '../core/hosts/host-document.ts';
import type { HostClaim } from '../core/hosts/host-work.ts';
import type { Detail } from '../core/memory/history.ts';
import type { Memory } from '../core/memory/memory.ts';
import type { NodeName, PairName, Vantage } from '../core/names.ts';
import type { InboxItem } from '../core/operator/request.ts';
import type { LookOrder } from '../core/pair/look-order.ts';
import type { MetricName } from '../core/pair/metrics.ts';
import type { AccountKeys } from '../core/setup/facts.ts';

export type { InboxItem, WaitingOrder } from '../core/operator/request.ts';

export interface Clock {
  /** Milliseconds since 1970. Never goes back within a process. */
  nowMs(): number;
  /** Resolves after that time, or at once when the signal is (or becomes) aborted. Never rejects. */
  sleep(forMs: number, signal?: AbortSignal): Promise<void>;
}

export interface Ids {
  /** A new id: 8 lower-case hexadecimal characters. */
  next(): string;
}

/** Structured log. Every line of an incident carries its id. Credentials never get here. */
export interface Log {
  info(message: string, fields?: Readonly<Record<string, unknown>>): void;
  warn(message: string, fields?: Readonly<Record<string, unknown>>): void;
  error(message: string, fields?: Readonly<Record<string, unknown>>): void;
}

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
  /** Starts the channel from the source again. Gives back whether it ran already. */
  attach(
    pair: Pair,
    node: NodeName,
    source: string | null,
    limitMs: number,
  ): Promise<{ readonly wasRunning: boolean }>;
  /**
   * Makes the node's channel from the pair's other node, with the replication account of the parameter store, and starts it.
   * Where there is one from there already, it is only started.
   */
  replicate(pair: Pair, node: NodeName, limitMs: number): Promise<void>;
  /** The sessions that would keep the node open, or lose much work if they were killed. Changes nothing. */
  inspect(pair: Pair, node: NodeName, limitMs: number): Promise<readonly Obstacle[]>;
  /** What doctor judges: settings, channels, rights; with `full`, the lists of tables too. Changes nothing. */
  examine(pair: Pair, node: NodeName, depth: 'quick' | 'full', limitMs: number): Promise<ServerFacts>;
  /** Whom a chain replica follows, and how it fares. Changes nothing. */
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

/** Hosts, through SSM Run Command. */
export interface HostPort {
  /**
   * Runs our document on the node's host and waits for its end. Gives back the last lines it printed. `parameters`: those that
   * do not come from the pair; the document's own patterns check them, and no secret is ever among them.
   */
  run(
    pair: Pair,
    node: NodeName,
    document: HostDocument,
    limitMs: number,
    parameters?: Readonly<Record<string, string>>,
  ): Promise<string>;
  /**
   * Runs the document of the team's own that the pair's configuration has under this name, without any parameter, and waits
   * for its end.
   */
  runNamed(pair: Pair, node: NodeName, command: string, limitMs: number): Promise<string>;
}

/** Our accounts of a pair, in the parameter store. What leaves it is what servers keep of a password, never a password. */
export interface AccountsPort {
  /** Both accounts as they are there; null for one that is not. */
  read(pair: Pair): Promise<AccountKeys>;
  /** Makes those that are not there yet, each with a new password. */
  make(pair: Pair): Promise<void>;
}

export interface AlertPort {
  /** Sends one mail about all of them. */
  publish(alerts: readonly Alert[]): Promise<void>;
  /** Whom they reach. It only looks, and never throws. */
  subscriptions(): Promise<SubscriptionsSeen>;
}

/**
 * The lease: the right to act. One for the environment. `version` changes with every write of it, so that a
 * contender can judge by its own clock alone whether the owner still renews it.
 */
export interface Lease {
  readonly owner: string;
  readonly epoch: number;
  readonly version: string;
  /** The owner gave it back: no need to wait for it to expire. */
  readonly released: boolean;
  /** Grows with each event or order that wants attention at once. */
  readonly wakeups: number;
}

/** Who claims a memory: the owner of a lease. */
export type Claimant = Pick<Lease, 'owner' | 'epoch'>;

/** One line of a pair's history. */
export interface HistoryEntry {
  readonly atMs: number;
  readonly pair: PairName;
  readonly incident: string | null;
  readonly epoch: number;
  /** `seen`, `decision`, `step`, `alert`, `order`. */
  readonly what: string;
  readonly text: string;
  readonly detail?: Detail | undefined;
}

export interface StorePort {
  /** The lease as it is now, read consistently; null before the first. */
  readLease(): Promise<Lease | null>;
  /**
   * Takes the lease with the next epoch, if it still is as `seen`. Null when somebody else was quicker. `above`: an epoch
   * that a pair's memory was claimed under, when the lease's own record was lost; the new one is greater.
   */
  takeLease(seen: Lease | null, owner: string, above?: number): Promise<Lease | null>;
  /** Renews it, if it is still ours (same owner and epoch). Null when it is not. */
  renewLease(lease: Lease): Promise<Lease | null>;
  /** Gives it back, if it is still ours. */
  releaseLease(lease: Lease): Promise<void>;
  /** Makes the leader look at once: an EC2 event, a new order. */
  wake(): Promise<void>;

  /**
   * The memory of a pair (an empty one before the first), claimed for this owner and epoch: older epochs can no longer save.
   * Throws `superseded`, with the epoch, when a newer one has claimed it, or another owner under the same.
   */
  claimMemory(pair: PairName, claimant: Claimant): Promise<Memory>;
  /** The memory of a pair, only to read. */
  readMemory(pair: PairName): Promise<Memory>;
  /** Saves it, unless a newer epoch has claimed it: then throws `PortError` of kind `superseded`. */
  saveMemory(pair: PairName, memory: Memory, epoch: number): Promise<void>;

  appendHistory(entries: readonly HistoryEntry[]): Promise<void>;
  /** The newest entries, newest first. */
  history(pair: PairName, limit: number): Promise<readonly HistoryEntry[]>;

  /** Puts an order, or a question, in the leader's inbox (and wakes it). */
  submitOrder(item: InboxItem): Promise<void>;
  /** What is not yet answered, oldest first. */
  waitingOrders(): Promise<readonly InboxItem[]>;
  /** Takes an order out of the inbox: answered, or withdrawn by who asked. */
  removeOrder(id: string): Promise<void>;

  /** Stores the state of a pair as its leader has it, for who asked. One for each pair: the newest. */
  saveState(pair: PairName, printed: PrintedState): Promise<void>;
  /** The one that was stored last; null when nobody has asked yet. */
  readState(pair: PairName): Promise<PrintedState | null>;

  /**
   * Claims the hosts of a pair for work on them, or renews our own claim. Gives back another's claim that still counts at
   * `nowMs`, with nothing changed; null when the claim is ours.
   */
  claimHosts(pair: PairName, claim: HostClaim, nowMs: number): Promise<HostClaim | null>;
  /** Gives the claim back, if it is still this owner's. */
  releaseHosts(pair: PairName, owner: string): Promise<void>;
}

/** A pair's whole state in its leader's hands, as JSON. */
export interface PrintedState {
  /** The question that it answers. */
  readonly id: string;
  readonly atMs: number;
  readonly epoch: number;
  readonly json: string;
}

/** What went wrong in a port that acts. */
export type PortErrorKind =
  /** Our own guard said no; nothing was called. */
  | 'refused'
  /** The other side said no, for good: permissions, an id that does not exist, no room on the ENI. */
  | 'denied'
  /** The other side said not now. */
  | 'throttled'
  /** No answer in time: it may have taken effect. */
  | 'timeout'
  /** A newer epoch has taken over. */
  | 'superseded'
  /** It was done, and did not bring what was wanted. */
  | 'unsuccessful';

interface PortErrorOptions extends ErrorOptions {
  readonly epoch?: number;
  readonly exitCode?: number;
}

export class PortError extends Error {
  override readonly name = 'PortError';
  readonly kind: PortErrorKind;
  /** Of `superseded`: the epoch that has taken over, where the store says it. */
  readonly epoch: number | null;
  /** What a script on a host ended with, -1 where it was ended at its limit; null where none has run. */
  readonly exitCode: number | null;

  constructor(kind: PortErrorKind, message: string, options?: PortErrorOptions) {
    super(message, options);
    this.kind = kind;
    this.epoch = options?.epoch ?? null;
    this.exitCode = options?.exitCode ?? null;
  }
}

/** Publishes metrics to CloudWatch, by the names of `lib/core/metrics`. Never throws. */
export interface MetricsPort {
  /** The leader is at work; at most one goes out every 10 s. */
  heartbeat(): void;
  /** One value, in the unit of `lib/core/metrics`; with the pair where the metric is per pair. */
  publish(name: MetricName, value: number, pair?: PairName): void;
}

export interface Ports {
  readonly clock: Clock;
  readonly ids: Ids;
  readonly log: Log;
  readonly vip: VipPort;
  readonly database: DatabasePort;
  readonly host: HostPort;
  readonly accounts: AccountsPort;
  readonly alerts: AlertPort;
  readonly store: StorePort;
  readonly metrics: MetricsPort;
}
