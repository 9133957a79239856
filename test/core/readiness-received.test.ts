/** Whether a standby may take over is decided by what it has received by the end of its source. */
import { describe, expect, it, test } from 'vitest';
import type { Saw } from '../../lib/core/evidence/sighting.ts';
import { Leader } from './leader.ts';
import {
  answered,
  answers1,
  answers2,
  backup,
  bereft,
  channel,
  db1,
  db2,
  full,
  hanging,
  hears2,
  lockedOut,
  memory,
  NOW_MS,
  position,
  refused,
  UUID1,
  UUID3,
  unanswered,
  well1,
  well2,
} from './world.ts';

describe('what the standby has received by the end decides', () => {
  const has = (to: number, changes: Partial<Parameters<typeof channel>[0]> = {}) => {
    const at = position(`${UUID1}:1-${to}`, to * 10);
    return answers2({ executed: at, inbound: channel({ received: at, applied: at, ...changes }) });
  };
  const holder = (to: number) => answered({ ...db1, executed: position(`${UUID1}:1-${to}`, to * 10) });
  const alone = { io: 'connecting', lagSeconds: null, heardAgoMs: 5000 } as const;

  test('its channel came back a moment before the holder died, and brought all', () => {
    const leader = new Leader();
    leader.looks(20, 250, holder(100), has(100));
    leader.looks(40, 250, holder(200), has(100, { io: 'no', lagSeconds: null }));
    expect(leader.memory.readiness).toMatchObject({ fit: false, isCutOff: true });
    leader.looks(2, 250, holder(210), has(210));
    expect(leader.looks(3, 250, refused, has(212, alone))).toMatchObject({ deed: 'failover' });
  });

  test('its channel broke between two looks, and the holder died long after', () => {
    const leader = new Leader();
    leader.looks(20, 250, holder(100), has(100));
    // What it says of itself is old: the holder has written on, and nothing of that came.
    for (let to = 100; to < 150; to += 1) leader.look(100, holder(to), has(100));
    const { deed, situation } = leader.looks(3, 250, refused, has(100, alone));
    expect(deed).toBe('stay');
    expect(situation.fitness.reasons.join()).toContain('it lacks writes that db1 had before it was lost: ');
  });

  test('its channel broke a moment before the holder died, and the first look at that came late', () => {
    const leader = new Leader();
    leader.looks(20, 250, holder(100), has(100));
    for (let to = 101; to < 115; to += 1) leader.look(250, holder(to), has(100));
    leader.look(1000, refused, has(100, alone));
    expect(leader.looks(2, 250, refused, has(100, alone))).toMatchObject({ deed: 'failover' });
  });

  test.each<[what: string, blindMs: number, has: number, deed: string]>([
    ['for long, and then it lacks what came meanwhile', 10_000, 100, 'stay'],
    ['for long, and it has all that was seen since', 10_000, 200, 'failover'],
    ['as long as between two looks: as if they had been seen', 5000, 100, 'failover'],
  ])('both nodes were out of sight %s', (_, blindMs, to, deed) => {
    const leader = new Leader();
    leader.looks(20, 250, holder(100), has(100));
    leader.blind(blindMs);
    leader.looks(6, 250, holder(200), has(to, to < 200 ? alone : {}));
    expect(leader.looks(3, 250, refused, has(to, alone))).toMatchObject({ deed });
  });

  describe('nobody could look for a while, and its channel is stopped when the holder is found dead', () => {
    const halted = (errno?: number) =>
      has(100, {
        io: 'no',
        lagSeconds: null,
        ...(errno === undefined ? {} : { ioError: { errno, message: 'a test' } }),
      });
    const behind = memory({ behind: { db1: '3 transactions: a:1-3' } });
    const fromDb1 = { node: 'db2', from: 'db1', atMs: NOW_MS, missing: null };
    const byUs = memory({ detached: fromDb1 });
    const both = { node: 'db1', from: 'db2', atMs: NOW_MS, missing: '', earlier: fromDb1 };
    test.each<[what: string, blindMs: number, errno: number | undefined, deed: string]>([
      ['with an error of its own', 20_000, 1236, 'stay'],
      ['by somebody', 20_000, undefined, 'stay'],
      ['after its last try to connect', 20_000, 2003, 'failover'],
      ['with an error of its own, within the time that may be lost', 5000, 1236, 'failover'],
    ])('%s', (_, blindMs, errno, deed) => {
      const leader = new Leader();
      leader.looks(20, 250, holder(100), has(100));
      leader.blind(blindMs);
      const step = leader.looks(3, 250, refused, halted(errno));
      expect(step.deed).toBe(deed);
      if (deed === 'stay')
        expect(step.situation.fitness.reasons.join()).toContain(
          'its channel was stopped while nobody saw db1',
        );
    });

    test.each([
      ['by us, from a holder that was dead', byUs],
      ['by us, and the other one after it, in two failovers', memory({ detached: both })],
      ['by an error, and the holder had come back with less than it had sent', behind],
    ])('%s', (_, change) => {
      const leader = new Leader(change);
      leader.blind(20_000);
      const errno = change === behind ? 1236 : undefined;
      expect(leader.looks(3, 250, refused, halted(errno))).toMatchObject({ deed: 'failover' });
    });

    test.each([
      ['found it ready a moment ago', 1000, 'failover'],
      ['found it ready for the last time long ago', 20_000, 'stay'],
    ])('and this leader has never seen the holder: the one before %s', (_, agoMs, deed) => {
      const leader = new Leader(
        memory({ readiness: { node: 'db2', fit: true, reasons: [], atMs: NOW_MS - agoMs } }),
      );
      expect(leader.looks(3, 250, refused, halted(1236))).toMatchObject({ deed });
    });
  });

  describe('a semi-synchronous holder has waited for it since it was cut off', () => {
    const waits = (to: number, forMs: number, waiting = true) =>
      answers1({
        executed: position(`${UUID1}:1-${to}`, to * 10),
        semiSync: { waiting, timeoutMs: 60_000 },
        heartbeat: { kind: 'failed', forMs, because: 'waits', cause: 'semi-sync', blocker: null },
      });
    const lost = (waiting: boolean) => {
      const leader = new Leader();
      leader.looks(20, 250, holder(100), has(100));
      for (let ms = 250; ms < 8000; ms += 250) leader.look(250, waits(101, ms, waiting), has(100, alone));
      return leader.looks(3, 250, refused, has(100, alone));
    };

    it('takes over: what waits was told to no client', () => {
      expect(lost(true)).toMatchObject({ deed: 'failover' });
    });

    it('does not where the holder does not say so', () => {
      expect(lost(false)).toMatchObject({ deed: 'stay' });
    });
  });

  test.each([
    ['and has all', 210, 'failover'],
    ['and lacks what came meanwhile', 100, 'stay'],
  ])('it followed another server, follows the holder again %s', (_, to, deed) => {
    const leader = new Leader();
    leader.looks(20, 250, holder(100), has(100));
    leader.looks(40, 250, holder(200), has(100, { sourceIdentity: UUID3 }));
    expect(leader.memory.readiness).toMatchObject({ fit: false });
    leader.looks(2, 250, holder(210), has(to));
    expect(leader.looks(3, 250, refused, has(to, alone))).toMatchObject({ deed });
  });

  test.each([
    ['and has all the same', 200, 'failover'],
    ['and lacks a part of that', 150, 'stay'],
  ])('it restarted since it was seen ready, which nobody saw, %s', (_, to, deed) => {
    const atMs = NOW_MS - 60_000;
    const reasons = ['it is stopped'];
    const leader = new Leader(
      memory({ readiness: { node: 'db2', fit: false, reasons, isCutOff: true, atMs } }),
    );
    leader.looks(20, 250, holder(200), refused);
    leader.look(250, refused, refused);
    const back = answered({
      ...db2,
      uptimeSeconds: 3,
      inbound: channel({ ...alone, caughtUp: false, received: position(`${UUID1}:1-${to}`, to * 10) }),
    });
    expect(leader.looks(3, 250, refused, back)).toMatchObject({ deed });
  });

  test('what it has says nothing where the holder was seen too long ago', () => {
    const leader = new Leader();
    leader.looks(20, 250, holder(100), has(100));
    leader.looks(40, 250, full, has(100, { io: 'no', lagSeconds: null }));
    leader.looks(2, 250, full, has(100));
    const { deed, situation } = leader.looks(3, 250, refused, has(100, alone));
    expect(deed).toBe('stay');
    expect(situation.fitness.reasons).toEqual(['before the holder was lost: the IO thread is stopped']);
  });
});

