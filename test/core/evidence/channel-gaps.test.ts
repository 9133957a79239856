/** A standby that was kept from hearing is no witness of a death before it has had the time to hear again. */
import { describe, expect, it, test } from 'vitest';
import type { Saw } from '../../../lib/core/evidence/sighting.ts';
import { Leader } from '../leader.ts';
import { answered, db1, db2, hears2, memory, NOW_MS, unanswered } from '../world.ts';

const [well1, well2] = [answered(db1), answered(db2)];
const deedOf = (leader: Leader, forMs: number, ofStandby: (passedMs: number) => Saw) => {
  let last = leader.look(250, unanswered, ofStandby(0));
  for (let passedMs = 250; passedMs < forMs && last.deed !== 'failover'; passedMs += 250)
    last = leader.look(250, unanswered, ofStandby(passedMs));
  return last.deed;
};

describe('the holder does not answer us, and the standby was away itself', () => {
  const silentFor = (ms: number) => (passedMs: number) =>
    hears2({ io: 'yes', lagSeconds: 0, heardAgoMs: ms + passedMs, receivedAgoMs: ms + passedMs });

  it('a channel that is still connected may hear again: no failover before that had the time', () => {
    const leader = new Leader();
    leader.looks(20, 250, well1, well2);
    leader.looks(16, 500, unanswered, unanswered);
    expect(deedOf(leader, 9000, silentFor(8000))).not.toBe('failover');
    expect(deedOf(leader, 4000, silentFor(17_000))).toBe('failover');
  });

  it('one that hears again speaks for the holder', () => {
    const leader = new Leader();
    leader.looks(20, 250, well1, well2);
    leader.looks(16, 500, unanswered, unanswered);
    expect(deedOf(leader, 20_000, () => hears2({ heardAgoMs: 300 }))).not.toBe('failover');
  });

  it('one that lost its connection within seconds was left by its source', () => {
    const leader = new Leader();
    leader.looks(20, 250, well1, well2);
    leader.looks(4, 500, unanswered, unanswered);
    const left = hears2({ io: 'connecting', lagSeconds: null, heardAgoMs: 2500 });
    expect(deedOf(leader, 1000, () => left)).toBe('failover');
  });
});

/** A cut of the two nodes from each other, and one of us from the holder, may have ended a moment before the look. */
describe('the holder does not answer us, and nobody could ask the standby for long', () => {
  const lockedOut: Saw = { kind: 'locked-out', errno: 1045, message: 'Access denied' };
  const saturated: Saw = { kind: 'saturated', errno: 1040, message: 'Too many connections' };
  const deafFor = (ms: number) => (passedMs: number) =>
    hears2({ io: 'yes', lagSeconds: 0, heardAgoMs: ms + passedMs, receivedAgoMs: ms + passedMs });
  const connecting = (ms: number) => (passedMs: number) =>
    hears2({ io: 'connecting', lagSeconds: null, heardAgoMs: ms + passedMs, retrySeconds: 10 });
  const unaskedFor = (saw: Saw, looks: number) => {
    const leader = new Leader();
    leader.looks(20, 250, well1, well2);
    leader.looks(looks, 500, unanswered, saw);
    return leader;
  };

  it.each([
    ['locked us out', lockedOut],
    ['was saturated', saturated],
  ])('it %s: its channel has as long to hear again as it has heard nothing', (_, saw) => {
    const leader = unaskedFor(saw, 50);
    expect(deedOf(leader, 18_000, deafFor(18_000))).not.toBe('failover');
    expect(deedOf(leader, 4000, deafFor(36_000))).toBe('failover');
  });

  it('its channel has lost the connection: it has the time to try again', () => {
    const leader = unaskedFor(lockedOut, 50);
    expect(deedOf(leader, 11_000, connecting(18_000))).not.toBe('failover');
    expect(deedOf(leader, 4000, connecting(29_000))).toBe('failover');
  });

  it('it was asked a few seconds before: nothing is waited for', () => {
    const leader = unaskedFor(lockedOut, 10);
    expect(deedOf(leader, 1000, connecting(5500))).toBe('failover');
  });

  it('it heard the holder a moment before it was asked again: nothing is waited for', () => {
    const leader = unaskedFor(lockedOut, 50);
    expect(deedOf(leader, 1000, connecting(3000))).toBe('failover');
  });

  it('every vantage was blind for all that time', () => {
    const leader = new Leader();
    leader.looks(20, 250, well1, well2);
    leader.blind(20_000);
    leader.looks(3, 250, unanswered, unanswered);
    expect(deedOf(leader, 11_000, connecting(18_000))).not.toBe('failover');
  });

  it('a new leader has never asked it', () => {
    const before = new Leader();
    before.looks(20, 250, well1, well2);
    const leader = before.next();
    expect(deedOf(leader, 11_000, connecting(18_000))).not.toBe('failover');
    expect(deedOf(leader, 4000, connecting(29_000))).toBe('failover');
  });

  it('a new leader asks it within seconds: nothing is waited for', () => {
    const before = new Leader();
    before.looks(20, 250, well1, well2);
    expect(deedOf(before.next(), 1500, connecting(4000))).toBe('failover');
  });

  it('the leader before had proven the holder dead: nothing is waited for', () => {
    const before = new Leader(memory({ pause: { by: 'ann', why: 'a test', untilMs: NOW_MS + 1e9 } }));
    before.looks(20, 250, well1, well2);
    before.looks(8, 250, unanswered, connecting(2000)(0));
    const after = before.next();
    const { situation } = after.looks(8, 250, unanswered, connecting(60_000)(0));
    expect(situation.life).toBe('dead');
  });
});

test('a channel that a person stopped and started is no witness before it has tried to connect again', () => {
  const leader = new Leader();
  leader.looks(20, 250, well1, well2);
  const connecting = (passedMs: number) =>
    hears2({ io: 'connecting', lagSeconds: null, heardAgoMs: 2500 + passedMs, retrySeconds: 10 });
  leader.looks(8, 250, well1, hears2({ io: 'no', lagSeconds: null }));
  expect(deedOf(leader, 11_000, connecting)).not.toBe('failover');
  const { situation } = leader.looks(8, 250, unanswered, connecting(14_000));
  expect(situation.witness).toBe('does-not-hear');
});

/** A restart of the source, or a certificate that expired, and the channel is not let in again: its source lives all the same. */
test.each<[errno: number, message: string]>([
  [
    2061,
    "Authentication plugin 'caching_sha2_password' reported error: Authentication requires secure connection",
  ],
  [2026, 'SSL connection error: certificate verify failed'],
  [3032, 'The server is currently in offline mode'],
  [1820, 'You must reset your password using ALTER USER statement before executing this statement'],
  [4151, 'Access denied, this account is locked'],
  [1135, "Can't create a new thread (errno 11)"],
  [3955, 'Access denied for user. Account is blocked for 1 day(s) due to 3 consecutive failed logins.'],
  [2049, 'Connection using old (pre-4.1.1) authentication protocol refused'],
  [1193, "Unknown system variable 'source_binlog_checksum'"],
])('a channel that its source refuses with error %i is no witness of its death', (errno, message) => {
  const leader = new Leader();
  leader.looks(20, 250, well1, well2);
  const shutOut = (passedMs: number) =>
    hears2({
      io: 'connecting',
      lagSeconds: null,
      ioError: { errno, message },
      heardAgoMs: 60_000 + passedMs,
      receivedAgoMs: 60_000 + passedMs,
    });
  leader.looks(20, 250, well1, shutOut(0));
  expect(deedOf(leader, 60_000, shutOut)).not.toBe('failover');
});
