/** Whether a standby may take over is told by how it was while the holder lived, whether or not it served us. */
import { describe, expect, it, test } from 'vitest';
import type { Saw } from '../../lib/core/evidence/sighting.ts';
import { Leader } from './leader.ts';
import {
  answers1,
  answers2,
  bereft,
  channel,
  full,
  hears2,
  hung,
  lockedOut,
  memory,
  NOW_MS,
  position,
  refused,
  UUID1,
  UUID3,
  unanswered,
  vipAt,
  well1,
  well2,
} from './world.ts';

const stopped = hears2({ io: 'no', lagSeconds: null });
const ioError = { errno: 1040, message: 'Too many connections' };
const refusedBySource = hears2({ io: 'connecting', lagSeconds: null, ioError, heardAgoMs: 60_000 });
const blocked: Saw = { kind: 'saturated', errno: 1129, message: 'Host is blocked' };

describe('the holder lives and does not serve us; its standby goes bad; the holder dies', () => {
  const heard = { heardAgoMs: 300 };
  const idle = hears2({ io: 'connecting', sql: 'no', lagSeconds: null, heardAgoMs: 5000 });
  test.each<[what: string, db1: Saw, db2: Saw, atDeath?: Saw]>([
    ['full, and its channel is refused', full, refusedBySource],
    ['full, and somebody stops its channel', full, stopped],
    ['it refuses us, and the channel is refused', lockedOut, refusedBySource],
    ['it refuses us, and the channel hears nothing', lockedOut, hears2({ heardAgoMs: 9000 })],
    ['it refuses us, and the lag is unknown', lockedOut, hears2({ lagSeconds: null })],
    ['our path is cut, and it does not know its lag', unanswered, hears2({ lagSeconds: null, ...heard })],
    [
      'our path is cut, and its SQL thread stops',
      unanswered,
      hears2({ sql: 'no', lagSeconds: null, ...heard }),
      idle,
    ],
    [
      'it hangs for us, and its applier stops',
      hung,
      hears2({ sql: 'no', ...heard, receivedAgoMs: 100 }),
      idle,
    ],
  ])('%s: no failover', (_, ofHolder, ofStandby, atDeath = bereft) => {
    const leader = new Leader();
    leader.look(1000, well1, well2);
    leader.looks(4, 250, ofHolder, well2);
    const bad = leader.looks(20, 1000, ofHolder, ofStandby);
    expect(bad.deed).not.toBe('failover');
    expect(leader.memory.outbox.map(({ code }) => code)).toContain('standby-unfit');
    expect(leader.looks(3, 250, refused, atDeath).row).toBe('holder-lost-standby-unfit');
    expect(leader.memory.outbox.map(({ code }) => code)).toContain('holder-lost');
  });

  it.each([full, lockedOut])('a standby that stays well takes over, two hours later: $kind', (barred) => {
    const leader = new Leader();
    leader.look(1000, well1, well2);
    leader.looks(7200, 1000, barred, well2);
    expect(leader.looks(2, 250, refused, bereft)).toMatchObject({ row: 'holder-lost', deed: 'failover' });
  });
});

test('what only a look at both can tell is not over because the holder cannot be seen', () => {
  const executed = position(`${UUID1}:1-100,${UUID3}:1`);
  const errant = answers2({ executed });
  const alone = channel({ io: 'connecting', lagSeconds: null, heardAgoMs: 5000 });
  const leader = new Leader();
  leader.looks(20, 1000, well1, errant);
  leader.looks(20, 1000, full, errant);
  expect(leader.memory.readiness?.reasons.join()).toContain('1 transactions that the holder lacks');
  expect(leader.looks(3, 250, refused, answers2({ executed, inbound: alone })).deed).toBe('stay');
});

it('a standby of a holder that writes no binary log is unready at once, and does not take over, whatever its GTIDs say', () => {
  const leader = new Leader();
  leader.looks(3, 1000, well1, answers2());
  leader.look(1000, answers1({ binaryLog: 'off' }), answers2());
  expect(leader.memory.readiness?.fit).toBe(false);
  const lost = { io: 'connecting', lagSeconds: null, heardAgoMs: 5000 } as const;
  const { deed, situation } = leader.looks(3, 250, refused, hears2({ ...lost, caughtUp: true }));
  expect([deed, situation.fitness.reasons.join()]).toEqual([
    'stay',
    expect.stringContaining('before the holder was lost: db1 writes no binary log'),
  ]);
});

it('an old holder that hung, is back and lets nobody of ours in is told of, whatever the incident has told before', () => {
  const told = ['failover-started', 'failover-done', 'standby-unfit'] as const;
  const leader = new Leader(
    vipAt({ kind: 'node', node: 'db2' }),
    memory({
      lastHolder: 'db2',
      incident: { id: '41c', openedAtMs: NOW_MS - 60_000, row: 'holder-lost', told },
    }),
  );
  leader.looks(4, 250, blocked, answers2({ writable: true, heartbeat: { kind: 'committed' } }));
  expect(leader.memory.outbox.map(({ code }) => code)).toEqual(['standby-unfit']);
});

