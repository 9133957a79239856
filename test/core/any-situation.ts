/** Situations of every kind that evidence, memory and settings can amount to: the same at every run. */
import fc from 'fast-check';
import type { EventCode } from '../../lib/core/alert/events.ts';
import type { Situation } from '../../lib/core/decision/situation.ts';
import type { Saw, VipPlace } from '../../lib/core/evidence/sighting.ts';
import { standbyOut, unheld } from './changes.ts';
import {
  answers1,
  answers2,
  backup,
  blindFor,
  type Change,
  configured,
  failingFor,
  full,
  hanging,
  hears1,
  hears2,
  holder,
  inFlight,
  instance,
  lasting,
  lockedOut,
  memory,
  misconfigured,
  NOW_MS,
  noRoom,
  position,
  readOnly1,
  refused,
  rememberedUnfit,
  seen,
  standby,
  steady,
  UUID1,
  UUID2,
  UUID3,
  unanswered,
  unheardOf,
  vipAt,
  vipBlindFor,
} from './world.ts';

const absent: readonly Saw[] = [refused, unanswered, full, lockedOut];
const saws1: readonly Saw[] = [
  answers1(),
  answers1({ writable: false }),
  answers1({ heartbeat: hanging(6000) }),
  hears1({ io: 'no' }),
  hears1({ lagSeconds: 500 }),
  hears1({ io: 'connecting', lagSeconds: null }),
  hears1({ io: 'no', ioError: { errno: 1236, message: 'purged' } }),
  answers1({ writable: false, uptimeSeconds: 5 }),
  readOnly1({ io: 'connecting', lagSeconds: null }),
  answers1({ writable: false, uptimeSeconds: 5, executed: position(`${UUID1}:1-90`) }),
  answers1({ identity: UUID3 }),
  answers1({ loginRefused: { errno: 1045, message: 'Access denied' } }),
  answers1({ clockOffMs: 5000 }),
  answers1({ offline: true }),
  answers1({ heartbeat: hanging(6000, { cause: 'global-lock', blocker: backup }) }),
  answers1({
    heartbeat: hanging(6000, { cause: 'semi-sync' }),
    semiSync: { waiting: true, timeoutMs: 10_000 },
  }),
  answers1({ heartbeat: { kind: 'barred', because: 'no table', blocker: null } }),
  answers1({ heartbeat: { kind: 'refused', errno: 1792, message: 'READ ONLY transaction' } }),
  ...absent,
];
const saws2: readonly Saw[] = [
  answers2(),
  answers2({ writable: true }),
  answers2({ inbound: { kind: 'unconfigured' } }),
  answers2({ inbound: { kind: 'unread' } }),
  hears2({ io: 'connecting', lagSeconds: null, heardAgoMs: 4000 }),
  hears2({ io: 'no', lagSeconds: null }),
  hears2({ io: 'no', lagSeconds: null, ioError: { errno: 2003, message: 'This was attempt 10/10, with …' } }),
  hears2({ sql: 'no', lagSeconds: null }),
  hears2({ lagSeconds: null }),
  hears2({ lagSeconds: 500 }),
  hears2({ sourceIdentity: UUID3 }),
  answers2({ halfClosed: true }),
  answers2({ globalLock: backup }),
  answers2({ identity: UUID1 }),
  answers2({ writable: true, executed: position(`${UUID1}:1-100,${UUID2}:1-50`) }),
  ...absent,
];
const places: readonly VipPlace[] = [
  { kind: 'node', node: 'db1' },
  { kind: 'node', node: 'db2' },
  { kind: 'nowhere' },
  { kind: 'foreign', eniId: 'eni-9' },
];
const incident = (told: readonly EventCode[]) =>
  memory({ incident: { id: '41c', openedAtMs: NOW_MS - 60_000, row: 'D8', told } });

/** A failover has left db2, which r01 may follow. */
const leftBehind: Change = (world) =>
  memory({ leftBehind: { node: 'db2', atMs: NOW_MS } })(
    configured({ replicas: [{ name: 'r01', address: '10.0.1.31' }] })(world),
  );

/** Where both nodes always take writes, the VIP was moved by hand. */
const movedUntouched: Change = (world) =>
  memory({ movedByHand: { from: 'db2', to: 'db1', atMs: NOW_MS - 2000 } })(
    configured({ writability: 'untouched' })(world),
  );

