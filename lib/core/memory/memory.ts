/**
 * What keepalambda remembers of a pair between ticks, leaders and deployments: one record in the store,
 * always written whole and only under the epoch of the lease.
 */
import type { EventCode } from '../alert/events.ts';
import type { Alert, Incident, Reported } from '../alert/incident.ts';
import type { Aside } from '../decision/aside.ts';
import type { Position } from '../evidence/sighting.ts';
import type { Maintenance } from '../maintain/maintenance.ts';
import type { NodeName } from '../names.ts';
import type { PlanRecord } from '../plan/plan.ts';
import type { LastEnds, Readiness } from '../standby/readiness.ts';
import type { Lasting } from './lasting.ts';
import type { LateMove } from './late-move.ts';
import type { LogReset } from './log-reset.ts';
import type { SeenLog } from './seen-logs.ts';

export interface Pause {
  readonly untilMs: number;
  readonly by: string;
  readonly why: string;
}

/** What a failover may have lost: estimated at once, counted when the old holder is back. */
export interface Loss {
  readonly old: NodeName;
  /** The old holder's last seen position, and the position up to which the new one had applied it. */
  readonly lastSeen: Position | null;
  /** How long before the loss `lastSeen` was read: 0 when it was fenced there, null when it is not known. */
  readonly lastSeenAgoMs?: number | null;
  readonly kept: Position | null;
  /** The new holder's identity: what it wrote itself is not lost. */
  readonly keptBy: string | null;
  /** Why it cannot be counted, whatever the positions say. Absent where it can, and in older records. */
  readonly because?: string;
  readonly atMs: number;
}

/**
 * A channel that a failover detached: the node (the new holder) receives nothing from `from` until it is known what that
 * one has. `missing` lists what the new holder lacks, once that is known; null while it is not.
 */
export interface DetachedChannel {
  readonly node: NodeName;
  readonly from: NodeName;
  readonly atMs: number;
  readonly missing: string | null;
  /** The node has held the VIP since: what it wrote is newer than what `from` still has. Absent in older records. */
  readonly hasServed?: boolean;
  /** `from` has answered since: it is not the dead node any more that the channel was taken from. Absent in older records. */
  readonly isBack?: boolean;
  /** The channel the other way round, which an earlier failover detached (`detached.ts`). Absent where that one is attached. */
  readonly earlier?: Omit<DetachedChannel, 'earlier'>;
}

/** A holder that took writes without a binary log: its standby lacks them, and neither GTIDs nor places show that. */
export interface Unlogged {
  readonly node: NodeName;
  /** When that was first seen. */
  readonly atMs: number;
}

/** A failover has left a node whose chain replicas, if it has any, get nothing any more. */
export interface LeftBehind {
  readonly node: NodeName;
  readonly atMs: number;
}

/** The VIP was found on the other node, and no plan of ours had moved it. */
export interface MovedByHand {
  readonly from: NodeName;
  readonly to: NodeName;
  readonly atMs: number;
}

/** A server process that was last seen as its role wants it: one that did not restart was changed by somebody. */
export interface Settled {
  /** `either`: a plan of ours may have opened or closed it since, and has not half closed it: that is somebody else's doing. */
  readonly is: 'open' | 'closed' | 'either';
  /** When that process started, by the clock of who led then. */
  readonly startedAtMs: number;
  /** How long it had run when it was noted. Absent in records of older releases. */
  readonly uptimeSeconds?: number;
  /** `Server.startSecond`. Absent where it was not read, and in older records. */
  readonly startSecond?: number;
  /** How long after the other node's server it had started, whatever the clocks; absent where that one was not seen. */
  readonly afterPeerMs?: number;
  /** By how much the clocks of its host, and of the other one, were off then. Absent where not read, and in older records. */
  readonly clockOffMs?: number;
  readonly peerClockOffMs?: number;
}

/** What doctor found last: the dangers that people were alerted of, as `db1 errors-skipped`. */
export interface Examined {
  readonly atMs: number;
  readonly dangers: readonly string[];
}

/** A node that was isolated, with the security groups to give back. */
export interface Quarantine {
  readonly node: NodeName;
  readonly groups: readonly string[];
}

/** The last move of the VIP by a plan of ours. */
export interface Moved {
  readonly from: NodeName | null;
  readonly to: NodeName;
  readonly atMs: number;
}

/** The answer to an operator's order. */
export interface OrderAnswer {
  readonly requestId: string;
  readonly ok: boolean;
  /** It was not tried at all. Absent where it was, and in older records. */
  readonly isRefusal?: true;
  /** How long its plan took, and for how long no node took writes in it. Absent without one. Milliseconds. */
  readonly tookMs?: number;
  readonly closedForMs?: number;
  /** Where its plan was to move the VIP: who gives the same id with another order must not read this. Absent in older records. */
  readonly moved?: { readonly from: NodeName | null; readonly to: NodeName };
  readonly text: string;
  readonly atMs: number;
}

