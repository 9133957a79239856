import { describe, expect, it, test } from 'vitest';
import { without } from '../../../lib/core/decision/safeguards.ts';
import { READINESS_LIFE_MS } from '../../../lib/core/standby/readiness-reasons.ts';
import {
  answers1,
  answers2,
  backup,
  type Change,
  changed,
  channel,
  configured,
  evidence,
  full,
  hears2,
  holder,
  instance,
  lockedOut,
  memory,
  NOW_MS,
  noRoom,
  position,
  refused,
  rememberedUnfit,
  seen,
  standby,
  steady,
  UUID1,
  UUID2,
  UUID3,
  unanswered,
} from '../world.ts';

const reasons = (...changes: readonly Change[]) => seen(steady, ...changes).fitness.reasons.join('; ');
const executed = (gtid: string | null) => answers2({ executed: position(gtid) });
const readyAt = (atMs: number, lostAtMs: number | null = null) =>
  memory({ readiness: { node: 'db2', fit: true, reasons: [], atMs }, lostAtMs });

const notConfigured = 'replication is not configured';

describe('while the holder serves', () => {
  test.each<[what: string, change: Change, reason: string]>([
    ['all well', standby(answers2()), ''],
    ['on its way out', instance('db2', 'stopping'), 'its instance is stopping'],
    ['stopped', standby(refused), 'it is stopped: its port refuses connections'],
    ['silent', standby(unanswered), 'it is silent: no answer to connect'],
    ['full', standby(full), 'it is saturated: error 1040'],
    ['not letting us in', standby(lockedOut), 'it is locked-out: error 1045'],
    [
      'no replication',
      standby(answers2({ inbound: { kind: 'unconfigured' } })),
      'replication is not configured',
    ],
    [
      'its channel could not be read yet',
      standby(answers2({ inbound: { kind: 'unread' } })),
      'its replication status is not known yet: the server has not answered SHOW REPLICA STATUS',
    ],
    [
      'its channel is not told any more',
      standby(hears2({ unanswered: true, lagSeconds: null, caughtUp: false, heardAgoMs: 60_000 })),
      'its replication status is not known: the server does not answer SHOW REPLICA STATUS any more',
    ],
    [
      'the same, and what it said last was no better',
      standby(hears2({ unanswered: true, lagSeconds: null, io: 'no' })),
      'the IO thread is stopped',
    ],
    ['IO thread No', standby(hears2({ io: 'no' })), 'the IO thread is stopped'],
    ['SQL thread No', standby(hears2({ sql: 'no', lagSeconds: null })), 'the SQL thread is stopped'],
    ['lag at the limit', standby(hears2({ lagSeconds: 120 })), 'it lags by 120 s (limit 120 s)'],
    [
      'lag NULL is unknown, and unknown is unfit',
      standby(hears2({ lagSeconds: null })),
      'its lag is unknown',
    ],
    [
      'Connecting: nothing to receive from',
      standby(hears2({ io: 'connecting', lagSeconds: null })),
      'it is not connected to its source',
    ],
    [
      'replicating through the VIP',
      standby(hears2({ sourceAddress: '10.0.1.10' })),
      'it replicates through the VIP, not from the node',
    ],
    [
      'a filter',
      standby(hears2({ leavesOut: 'Replicate_Ignore_DB: logs' })),
      'its channel leaves out or rewrites rows (Replicate_Ignore_DB: logs)',
    ],
    [
      'the server id of the holder',
      (world) => holder(answers1({ serverId: 7 }))(standby(answers2({ serverId: 7 }))(world)),
      'it skips what the holder writes, because both have server_id 7',
    ],
    [
      'a server id of its own',
      (world) => holder(answers1({ serverId: 7 }))(standby(answers2({ serverId: 8 }))(world)),
      '',
    ],
    ['no room on the ENI', noRoom('db2'), 'its ENI has no room for one more address'],
    ['no room on the ENI of the holder', noRoom('db1'), ''],
    [
      'a transaction of its own',
      standby(executed(`${UUID1}:1-100,${UUID2}:1-2`)),
      `it has 2 transactions that the holder lacks: ${UUID2}:1-2`,
    ],
    ["the holder's own newer transactions are not errant", standby(executed(`${UUID1}:1-103`)), ''],
    [
      'came back with less than it had sent',
      holder(answers1({ executed: position(`${UUID1}:1-100,${UUID2}:1-4`) })),
      `it lost writes that it had sent: 4 transactions: ${UUID2}:1-4`,
    ],
    ['behind', standby(executed(`${UUID1}:1-60`)), ''],
    ['GTIDs off', standby(executed(null)), ''],
    ['no binary log', standby(answers2({ binaryLog: 'off' })), 'it has no binary log'],
    [
      'a holder that writes no binary log',
      holder(answers1({ binaryLog: 'off' })),
      'db1 writes no binary log, so nothing that it writes now gets to db2',
    ],
    ['a binary log that could not be read', standby(answers2({ binaryLog: 'unknown' })), ''],
    [
      'delayed on purpose, longer than a failover waits',
      standby(hears2({ delaySeconds: 31 })),
      'it applies with a delay of 31 s, and a failover waits 30 s',
    ],
    ['delayed on purpose, shorter', standby(hears2({ delaySeconds: 30 })), ''],
    [
      'an older series',
      standby(answers2({ version: '8.0.40' })),
      "its version 8.0.40 is older than the holder's 8.4.3",
    ],
    ['an older release of the series', standby(answers2({ version: '8.4.0' })), ''],
    ['a newer series', standby(answers2({ version: '9.0.1' })), ''],
    [
      'following a stranger',
      standby(hears2({ sourceIdentity: UUID3 })),
      `it replicates from another server: got ${UUID3} at 10.0.1.11, want ${UUID1}`,
    ],
    ['following nobody known yet', standby(hears2({ sourceIdentity: null })), ''],
    [
      'a backup locks it',
      standby(answers2({ globalLock: backup })),
      'a session holds a global lock: session 42 (backup@10.0.1.9, for 12 s: FLUSH TABLES WITH READ LOCK)',
    ],
    [
      'its applier is blocked',
      standby(hears2({ applierBlocked: 'disk full' })),
      'its applier is blocked: disk full',
    ],
    ['in offline mode', standby(answers2({ offline: true })), 'it refuses clients (offline_mode is ON)'],
    ['channel silent for 4.9 s', standby(hears2({ heardAgoMs: 4900 })), ''],
    [
      'channel silent for 5 s',
      standby(hears2({ heardAgoMs: 5000 })),
      'it has received nothing from the holder for 5 s',
    ],
    ['channel never heard of', standby(hears2({ heardAgoMs: null })), ''],
  ])('%s', (_, change, reason) => {
    if (reason === '') expect(reasons(change)).toBe('');
    else expect(reasons(change)).toContain(reason);
    expect(seen(steady, change).fitness.fit).toBe(reason === '');
  });

  it('does not blame the channel for what a holder that could not commit never sent', () => {
    const failing = (forMs: number) =>
      holder(
        answers1({
          heartbeat: { kind: 'failed', forMs, because: 'disk full', cause: 'disk-full', blocker: null },
        }),
      );
    const unheard = standby(hears2({ heardAgoMs: 6000 }));
    expect(reasons(failing(4000), unheard)).toBe('');
    expect(reasons(failing(500), unheard)).toContain('it has received nothing from the holder for 6 s');
  });

  it('nor for a heartbeat that our table alone keeps from being written', () => {
    const barred = holder(answers1({ heartbeat: { kind: 'barred', because: 'no table', blocker: null } }));
    expect(reasons(barred, standby(hears2({ heardAgoMs: 60_000 })))).toBe('');
  });

  it('nor for what a read-only holder does not send', () => {
    const closed = holder(answers1({ writable: false, heartbeat: { kind: 'not-tried' } }));
    expect(reasons(closed, standby(hears2({ heardAgoMs: 60_000 })))).toBe('');
  });

  it('nor for the silence of a quiet channel, whose source has just answered it', () => {
    const quiet = standby(hears2({ heardAgoMs: 20_000, heartbeatSeconds: 30 }));
    const answered = evidence(() => ({ sourceAsked: { node: 'db2', said: 'answers', atMs: NOW_MS } }));
    expect(seen(steady, holder(unanswered), quiet, answered)).toMatchObject({
      life: 'lives',
      fitness: { fit: true, reasons: [] },
    });
  });

  it('asks nothing of a channel into which no heartbeat is written', () => {
    const unheard = standby(hears2({ heardAgoMs: 60_000 }));
    expect(reasons(configured({ writeProbe: false }), unheard)).toBe('');
  });

  it('takes a filter that is wanted as it is', () => {
    const filtered = standby(hears2({ leavesOut: 'Replicate_Ignore_DB: logs' }));
    const wanted = configured({ replicationFilters: 'accept' });
    expect(seen(steady, filtered).fitness.fit).toBe(false);
    expect(seen(steady, filtered, wanted).fitness).toMatchObject({ fit: true, reasons: [] });
  });

  it('names every reason, not only the first', () => {
    const ill = answers2({
      inbound: channel({ io: 'no', lagSeconds: 300 }),
      executed: position(`${UUID2}:7`),
    });
    expect(seen(steady, standby(ill), noRoom('db2')).fitness.reasons).toHaveLength(4);
  });

  it('takes a NULL lag for 0 only when that safeguard is out', () => {
    const unknown = standby(hears2({ lagSeconds: null }));
    const sabotage: Change = (world) => ({ ...world, safeguards: without('nullLag') });
    expect(seen(steady, unknown, sabotage).fitness.fit).toBe(true);
  });
});