/** db1 came up read-only, and a plan could not open it. */
const staysClosed: Change = (world) =>
  memory({ notOpened: 'db1' })(holder(answers1({ writable: false, uptimeSeconds: 5 }))(world));

/** Things that may be so beside what the looks show, each of them seldom. */
const extras: readonly Change[] = [
  inFlight,
  memory({ pause: { untilMs: NOW_MS + 1000, by: 'eva', why: 'kernel' } }),
  memory({ failoversAtMs: [NOW_MS - 1000] }),
  memory({ failoversAtMs: [NOW_MS - 3_000_000, NOW_MS - 2_000_000, NOW_MS - 1_000_000] }),
  memory({ lastHolder: null }),
  memory({ lastHolder: 'db2' }),
  memory({ readiness: null }),
  memory({ readiness: { node: 'db1', fit: true, reasons: [], atMs: NOW_MS - 1000 } }),
  rememberedUnfit('it lags'),
  incident([]),
  incident(['repaired']),
  incident(['both-lost']),
  incident(['holder-opened']),
  memory({ movedByHand: { from: 'db2', to: 'db1', atMs: NOW_MS - 2000 } }),
  movedUntouched,
  lasting({ clockOffSinceMs: NOW_MS - 20_000 }),
  memory({ logReset: { node: 'db2', standby: 'db1', lack: 'a:1-3', forgotten: 'a:1-3', atMs: NOW_MS } }),
  lasting({ heartbeat: { kind: 'barred', sinceMs: NOW_MS - 6000 } }),
  lasting({ heartbeat: { kind: 'refused', sinceMs: NOW_MS - 6000 } }),
  holder(hears1({ io: 'no' })),
  memory({ detached: { node: 'db1', from: 'db2', atMs: NOW_MS, missing: '' } }),
  memory({ detached: { node: 'db1', from: 'db2', atMs: NOW_MS, missing: '3 transactions: a:1-3' } }),
  memory({ detached: { node: 'db2', from: 'db1', atMs: NOW_MS, missing: null } }),
  leftBehind,
  staysClosed,
  (world) => staysClosed(unheld(world)),
  standbyOut,
  noRoom('db2'),
  instance('db1', 'stopped'),
  instance('db1', 'stopping'),
  instance('db2', 'stopped'),
  unheardOf('db1'),
  unheardOf('db2'),
  blindFor(1000),
  blindFor(60_000),
  vipBlindFor(10_000),
  misconfigured(1),
  misconfigured(3),
  (world) => lasting({ unservedSinceMs: NOW_MS - 6000 })(vipBlindFor(60_000)(world)),
];
const times = fc.constantFrom<readonly [looks: number, forMs: number]>(
  [1, 0],
  [2, 300],
  [3, 1000],
  [20, 20_000],
);
const usually = <T>(first: T, ...others: readonly T[]) =>
  fc.oneof({ weight: 3, arbitrary: fc.constant(first) }, fc.constantFrom(first, ...others));

/** Any situation that evidence, memory and settings can amount to. */
export const situations: fc.Arbitrary<Situation> = fc
  .record({
    settings: fc.record({
      writability: usually<'managed' | 'untouched'>('managed', 'untouched'),
      holderReplicationFault: usually<'failover' | 'page'>('failover', 'page'),
      repair: usually<('mysqld' | 'keepalived')[]>([], ['mysqld'], ['mysqld', 'keepalived']),
    }),
    db1: fc.tuple(fc.constantFrom(...saws1), times),
    db2: fc.tuple(fc.constantFrom(...saws2), times),
    place: usually<VipPlace>({ kind: 'node', node: 'db1' }, ...places),
    vipLooks: fc.constantFrom(1, 3, 10),
    faultsForMs: fc.constantFrom(0, 10_000),
    besides: fc.uniqueArray(fc.constantFrom(...extras), { maxLength: 2 }),
  })
  .map(({ settings, db1, db2, place, vipLooks, faultsForMs, besides }) =>
    seen(
      steady,
      configured(settings),
      holder(db1[0], ...db1[1]),
      standby(db2[0], ...db2[1]),
      vipAt(place, vipLooks),
      failingFor(faultsForMs),
      ...besides,
    ),
  );

/** The same situations at every run: what is said about all of them must not depend on luck. */
export const samples = fc.sample(situations, { numRuns: 30_000, seed: 20_260_814 });