describe('a standby that has received everything, and applied it late', () => {
  const lagging = hears2({ lagSeconds: 150, caughtUp: false });
  const lost = { io: 'connecting', lagSeconds: null, heardAgoMs: 5000 } as const;
  const behind = position(`${UUID1}:1-90`, 900);
  const lacking = (inbound: Parameters<typeof channel>[0]) =>
    answers2({ globalLock: backup, executed: behind, inbound: channel({ ...inbound, received: behind }) });
  const locked = (inbound: Parameters<typeof channel>[0]) =>
    answers2({ globalLock: backup, inbound: channel(inbound) });

  test.each<[what: string, before: Saw, after: Saw, deed: string]>([
    ['it lagged, and has caught up', lagging, hears2({ ...lost, caughtUp: true }), 'failover'],
    ['it lagged, and has not caught up', lagging, hears2({ ...lost, caughtUp: false }), 'stay'],
    [
      'a backup locks it: catching up ends that',
      locked({}),
      locked({ ...lost, caughtUp: false }),
      'failover',
    ],
    [
      'a backup locked it, and has ended',
      locked({ lagSeconds: 150, caughtUp: false }),
      hears2({ ...lost, caughtUp: true }),
      'failover',
    ],
    ['it had no binary log, and has one', answers2({ binaryLog: 'off' }), hears2(lost), 'failover'],
    [
      'it had no binary log, and still has none',
      answers2({ binaryLog: 'off' }),
      answers2({ binaryLog: 'off', inbound: channel(lost) }),
      'stay',
    ],
    [
      'a backup locks it, and its channel was stopped before it had all',
      lacking({ io: 'no', lagSeconds: null }),
      lacking({ ...lost, caughtUp: true }),
      'stay',
    ],
    [
      'a backup locks it, and its channel was unfed, and it has all',
      locked({ io: 'no', lagSeconds: null }),
      locked({ ...lost, caughtUp: true }),
      'failover',
    ],
  ])('%s', (_, before, after, deed) => {
    const leader = new Leader();
    leader.looks(10, 1000, well1, before);
    expect(leader.memory.readiness?.fit).toBe(false);
    // One vantage still holds the word of a living holder when the channel is already cut.
    leader.look(250, well1, after);
    expect(leader.looks(3, 250, refused, after).deed).toBe(deed);
  });
});