describe('once the holder is lost: ready before, serving and applying now', () => {
  /** The port refuses, and the standby's channel has lost it. */
  const away = { io: 'connecting', lagSeconds: null, heardAgoMs: 4000 } as const;
  const lost: Change = (world) => changed(world, holder(refused), standby(hears2(away)));
  test.each<[what: string, changes: readonly Change[], reason: string]>([
    ['ready before', [], ''],
    [
      'its channel has lost its source, of course',
      [standby(hears2({ io: 'connecting', lagSeconds: null }))],
      '',
    ],
    ['its IO thread has stopped', [standby(hears2({ ...away, io: 'no' }))], ''],
    ['it is behind: what it received will be applied', [standby(hears2({ ...away, caughtUp: false }))], ''],
    [
      'SQL thread No: it applies nothing',
      [standby(hears2({ ...away, sql: 'no' }))],
      'the SQL thread is stopped',
    ],
    [
      'SQL thread No, with an error',
      [standby(hears2({ ...away, sql: 'no', sqlError: { errno: 1062, message: 'Duplicate entry' } }))],
      'the SQL thread is stopped (error 1062: Duplicate entry)',
    ],
    [
      'no replication',
      [standby(answers2({ inbound: { kind: 'unconfigured' } }))],
      'replication is not configured',
    ],
    ['lost as well', [standby(unanswered)], 'it is silent'],
    [
      'in offline mode: it would refuse clients as holder too',
      [standby(answers2({ inbound: channel(away), offline: true }))],
      'it refuses clients (offline_mode is ON)',
    ],
    [
      'a filter',
      [standby(hears2({ ...away, leavesOut: 'Replicate_Ignore_DB: logs' }))],
      'its channel leaves out or rewrites rows',
    ],
    ['no room', [noRoom('db2')], 'no room'],
    [
      'unfit before, and for the same reason still',
      [rememberedUnfit(notConfigured), standby(answers2({ inbound: { kind: 'unconfigured' } }))],
      notConfigured,
    ],
    ['unfit before', [rememberedUnfit('it lags by 300 s')], 'before the holder was lost: it lags by 300 s'],
    [
      'never seen ready',
      [memory({ readiness: null })],
      'keepalambda has not seen it as a standby since before the holder was lost',
    ],
    [
      'another was ready',
      [memory({ readiness: { node: 'db1', fit: true, reasons: [], atMs: NOW_MS } })],
      'keepalambda has not seen it as a standby',
    ],
    ['its instance is on its way out', [instance('db2', 'stopping')], 'its instance is stopping'],
    [
      'a backup locks it: catching up ends that',
      [standby(answers2({ inbound: channel(away), globalLock: backup }))],
      '',
    ],
    [
      'its disk is full',
      [standby(hears2({ ...away, applierBlocked: 'disk full' }))],
      'its applier is blocked: disk full',
    ],
    [
      'it follows a stranger',
      [standby(hears2({ ...away, sourceIdentity: UUID3 }))],
      'it replicates from another server',
    ],
    ['ready 150 s ago', [readyAt(NOW_MS - READINESS_LIFE_MS)], ''],
    [
      'ready longer ago',
      [readyAt(NOW_MS - READINESS_LIFE_MS - 1)],
      'keepalambda saw it ready for the last time too long before',
    ],
    ['ready long ago, but the loss is as old', [readyAt(NOW_MS - 900_000, NOW_MS - 890_000)], ''],
  ])('%s', (_, changes, reason) => {
    const said = reasons(lost, ...changes);
    if (reason === '') expect(said).toBe('');
    else expect(said).toContain(reason);
  });

  it('does not ask for readiness only when that safeguard is out', () => {
    const sabotage: Change = (world) => ({ ...world, safeguards: without('readiness') });
    expect(seen(steady, lost, memory({ readiness: null }), sabotage).fitness.fit).toBe(true);
  });
});