it('takes the VIP back from a dead node that somebody moved it to: the node that had it wrote last', () => {
  const moved = memory({
    readiness: { node: 'db1', fit: true, reasons: [], atMs: NOW_MS },
    movedByHand: { from: 'db2', to: 'db1', atMs: NOW_MS },
  });
  const leader = new Leader(moved);
  expect(leader.looks(3, 250, refused, bereft)).toMatchObject({ row: 'holder-lost', deed: 'failover' });
});

describe('moments in which nothing is seen', () => {
  it('both are silent for 2 s, and only the standby is back', () => {
    const leader = new Leader();
    leader.look(1000, well1, well2);
    leader.looks(4, 500, unanswered, unanswered);
    expect(leader.look(500, unanswered, bereft).deed).toBe('failover');
  });

  test.each([
    [20, 'failover'],
    [140, 'failover'],
    [160, 'stay'],
  ])('every vantage is blind for %s s as the holder dies', (seconds, deed) => {
    const leader = new Leader();
    leader.look(1000, well1, well2);
    leader.blind(seconds * 1000);
    expect(leader.looks(3, 250, refused, bereft).deed).toBe(deed);
  });

  it('both have been silent for longer than readiness lives: that no death was proven lets it age', () => {
    const leader = new Leader();
    leader.look(1000, well1, well2);
    leader.looks(320, 500, unanswered, unanswered);
    expect(leader.looks(3, 500, unanswered, bereft)).toMatchObject({ deed: 'stay' });
  });
});

describe('a channel that lives on luck', () => {
  const ill = hears2({ io: 'connecting', lagSeconds: null });

  it('is unfit when it was ill for its time, although every second look finds it well', () => {
    const leader = new Leader();
    for (let i = 0; i < 5; i++) {
      leader.look(700, well1, ill);
      leader.look(700, well1, well2);
    }
    leader.look(700, well1, ill);
    expect(leader.memory.readiness?.fit).toBe(false);
    expect(leader.look(700, well1, well2).alerted).toEqual(['standby-unfit']);
  });

  it('is ready still after two moments out of touch: the second may be the death of the holder', () => {
    const leader = new Leader();
    leader.looks(10, 500, well1, well2);
    leader.look(250, well1, ill);
    leader.looks(5, 500, well1, well2);
    leader.looks(3, 250, well1, ill);
    expect(leader.memory.readiness?.fit).toBe(true);
  });

  it('is unfit at once where its source refuses it, and fit again after 3 s', () => {
    const leader = new Leader();
    expect(leader.look(250, well1, refusedBySource).alerted).toEqual([]);
    expect(leader.look(250, well1, refusedBySource).alerted).toEqual(['standby-unfit']);
    leader.looks(6, 500, well1, well2);
    expect(leader.memory.readiness?.fit).toBe(false);
    leader.look(500, well1, well2);
    expect(leader.memory.readiness?.fit).toBe(true);
  });

  it('a lag near its limit does not come and go', () => {
    const leader = new Leader();
    leader.looks(5, 1000, well1, hears2({ lagSeconds: 121 }));
    leader.looks(10, 1000, well1, hears2({ lagSeconds: 97 }));
    expect(leader.memory.readiness).toMatchObject({ fit: false });
    leader.looks(10, 1000, well1, hears2({ lagSeconds: 95 }));
    expect(leader.memory.readiness).toMatchObject({ fit: true });
    expect(leader.memory.outbox.map(({ code }) => code)).toEqual(['standby-unfit', 'all-clear']);
  });
});

describe('a standby had restarted before it was seen ready', () => {
  /** Its holder dies while nobody leads, and the clock of the next leader is ahead by so much. */
  const judgedBy = (aheadMs: number, watchedForSeconds: number) => {
    const leader = new Leader(memory({ readiness: null }));
    for (let uptimeSeconds = 1; uptimeSeconds <= watchedForSeconds; uptimeSeconds++)
      leader.look(1000, well1, answers2({ uptimeSeconds }));
    expect(leader.memory.readiness).toMatchObject({ fit: true });
    const next = leader.next();
    next.nowMs += 30_000 + aheadMs;
    let last = next.look(0, refused, unanswered);
    for (let at = 0; at < 3; at++)
      last = next.look(
        1000,
        refused,
        answers2({
          uptimeSeconds: watchedForSeconds + 31 + at,
          inbound: channel({ io: 'connecting', lagSeconds: null, heardAgoMs: 5000 }),
        }),
      );
    return last;
  };

  it.each([0, 15_000])(
    'the next leader, whose clock is %i ms ahead, knows that it has not restarted since',
    (aheadMs) => {
      expect(judgedBy(aheadMs, 30).deed).toBe('failover');
    },
  );

  it('is noted once more when it has run for long, and not again', () => {
    const leader = new Leader(memory({ readiness: null }));
    const noted = new Set<number | undefined>();
    for (let uptimeSeconds = 1; uptimeSeconds <= 60; uptimeSeconds++) {
      leader.look(1000, well1, answers2({ uptimeSeconds }));
      noted.add(leader.memory.readiness?.atMs);
    }
    expect(noted.size - (noted.has(undefined) ? 1 : 0)).toBe(2);
  });
});