describe('a standby that restarted after the loss', () => {
  const received = position(`${UUID1}:1-50000`);
  const lagging = hears2({
    lagSeconds: 100,
    received,
    applied: position(`${UUID1}:1-1000`),
    caughtUp: false,
  });
  const back = (gtid: string, uptimeSeconds: number) =>
    answers2({
      uptimeSeconds,
      executed: position(gtid),
      inbound: channel({ io: 'connecting', lagSeconds: null, received: position(''), heardAgoMs: 0 }),
    });

  test.each<[what: string, saw: Saw, deed: string]>([
    ['threw away what it had not applied', back(`${UUID1}:1-1000`, 2), 'stay'],
    ['had applied everything', back(`${UUID1}:1-50000`, 2), 'failover'],
    ['has its uptime not read yet, and lacks it all the same', back(`${UUID1}:1-1000`, 0), 'stay'],
  ])('%s', (_, saw, deed) => {
    const leader = new Leader();
    leader.look(1000, well1, lagging);
    leader.looks(3, 1000, refused, refused);
    const step = leader.looks(2, 1000, refused, saw);
    expect(step.deed).toBe(deed);
    if (deed === 'stay')
      expect(step.situation.fitness.reasons).toEqual([
        `it restarted after the holder was lost, and lost what it had received: 49000 transactions: ${UUID1}:1001-50000`,
      ]);
  });

  it('is judged by what it had received when its source was lost, not at the last look before, and by no clock', () => {
    const leader = new Leader();
    leader.look(
      1000,
      well1,
      hears2({ lagSeconds: 100, received: position(`${UUID1}:1-1000`), caughtUp: false }),
    );
    leader.looks(3, 20_000, refused, lagging);
    // Its uptime would say that it did not restart.
    const { situation } = leader.looks(2, 1000, refused, back(`${UUID1}:1-1000`, 90));
    expect(situation.fitness.reasons.join()).toContain('lost what it had received: 49000 transactions');
  });

  it('is judged by what it had received, also by a leader that knew only from it that its source lived', () => {
    const leader = new Leader();
    leader.looks(4, 1000, unanswered, lagging);
    leader.looks(
      4,
      1000,
      unanswered,
      hears2({ io: 'connecting', lagSeconds: null, received, heardAgoMs: 5000 }),
    );
    expect(leader.memory.receivedWhenLost).toEqual(received);
    const { situation } = leader.looks(2, 1000, unanswered, back(`${UUID1}:1-1000`, 90));
    expect(situation.fitness.reasons.join()).toContain('lost what it had received: 49000 transactions');
  });

  it('of which nobody saw what it had received is not trusted', () => {
    const leader = new Leader(memory({ lostAtMs: NOW_MS, receivedWhenLost: null }));
    leader.nowMs += 10_000;
    const { situation } = leader.looks(3, 250, refused, back(`${UUID1}:1-1000`, 4));
    expect(situation.fitness.reasons.join()).toContain('may have lost what it had received');
  });
});

