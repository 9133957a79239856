/**
 * What looks bring back. A **look** is one attempt to see a node; a **sighting** is what that look showed,
 * from one **vantage**. Everything here is data: made by the adapters (or the simulator), read by the core.
 *
 * Times are milliseconds on the clock of whoever holds the value; a probe never sends a time of its own, it
 * sends ages, because its clock and watch's are not the same.
 */
import type { NodeName, Vantage } from './names.ts';

/** Where a server stands in its own or its source's history. `gtid` is null where GTIDs are off. */
export interface Position {
  readonly gtid: string | null;
  readonly file: string;
  readonly offset: number;
}

/** An error that a replication thread stopped with, as the server words it. */
export interface ReplicationError {
  readonly errno: number;
  readonly message: string;
}

export type ThreadState = 'yes' | 'no' | 'connecting';

/**
 * Inbound replication of a node: what `SHOW REPLICA STATUS` (or `SHOW SLAVE STATUS`) says.
 * `lagSeconds` null means that the server does not know, which is never 0 (orchestrator#1342).
 * `heardAgoMs` is how long ago at the least the channel heard from its source (an event or a heartbeat), as far as
 * this probe has watched it; null if it was never read. `caughtUp` says that everything received has been applied.
 */
export type Inbound =
  | { readonly kind: 'unconfigured' }
  | {
      readonly kind: 'configured';
      readonly io: ThreadState;
      readonly sql: 'yes' | 'no';
      readonly lagSeconds: number | null;
      readonly ioError: ReplicationError | null;
      readonly sqlError: ReplicationError | null;
      readonly sourceAddress: string;
      /** Position in the source's log up to which events were received. */
      readonly received: Position;
      /** Position in the source's log up to which events were applied. */
      readonly applied: Position;
      readonly caughtUp: boolean;
      readonly heardAgoMs: number | null;
    };

/**
 * The heartbeat row. On the holder: whether the look could commit it. Elsewhere: not tried.
 * `failed` carries for how long it has not committed, on the probe's clock.
 */
export type Heartbeat =
  | { readonly kind: 'not-tried' }
  | { readonly kind: 'committed' }
  | { readonly kind: 'failed'; readonly forMs: number; readonly because: string };

/** What a server that let us in says of itself. */
export interface Server {
  /** `@@server_uuid` on MySQL, `server_id:N` on MariaDB: who answered, whatever the address. */
  readonly identity: string;
  readonly version: string;
  readonly flavor: 'mysql' | 'mariadb';
  /** Whether it takes writes: neither `super_read_only` nor (MariaDB, 5.6) `read_only`. */
  readonly writable: boolean;
  readonly uptimeSeconds: number;
  readonly inbound: Inbound;
  /** The end of its own history: executed GTIDs, and its own binary log. */
  readonly executed: Position;
  readonly heartbeat: Heartbeat;
}

/** What one look showed. */
export type Saw =
  | { readonly kind: 'answered'; readonly server: Server }
  /** The port refused: no mysqld listens there. Proof. */
  | { readonly kind: 'refused' }
  /** No answer in time, or the connection broke: proves nothing by itself. */
  | {
      readonly kind: 'unanswered';
      readonly during: 'connect' | 'login' | 'query';
      readonly because: 'timeout' | 'dropped' | 'unreachable';
      readonly afterMs: number;
    }
  /** Errors 1040, 1203, 1226, 1129: alive, and with no room for us. */
  | { readonly kind: 'saturated'; readonly errno: number; readonly message: string }
  /** It answered, and would not let us in or let us read: our password, TLS or grants. */
  | { readonly kind: 'locked-out'; readonly errno: number; readonly message: string };

/** One node as one look from one vantage showed it. */
export interface Sighting {
  readonly node: NodeName;
  readonly saw: Saw;
}

/**
 * A vantage's report on a pair. A vantage that could not look at all (its function failed or timed out) is
 * `blind`: that says nothing about MySQL.
 */
export type Report =
  | {
      readonly kind: 'saw';
      readonly vantage: Vantage;
      readonly atMs: number;
      readonly sightings: readonly Sighting[];
    }
  | { readonly kind: 'blind'; readonly vantage: Vantage; readonly atMs: number; readonly because: string };

/** EC2's word on an instance. `unknown`: EC2 did not name it. */
export type InstanceState =
  | 'pending'
  | 'running'
  | 'stopping'
  | 'stopped'
  | 'shutting-down'
  | 'terminated'
  | 'unknown';

/** Where EC2 says that the VIP is. `foreign`: on an ENI that belongs to neither node. */
export type VipPlace =
  | { readonly kind: 'node'; readonly node: NodeName }
  | { readonly kind: 'nowhere' }
  | { readonly kind: 'foreign'; readonly eniId: string };

/** What EC2 says of a pair: the VIP, the instances, and whether each ENI has room for one more address. */
export type VipSighting =
  | {
      readonly kind: 'saw';
      readonly atMs: number;
      readonly place: VipPlace;
      readonly instances: Readonly<Record<NodeName, InstanceState>>;
      readonly room: Readonly<Record<NodeName, boolean>>;
    }
  | { readonly kind: 'blind'; readonly atMs: number; readonly because: string };
