/** A standby that does not answer `SHOW REPLICA STATUS`: it may have stopped receiving, and be connected again unseen. */
import { describe, expect, it } from 'vitest';
import { Leader } from '../leader.ts';
import { answers1, answers2, hears2, unanswered } from '../world.ts';

const hears = hears2({ heardAgoMs: 100 });
const cut = (heardAgoMs: number) => hears2({ io: 'connecting', lagSeconds: null, heardAgoMs });

/** Nobody of ours gets to the holder, and the status hangs for so long; then the channel has lost its source. */
function hangsFor(seconds: number, change: (leader: Leader) => Leader = (leader) => leader) {
  const leader = new Leader();
  leader.look(1000, answers1({}), hears);
  leader.looks(3, 1000, unanswered, hears);
  for (let second = 1; second <= seconds; second += 1) leader.look(1000, unanswered, hanging(second * 1000));
  const last = change(leader);
  const cutForMs = (seconds + 3) * 1000;
  return [1, 2, 3, 4].map((later) => last.look(1000, unanswered, cut(cutForMs + later * 1000))).at(-1);
}

const hanging = (forMs: number) =>
  hears2({ unanswered: true, lagSeconds: null, caughtUp: false, heardAgoMs: forMs });

describe('a holder that nobody of ours gets to, beside a standby whose status hangs', () => {
  it('is not replaced when the channel is found without its source: the holder may have lived on', () => {
    const { row, situation } = hangsFor(30) ?? {};
    expect(row).toBe('holder-lost-standby-unfit');
    expect(situation?.fitness.reasons.join()).toContain('before the holder was lost: its replication status');
  });

  it('nor by the next leader, whose probes have never read the status', () => {
    const next = hangsFor(30, (leader) => {
      const led = leader.next();
      led.looks(12, 1000, unanswered, answers2({ inbound: { kind: 'unread' } }));
      return led;
    });
    expect(next?.row).toBe('holder-lost-standby-unfit');
  });

  it('is replaced where the status was late for a moment only', () => {
    expect(hangsFor(1)?.row).toBe('holder-lost');
  });
});
