/**
 * The results of looks. A **look** is one attempt to see a node; a **sighting** is what that look showed,
 * from one **vantage**. Everything here is data: made by the probe and `lib/aws` (or the simulator), read by the core.
 *
 * Times are milliseconds on the clock of the process that holds the value. A probe sends ages and no times, because
 * its clock and watch's differ.
 */
import type { NodeName, Vantage } from '../names.ts';

/** Where a server stands in its own or its source's history. `gtid` is null where GTIDs are off; `file` is empty where the place is not known. */
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
 * `unread`: the server answers, and this statement never did, so nothing is known of its channel.
 */
export type Inbound =
  | { readonly kind: 'unconfigured' }
  | { readonly kind: 'unread' }
  | {
      readonly kind: 'configured';
      readonly io: ThreadState;
      readonly sql: 'yes' | 'no';
      readonly lagSeconds: number | null;
      readonly ioError: ReplicationError | null;
      readonly sqlError: ReplicationError | null;
      readonly sourceAddress: string;
      /**
       * Who the channel follows: the identity (`Server.identity`) that its source gave when the channel connected. Null
       * while it has never connected. The address proves nothing: a name may lead to another server.
       */
      readonly sourceIdentity: string | null;
      /** How long the applier waits on purpose (`SQL_Delay`). Seconds; 0 as a rule. */
      readonly delaySeconds: number;
      /** How long it waits before it tries again to connect (`SOURCE_CONNECT_RETRY`). Seconds; 60 by default. */
      readonly retrySeconds: number;
      /** What the applier cannot get past, such as a global read lock or a full disk, in words; null when nothing. */
      readonly applierBlocked: string | null;
      /**
       * Whether `detach` has marked its account, so that its source refuses it until it is attached. Absent where that was not
       * read.
       */
      readonly barred?: boolean | undefined;
      /** Its filters: rows of its source that it leaves out or rewrites, in the server's words. Absent where there are none. */
      readonly leavesOut?: string;
      /** Position in the source's log up to which events were received. */
      readonly received: Position;
      /** Position in the source's log up to which events were applied. */
      readonly applied: Position;
      readonly caughtUp: boolean;
      readonly heardAgoMs: number | null;
      /**
       * The heartbeat of replication that the channel asks its source for; 0 for none. A source to which nobody writes is heard as often
       * as that. Absent where it was not read. Seconds.
       */
      readonly heartbeatSeconds?: number;
      /**
       * The same for an event alone: a heartbeat of replication shows that the source's network side lives, an event
       * that it commits.
       */
      readonly receivedAgoMs: number | null;
      /**
       * The server does not answer this statement at present: all of this is what it last said, and what the channel has heard since
       * is not known. Absent where it answers.
       */
      readonly unanswered?: true;
    };

/** A session of a server, with what a person needs to find it. `statement` is cut to 200 characters. */
export interface Session {
  readonly id: number;
  readonly user: string;
  readonly host: string;
  /** How long it has been at what it does. Seconds. */
  readonly forSeconds: number;
  readonly statement: string;
}

/** Why a commit hangs on the whole server. */
export type HangCause = 'global-lock' | 'disk-full' | 'semi-sync' | 'unknown';

/**
 * The heartbeat row. On the holder: whether the look could commit it. Elsewhere: not tried.
 *
 * - `barred`: something about our own table or account stands in the way (no table, no grant, a lock on the row or the
 *   table). It says nothing about the server.
 * - `refused`: the server is open by its own word, and refuses every write (`innodb_read_only`, 1792, 1836).
 * - `failed`: the server took the statement and does not finish it. `forMs` is how long already, on the probe's clock;
 *   `blocker` is the session that it waits for, where the server says which.
 */
export type Heartbeat =
  | { readonly kind: 'not-tried' }
  | { readonly kind: 'committed' }
  | { readonly kind: 'barred'; readonly because: string; readonly blocker: Session | null }
  | { readonly kind: 'refused'; readonly errno: number; readonly message: string }
  | {
      readonly kind: 'failed';
      readonly forMs: number;
      readonly because: string;
      readonly cause: HangCause;
      readonly blocker: Session | null;
    };

/** Semi-synchronous replication on a source: whether a commit waits for an acknowledgement now, and how long it may. */
export interface SemiSync {
  readonly waiting: boolean;
  readonly timeoutMs: number;
}