it('commits that hang do not let an incident end, nor does a heartbeat that is barred', () => {
  const incident = { id: '41c', openedAtMs: NOW_MS - 9000, row: 'D1', told: [] };
  const leader = new Leader(memory({ incident }));
  const hanging = (forMs: number) =>
    answers1({
      heartbeat: { kind: 'failed', forMs, because: 'full', cause: 'disk-full', blocker: null },
    });
  for (let forMs = 1000; forMs < 5000; forMs += 250) leader.look(250, hanging(forMs), well2);
  expect(leader.memory.incident).not.toBeNull();
  leader.looks(14, 250, well1, well2);
  expect(leader.memory.incident).toBeNull();
});

/** The holder is cut off from us and lives on; its standby does not receive from it for a while. */
test.each<[what: string, astray: Saw]>([
  ['followed a stranger', hears2({ sourceIdentity: UUID3, heardAgoMs: 100 })],
  ['had no channel', answers2({ inbound: { kind: 'unconfigured' } })],
])('a standby that %s cannot show that its source is dead: no failover afterwards', (_, astray) => {
  const leader = new Leader();
  leader.looks(20, 250, well1, well2);
  leader.looks(20, 250, unanswered, hears2({ heardAgoMs: 100 }));
  expect(leader.looks(25, 1000, unanswered, astray).row).toBe('holder-lost-unwitnessed');
  const { row, situation } = leader.looks(120, 1000, unanswered, bereft);
  expect(row).toBe('holder-lost-standby-unfit');
  expect(situation.fitness.reasons.join()).toContain('before the holder was lost');
});

/** Too short to hide more than a failover may lose. What came from the stranger is at other places of another log. */
test.each<[what: string, forSeconds: number, gtid: string | null, to: number, deed: string]>([
  ['for a moment', 2, `${UUID1}:1-200`, 200, 'failover'],
  ['for a moment, and GTIDs are off', 2, null, 200, 'failover'],
  ['for a moment, and has lost what it had received', 2, `${UUID1}:1-200`, 100, 'stay'],
  ['for a moment, and has lost what it had received, and GTIDs are off', 2, null, 100, 'stay'],
  ['for longer', 5, `${UUID1}:1-200`, 200, 'stay'],
])('a standby that followed a stranger %s while its holder hung', (_, forSeconds, gtid, to, deed) => {
  const at = (count: number) => position(gtid === null ? null : `${UUID1}:1-${count}`, count * 10);
  const has = (count: number, changes: Parameters<typeof hears2>[0]) =>
    answers2({
      executed: position(gtid === null ? null : `${UUID1}:1-${count}`),
      inbound: channel({
        heardAgoMs: 0,
        received: at(count),
        applied: at(count),
        retrySeconds: 1,
        ...changes,
      }),
    });
  const leader = new Leader();
  leader.looks(20, 250, answers1({ executed: at(200) }), has(200, {}));
  leader.looks(16, 500, unanswered, has(200, { heardAgoMs: 100, receivedAgoMs: 5000 }));
  const stranger = { sourceIdentity: UUID3, received: { ...at(900), gtid: gtid === null ? null : '' } };
  leader.looks(forSeconds * 2, 500, unanswered, has(200, stranger));
  const lost = { io: 'connecting', lagSeconds: null } as const;
  let last = leader.look(250, unanswered, has(to, { ...lost, heardAgoMs: forSeconds * 1000 }));
  for (let at = 1; at < 20 && last.deed !== 'failover'; at++)
    last = leader.look(500, unanswered, has(to, { ...lost, heardAgoMs: forSeconds * 1000 + at * 500 }));
  expect(last.deed).toBe(deed);
});

/** The holder is cut off from us and lives on; what its channel did meanwhile, nobody knows. */
test.each<[what: string, unasked: Saw]>([
  ['refused our login', lockedOut],
  ['had no room for us', full],
  ['was stopped', refused],
])('a standby that %s for minutes cannot show when its source died: no failover afterwards', (_, unasked) => {
  const leader = new Leader();
  leader.looks(20, 250, well1, well2);
  leader.looks(160, 1000, unanswered, unasked);
  expect(leader.memory.lostAtMs).toBeNull();
  const { row, situation } = leader.looks(80, 1000, unanswered, bereft);
  expect(row).toBe('holder-lost-standby-unfit');
  expect(situation.fitness.reasons.join()).toContain('too long before the holder was lost');
});
