/** Two healthy servers for tests, and what looks at them can show. */
import type { Heartbeat, Inbound, Position, Saw, Server, Session } from '../../lib/core/evidence/sighting.ts';

export const UUID1 = '11111111-1111-1111-1111-111111111111';
export const UUID2 = '22222222-2222-2222-2222-222222222222';
/** Of a server that is neither. */
export const UUID3 = '33333333-3333-3333-3333-333333333333';

export function position(gtid: string | null, offset = 1000): Position {
  return { gtid, file: 'binlog.000003', offset };
}

type Channel = Extract<Inbound, { kind: 'configured' }>;

/** A healthy channel from the other node. */
export function channel(changes: Partial<Channel> = {}): Channel {
  const at = position(`${UUID1}:1-100`);
  return {
    kind: 'configured',
    io: 'yes',
    sql: 'yes',
    lagSeconds: 0,
    ioError: null,
    sqlError: null,
    sourceAddress: '10.0.1.11',
    sourceIdentity: UUID1,
    delaySeconds: 0,
    retrySeconds: 10,
    applierBlocked: null,
    received: at,
    applied: at,
    caughtUp: true,
    heardAgoMs: 300,
    receivedAgoMs: 300,
    ...changes,
  };
}

/** db1 as holder: writable, heartbeat committed. */
export const db1: Server = {
  identity: UUID1,
  version: '8.4.3',
  flavor: 'mysql',
  writable: true,
  uptimeSeconds: 86_400,
  halfClosed: false,
  roundTripMs: 1,
  clockOffMs: 0,
  binaryLog: 'on',
  semiSync: null,
  events: { scheduler: 'on', enabled: 0, disabledOnReplica: 0 },
  globalLock: null,
  loginRefused: null,
  inbound: channel({ sourceAddress: '10.0.1.12', sourceIdentity: UUID2 }),
  executed: position(`${UUID1}:1-100`),
  heartbeat: { kind: 'committed' },
};

/** db2 as standby: read-only, caught up. */
export const db2: Server = {
  ...db1,
  identity: UUID2,
  writable: false,
  inbound: channel(),
  heartbeat: { kind: 'not-tried' },
};

export function answered(server: Server): Saw {
  return { kind: 'answered', server };
}

/** A backup that holds a global read lock. */
export const backup: Session = {
  id: 42,
  user: 'backup',
  host: '10.0.1.9',
  forSeconds: 12,
  statement: 'FLUSH TABLES WITH READ LOCK',
};

type Failed = Extract<Heartbeat, { kind: 'failed' }>;

/** A heartbeat that has hung for this long. */
export function hanging(forMs: number, changes: Partial<Failed> = {}): Failed {
  return { kind: 'failed', forMs, because: 'disk full', cause: 'disk-full', blocker: null, ...changes };
}

/** db1 answers, with this changed. */
export function answers1(changes: Partial<Server> = {}): Saw {
  return answered({ ...db1, ...changes });
}

/** db2 answers, with this changed. */
export function answers2(changes: Partial<Server> = {}): Saw {
  return answered({ ...db2, ...changes });
}

/** db2 answers, with this changed about its channel. */
export function hears2(changes: Partial<Channel>): Saw {
  return answers2({ inbound: channel(changes) });
}

/** db1 answers, with this changed about its channel. */
export function hears1(changes: Partial<Channel>): Saw {
  return answers1({ inbound: channel({ sourceAddress: '10.0.1.12', sourceIdentity: UUID2, ...changes }) });
}

/** db1 answers and is read-only, with this changed about its channel. */
export function readOnly1(changes: Partial<Channel>): Saw {
  const inbound = channel({ sourceAddress: '10.0.1.12', sourceIdentity: UUID2, ...changes });
  return answers1({ writable: false, inbound });
}

export const refused: Saw = { kind: 'refused' };
/** Its host takes the connection, and nobody greets us on it. */
export const hung: Saw = { kind: 'unanswered', during: 'login', because: 'timeout', afterMs: 250 };
export const unanswered: Saw = {
  kind: 'unanswered',
  during: 'connect',
  because: 'timeout',
  afterMs: 500,
};
export const full: Saw = { kind: 'saturated', errno: 1040, message: 'Too many connections' };
export const lockedOut: Saw = { kind: 'locked-out', errno: 1045, message: 'Access denied' };

/** A look that finds db1 well. */
export const well1 = answered(db1);
/** A look that finds db2 well. */
export const well2 = answered(db2);
/** What db2 says of its channel when its source has died. */
export const bereft = hears2({ io: 'connecting', lagSeconds: null, heardAgoMs: 5000 });