/** Scheduled events of a server: how many run here, and how many are kept from running because it is a replica. */
export interface ScheduledEvents {
  readonly scheduler: 'on' | 'off';
  readonly enabled: number;
  readonly disabledOnReplica: number;
}

/** What a server that let us in says of itself. */
export interface Server {
  /** `@@server_uuid` on MySQL, `server_id:N` on MariaDB: who answered, whatever the address. */
  readonly identity: string;
  readonly version: string;
  readonly flavor: 'mysql' | 'mariadb';
  /** Whether it takes an application's writes: `read_only` is off (and `super_read_only`, where there is one). */
  readonly writable: boolean;
  /**
   * Only one of `read_only` and `super_read_only` is on, on a server that has both: privileged accounts still write, or
   * an order to close it is waiting. It is neither open nor closed.
   */
  readonly halfClosed: boolean;
  /**
   * `offline_mode` is on: it lets in administrators, and so us, and no client. Absent where it is off, or not known to the
   * server.
   */
  readonly offline?: true;
  /**
   * The environment of the probe that looked has only begun: what shows between two readings alone (what keeps an applier from going
   * on, commits that wait, what a channel hears) it cannot say yet. Absent later.
   */
  readonly isEarly?: true;
  /** Replication skips what a server of the same id wrote. Absent where it was not read. */
  readonly serverId?: number;
  readonly uptimeSeconds: number;
  /**
   * When its process started, by its own clock: seconds since 1970, give or take one. It stays where it is when that clock is set, and is
   * the same for every leader. Absent where it was not read.
   */
  readonly startSecond?: number;
  /** How long the answer took. Milliseconds. */
  readonly roundTripMs: number;
  /**
   * By how much its clock is ahead of the probe's (behind it: less than 0), at the least: what the way may have taken is not
   * counted. Null where it was not read. Milliseconds.
   */
  readonly clockOffMs: number | null;
  /** `off` also where the server has switched it off by itself, as after a write of it that failed. */
  readonly binaryLog: 'on' | 'off' | 'unknown';
  /** Null where semi-synchronous replication is not on as a source. */
  readonly semiSync: SemiSync | null;
  /** Null where it could not be read. */
  readonly events: ScheduledEvents | null;
  /** The session that holds a global read lock (a backup), or likely does; null when none is known. */
  readonly globalLock: Session | null;
  /** A fresh login is refused, although the connection that we kept answers; null when new logins work. */
  readonly loginRefused: { readonly errno: number; readonly message: string } | null;
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
      /** Until a moment ago, clients committed between all looks. Absent where they did not, or that is not known. */
      readonly wasBusy?: true;
    }
  /** Errors 1040, 1203, 1226, 1129: alive, and with no room for us. */
  | (ShutOut & { readonly kind: 'saturated' })
  /** It answered, and would not let us in or let us read: our password, TLS or grants. */
  | (ShutOut & { readonly kind: 'locked-out' });

/** `isFresh`: the environment of the probe that looked had no connection that was kept, so only its new login was tried. */
interface ShutOut {
  readonly errno: number;
  readonly message: string;
  readonly isFresh?: true;
}

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
export const instanceStates = [
  'pending',
  'running',
  'stopping',
  'stopped',
  'shutting-down',
  'terminated',
  'unknown',
] as const;
export type InstanceState = (typeof instanceStates)[number];

/** Where EC2 says that the VIP is. `foreign`: on an ENI that belongs to neither node. */
export type VipPlace =
  | { readonly kind: 'node'; readonly node: NodeName }
  | { readonly kind: 'nowhere' }
  | { readonly kind: 'foreign'; readonly eniId: string };

/** Something that EC2 shows otherwise than the environment file says. */
export interface Misconfiguration {
  /** `db1`, or `the VIP`. */
  readonly subject: string;
  /** What EC2 shows. */
  readonly got: string;
  /** What it should be, or why it cannot be so. */
  readonly want: string;
  readonly remedy: string;
}

/** What EC2 says of a pair: the VIP, the instances, and whether each ENI has room for one more address. */
export type VipSighting =
  | {
      readonly kind: 'saw';
      readonly atMs: number;
      readonly place: VipPlace;
      readonly instances: Readonly<Record<NodeName, InstanceState>>;
      readonly room: Readonly<Record<NodeName, boolean>>;
      /** What does not fit the environment file. If there is anything, `place` may name the wrong node. */
      readonly wrong: readonly Misconfiguration[];
    }
  | { readonly kind: 'blind'; readonly atMs: number; readonly because: string };
