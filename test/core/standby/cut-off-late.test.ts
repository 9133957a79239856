/** A channel that broke in the holder's last second: the disk under both begins with the thread that sends, and then the server hangs. */
import { describe, expect, it } from 'vitest';
import { noPlace } from '../../../lib/core/evidence/log-place.ts';
import type { Position } from '../../../lib/core/evidence/sighting.ts';
import { Leader } from '../leader.ts';
import {
  answers1,
  answers2,
  channel,
  hanging,
  type hears2,
  hung,
  position,
  refused,
  UUID1,
  unanswered,
} from '../world.ts';

const wrote = (count: number) => ({ ...position(`${UUID1}:1-${count}`), offset: count * 100 });
const broken = { errno: 1236, message: 'Got fatal error 1236 from source' };

const holds = (count: number) => answers1({ executed: wrote(count) });
/** The standby has so many of the holder's. */
const has = (count: number, changes: Parameters<typeof hears2>[0]) =>
  answers2({
    executed: wrote(count),
    inbound: channel({ received: wrote(count), applied: wrote(count), ...changes }),
  });

/** The channel breaks so many looks before the last answer of the holder, and is tried again when that does not answer any more. */
function brokeBefore(looks: number, gone: typeof hung) {
  const leader = new Leader();
  for (let second = 1; second <= 10; second += 1)
    leader.look(1000, holds(100 + second), has(100 + second, {}));
  for (let second = 1; second <= looks; second += 1)
    leader.look(1000, holds(110 + second), has(110, { io: 'no', lagSeconds: null, ioError: broken }));
  const cut = (heardAgoMs: number) => has(110, { io: 'connecting', lagSeconds: null, heardAgoMs });
  leader.looks(12, 1000, gone, has(110, { io: 'no', lagSeconds: null, ioError: broken }));
  return leader.looks(75, 1000, gone, cut(20_000));
}

describe('a standby whose channel broke before its holder hung', () => {
  it('takes over where it lacks only the last second', () => {
    expect(brokeBefore(1, hung).row).toBe('holder-lost');
  });

  it('does not where it lacks many', () => {
    expect(brokeBefore(20, hung).row).toBe('holder-lost-standby-unfit');
  });

  it('does not where the holder is only not seen: it may write', () => {
    expect(brokeBefore(1, unanswered).row).toBe('holder-lost-standby-unfit');
  });
});

/** A leader whose first look shows both well; at its second, 3.5 s later, the channel is refused, and then nobody answers for 4 s. */
function dyingUnderNewLeader(received: number) {
  const before = new Leader();
  before.looks(10, 1000, holds(100), has(100, {}));
  const leader = before.next();
  leader.look(200, holds(110), has(110, {}));
  const offline = { errno: 3032, message: 'The server is currently in offline mode' };
  const cut = { io: 'connecting', lagSeconds: null, receivedAgoMs: 200 } as const;
  leader.look(3500, holds(135), has(received, { ...cut, ioError: offline }));
  leader.looks(5, 800, unanswered, unanswered);
  // The channel has not tried again yet: what it was told last was an answer of a server that lives.
  leader.looks(4, 500, unanswered, has(received, { ...cut, ioError: offline, heardAgoMs: 5000 }));
  const silent = { errno: 2003, message: "Can't connect to MySQL server (110)" };
  return leader.looks(20, 500, unanswered, has(received, { ...cut, ioError: silent, heardAgoMs: 20_000 }));
}

describe('a standby whose channel broke before its holder died, which this leader had seen for 3.5 s only', () => {
  it('takes over where it has all that the holder had at the first look, and so more than it must', () => {
    expect(dyingUnderNewLeader(133).row).toBe('holder-lost');
  });

  it('does not where it lacks some of that: nobody knows when it broke', () => {
    expect(dyingUnderNewLeader(109).row).toBe('holder-lost-standby-unfit');
  });
});

/**
 * Looks are 5 s apart; the last at the holder shows that nothing had come through for so long. Then its port refuses us. The next
 * leader's clock is ahead by so much.
 */
function silentAtTheLastLook(silentForMs: number, aheadMs = 0, last = holds(500)) {
  const leader = new Leader();
  for (let look = 1; look <= 4; look += 1) leader.look(5000, holds(100 * look), has(100 * look, {}));
  const ioError = { errno: 2003, message: "Can't connect to MySQL server (110)" };
  const fed = (agoMs: number) =>
    has(410, { io: 'connecting', lagSeconds: null, ioError, heardAgoMs: agoMs, receivedAgoMs: agoMs });
  leader.look(5000, last, fed(silentForMs));
  for (let second = 1; second <= 10; second += 1)
    leader.look(1000, refused, fed(silentForMs + second * 1000));
  const next = leader.leave(aheadMs);
  const rows = [1, 2, 3, 4, 5].map(
    (second) => next.look(1000, refused, fed(silentForMs + 10_000 + second * 1000)).row,
  );
  return rows.at(-1);
}

/** Without GTIDs: the channel is stopped 10 s before the holder dies, and for all that time the end of its log is told, or is not. */
function cutWhile(end: (second: number) => Position) {
  const at = (count: number): Position => ({ ...wrote(count), gtid: null });
  const fed = (count: number, io: 'yes' | 'no') =>
    answers2({ executed: at(count), inbound: channel({ received: at(count), applied: at(count), io }) });
  const leader = new Leader();
  for (let second = 1; second <= 10; second += 1)
    leader.look(1000, answers1({ executed: at(100 + second) }), fed(100 + second, 'yes'));
  for (let second = 1; second <= 10; second += 1)
    leader.look(1000, answers1({ executed: end(second) }), fed(110, 'no'));
  return leader.looks(10, 1000, refused, fed(110, 'no')).row;
}

describe('a standby that was cut off, without GTIDs', () => {
  it('does not take over where it is not known how far the holder had come', () => {
    expect(cutWhile(() => ({ gtid: null, ...noPlace }))).toBe('holder-lost-standby-unfit');
  });

  it('takes over where the holder is known to have written nothing since', () => {
    expect(cutWhile(() => ({ ...wrote(110), gtid: null }))).toBe('holder-lost');
  });
});

describe('a standby whose channel was seen to be broken at a late look', () => {
  it('takes over where that had lasted for no longer than it may unseen', () => {
    expect(silentAtTheLastLook(3500)).toBe('holder-lost');
  });

  it('does not where it had: its holder went on writing since the look before', () => {
    expect(silentAtTheLastLook(4500)).toBe('holder-lost-standby-unfit');
  });

  it('is judged by the clock of who saw that, whatever that of the next leader is', () => {
    expect([-9000, 9000].map((aheadMs) => silentAtTheLastLook(3500, aheadMs))).toEqual([
      'holder-lost',
      'holder-lost',
    ]);
    expect([-9000, 9000].map((aheadMs) => silentAtTheLastLook(4500, aheadMs))).toEqual([
      'holder-lost-standby-unfit',
      'holder-lost-standby-unfit',
    ]);
  });

  it('need not have what no client was told of: commits waited for it', () => {
    const waits = answers1({
      executed: wrote(411),
      semiSync: { waiting: true, timeoutMs: 60_000 },
      heartbeat: hanging(4500, { cause: 'semi-sync' }),
    });
    expect(silentAtTheLastLook(4500, 0, waits)).toBe('holder-lost');
  });
});