test('a standby that refused our login for seconds, and has what the holder had, takes over', () => {
  const leader = new Leader();
  leader.looks(20, 250, well1, well2);
  leader.looks(20, 1000, unanswered, lockedOut);
  expect(leader.looks(20, 250, unanswered, bereft).row).toBe('holder-lost');
});

describe('a commit that waits for a semi-synchronous standby', () => {
  const at = (to: number) => position(`${UUID1}:1-${to}`, to * 10);
  const holderAt = (to: number, waits: boolean): Saw => {
    const heartbeat = hanging(1500, { cause: 'semi-sync' });
    const semiSync = { waiting: waits, timeoutMs: 10_000 };
    return answered({ ...db1, executed: at(to), semiSync, ...(waits ? { heartbeat } : {}) });
  };
  const standbyAt = (to: number, changes: Partial<Parameters<typeof channel>[0]> = {}): Saw =>
    answered({
      ...db2,
      executed: at(to),
      inbound: channel({ received: at(to), applied: at(to), ...changes }),
    });

  it('is not missed where a look had shown it in the log before it was known to hang', () => {
    const leader = new Leader();
    leader.looks(20, 250, holderAt(100, false), standbyAt(100));
    leader.looks(2, 250, holderAt(101, false), unanswered);
    leader.looks(20, 500, holderAt(101, true), unanswered);
    leader.looks(3, 250, refused, unanswered);
    const back = standbyAt(100, { io: 'connecting', lagSeconds: null, heardAgoMs: 60_000 });
    expect(leader.looks(3, 250, refused, back).situation.fitness.reasons).toEqual([]);
  });
});
