/** A standby that changes after the holder is lost: it applies, it restarts, it lets us in again. */
import { describe, expect, it, test } from 'vitest';
import type { Saw } from '../../lib/core/evidence/sighting.ts';
import { Leader } from './leader.ts';
import {
  answered,
  answers2,
  backup,
  bereft,
  channel,
  db1,
  db2,
  hanging,
  hears2,
  lockedOut,
  memory,
  NOW_MS,
  position,
  refused,
  UUID1,
  unanswered,
  well1,
  well2,
} from './world.ts';

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
