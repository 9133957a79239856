/** A holder that was found dead, and that nobody could watch since: a hang ends, and what it wrote then nobody has. */
import { describe, expect, it } from 'vitest';
import { Leader } from './leader.ts';
import { answers1, answers2, hanging, hears2, refused, unanswered } from './world.ts';

const back = hears2({ io: 'connecting', lagSeconds: null, heardAgoMs: 400_000 });

/** It hangs, and is dead by that; then neither node can be asked for so long; then the standby is back, without its source. */
function hiddenFor(seconds: number, change: (leader: Leader) => Leader = (leader) => leader) {
  const leader = new Leader();
  leader.look(1000, answers1({}), answers2({}));
  leader.looks(8, 1000, answers1({ heartbeat: hanging(30_000) }), refused);
  const found = leader.memory.lostAtMs;
  leader.looks(seconds, 1000, unanswered, refused);
  const last = change(leader);
  const { row } = last.looks(70, 1000, unanswered, back);
  return { found, row, lostAtMs: last.memory.lostAtMs };
}

describe('a holder whose hang was its death, and that is hidden since', () => {
  it('is not replaced by what was ready before that', () => {
    const { found, row } = hiddenFor(200);
    expect(found).not.toBeNull();
    expect(row).toBe('holder-lost-standby-unfit');
  });

  it('nor by the next leader', () => {
    expect(hiddenFor(200, (leader) => leader.next()).row).toBe('holder-lost-standby-unfit');
  });

  it('is as dead as it was where it was hidden for a moment', () => {
    const { found, lostAtMs } = hiddenFor(3);
    expect(lostAtMs).toBe(found);
  });
});
