/** Whether a standby may take over is decided by what it has received by the end of its source. */
import { describe, expect, it, test } from 'vitest';
import { Leader } from './leader.ts';
import {
  answered,
  answers1,
  answers2,
  channel,
  db1,
  db2,
  full,
  memory,
  NOW_MS,
  position,
  refused,
  UUID1,
  UUID3,
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

  test('without GTIDs, places in the log of another server say nothing of what the holder had', () => {
    const leader = new Leader();
    const at = (offset: number) => position(null, offset);
    const writing = answered({ ...db1, executed: at(9000) });
    const follows = (sourceIdentity: string, offset: number) =>
      answers2({
        executed: at(1000),
        inbound: channel({ received: at(offset), applied: at(offset), sourceIdentity }),
      });
    leader.looks(20, 250, writing, follows(UUID1, 9000));
    leader.looks(40, 250, writing, follows(UUID3, 120));
    const { deed, situation } = leader.looks(3, 250, refused, follows(UUID3, 120));
    expect(deed).toBe('stay');
    expect(situation.fitness.reasons.join()).not.toContain('it lacks writes');
    expect(situation.fitness.reasons.join()).toContain('it replicates from another');
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
