/** A channel that broke in the holder's last second: the disk under both begins with the thread that sends, and then the server hangs. */
import { describe, expect, it } from 'vitest';
import { Leader } from '../leader.ts';
import { answers1, answers2, channel, type hears2, hung, position, UUID1, unanswered } from '../world.ts';

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