export interface Memory {
  /** Version of this record's shape: a newer release reads the older ones. */
  readonly version: 1;
  /** The node that last held the VIP with our knowledge. */
  readonly lastHolder: NodeName | null;
  readonly readiness: Readiness | null;
  /** Since when the holder has been seen dead (stopped, silent with no witness, stuck), by this leader or an earlier one. */
  readonly lostAtMs: number | null;
  /** EC2 showed its instance as stopped then: it may live unseen once that runs again. False in records of older releases. */
  readonly lostWithInstance: boolean;
  /**
   * What the standby had received of the holder's history by then, or when the holder had been in doubt for 2 s; null while it lives,
   * or if it was not seen.
   */
  readonly receivedWhenLost: Position | null;
  /**
   * What a standby must have received to take over from a holder that is dead or in doubt, or whose commits wait for its standby;
   * null otherwise.
   */
  readonly lastEnds: LastEnds | null;
  /** Since when clients have found nobody to write to, where it has lasted long enough to be alerted; null while they do. */
  readonly unservedSinceMs: number | null;
  /** For how long that had been so when it was noted: the next leader's clock may be another. 0 in records of older releases. */
  readonly unservedForMs: number;
  /** What lasted as its leader gave the lease back; null where nothing did, and in records of older releases. */
  readonly lasting: Lasting | null;
  readonly incident: Incident | null;
  /** When automatic moves of the VIP took place, the last hour's. */
  readonly failoversAtMs: readonly number[];
  readonly pause: Pause | null;
  readonly plan: PlanRecord | null;
  readonly loss: Loss | null;
  readonly quarantine: Quarantine | null;
  /** Who answered at each node when it was last seen (`Server.identity`). */
  readonly identities: Readonly<Record<NodeName, string>>;
  /** Nodes that came back with less of their own history than they had sent, and what each lacks, in words. */
  readonly behind: Readonly<Record<NodeName, string>>;
  /**
   * How far the other node had received a node's own history, while one of the two is gone: who comes back with less must not be
   * opened. Empty in records of older releases.
   */
  readonly sent: Readonly<Record<NodeName, Position>>;
  /** Null where none was seen, and in records of older releases. */
  readonly logReset: LogReset | null;
  /** Null where that was not seen since one of the two was made anew, and in records of older releases. */
  readonly unlogged: Unlogged | null;
  /** What each node was last seen to have of its own history, a minute ago at most. Empty in records of older releases. */
  readonly logs: Readonly<Record<NodeName, SeenLog>>;
  readonly detached: DetachedChannel | null;
  readonly movedByHand: MovedByHand | null;
  /** The node that is being made anew; null when there is none, and in records of older releases. */
  readonly aside: Aside | null;
  /** Null where its chain replicas have been looked at, or there are none. */
  readonly leftBehind: LeftBehind | null;
  /** Of both servers, while it is at work. */
  readonly maintenance: Maintenance | null;
  /** A node is missing where it was not seen so. */
  readonly settled: Readonly<Record<NodeName, Settled>>;
  /** What people were told lately, by code. */
  readonly reports: Readonly<Partial<Record<EventCode, Reported>>>;
  readonly moved: Moved | null;
  /** Null where all that EC2 was ordered is known to have come to something or nothing, and in records of older releases. */
  readonly lateMove: LateMove | null;
  /** When an automatic move was last undone: the next try waits a few seconds. */
  readonly triedAtMs: number | null;
  /**
   * The last plan, where it did not come to its end: a call of it may still take effect, and the same plan again is no news. Null
   * otherwise, and in records of older releases.
   */
  readonly failedPlan: Pick<PlanRecord, 'kind' | 'to'> | null;
  /** The holder that the last plan for it could not open; null where it has taken writes since, and in records of older releases. */
  readonly notOpened: NodeName | null;
  /** Null before the first examination, and in records of older releases. */
  readonly examined: Examined | null;
  /** How many scheduled events people know of that will stop after a move. */
  readonly eventsTold: number;
  /** Answers to the last few orders, so that an order is never carried out twice. */
  readonly answers: readonly OrderAnswer[];
  readonly outbox: readonly Alert[];
}

/** Of a holder that is not known to be dead. */
export const notLost = {
  lostAtMs: null,
  lostWithInstance: false,
  receivedWhenLost: null,
  lastEnds: null,
} as const;

/** With every field, so that a store knows which there are. */
export const emptyMemory: Required<Memory> = {
  version: 1,
  lastHolder: null,
  readiness: null,
  ...notLost,
  unservedSinceMs: null,
  unservedForMs: 0,
  lasting: null,
  incident: null,
  failoversAtMs: [],
  pause: null,
  plan: null,
  loss: null,
  quarantine: null,
  identities: {},
  behind: {},
  sent: {},
  logReset: null,
  unlogged: null,
  logs: {},
  detached: null,
  movedByHand: null,
  aside: null,
  leftBehind: null,
  maintenance: null,
  settled: {},
  reports: {},
  moved: null,
  lateMove: null,
  triedAtMs: null,
  failedPlan: null,
  notOpened: null,
  examined: null,
  eventsTold: 0,
  answers: [],
  outbox: [],
};

/**
 * Whether whoever led before may have left a call that has not taken effect yet. A plan is stored before its first step, so
 * where none is in flight, none has failed lately and nothing is going on, there is none.
 */
export function mayHaveLeftCalls({ plan, incident, failedPlan }: Memory): boolean {
  return plan !== null || incident !== null || failedPlan !== null;
}
