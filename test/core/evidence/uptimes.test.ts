/** A server that dies again and again starts within seconds of its last start: it was not closed by hand. */
import { describe, expect, it } from 'vitest';
import type { Server } from '../../../lib/core/evidence/sighting.ts';
import { hasRestarted, nextUptimes } from '../../../lib/core/evidence/uptimes.ts';
import type { Verdict } from '../../../lib/core/evidence/verdict.ts';
import { openedOnce, paused } from '../changes.ts';
import { Leader } from '../leader.ts';
import { answers1, answers2, db1, hears2, memory, NOW_MS, refused, unanswered } from '../world.ts';

const deaf = hears2({ io: 'connecting', lagSeconds: null, heardAgoMs: 60_000 });

/** It restarts and is opened, and 5 s after its start it is so again; the standby has not found it again. */
function twice(change: (uptimeSeconds: number) => Partial<Server>) {
  const leader = new Leader(openedOnce);
  leader.look(1000, answers1({}), answers2({}));
  leader.looks(2, 1000, refused, deaf);
  leader.look(1000, answers1({ uptimeSeconds: 1, writable: false }), deaf);
  for (const uptimeSeconds of [2, 3, 4, 5]) leader.look(1000, answers1({ uptimeSeconds }), deaf);
  leader.looks(2, 1000, refused, deaf);
  const last = [2, 3, 4].map((seconds) => leader.look(1000, answers1(change(seconds)), deaf));
  return last.map(({ row }) => row);
}

describe('a holder that comes up read-only a few seconds after its last start', () => {
  it('is opened: it has restarted', () => {
    const rows = twice((uptimeSeconds) => ({ uptimeSeconds, writable: false }));
    expect(rows).toContain('holder-read-only');
    expect(rows).not.toContain('writability-changed');
  });

  it('is left where it has run on: somebody closed it by hand', () => {
    const rows = twice((seconds) => ({ uptimeSeconds: 6 + seconds, writable: false }));
    expect(rows).toContain('writability-changed');
  });

  it('and where its clock was set back meanwhile', () => {
    const rows = twice((seconds) => ({ uptimeSeconds: seconds, writable: false, clockOffMs: -3000 }));
    expect(rows).not.toContain('holder-read-only');
  });

  it('is opened where it died so soon that its uptimes do not differ', () => {
    const leader = new Leader(openedOnce);
    leader.look(1000, answers1({}), answers2({}));
    leader.looks(2, 1000, refused, deaf);
    leader.look(1000, answers1({ uptimeSeconds: 1, writable: false }), deaf);
    leader.look(1000, answers1({ uptimeSeconds: 1 }), deaf);
    leader.looks(2, 1000, refused, deaf);
    const last = [1, 2, 3].map((uptimeSeconds) =>
      leader.look(1000, answers1({ uptimeSeconds, writable: false }), deaf),
    );
    expect(last.map(({ row }) => row)).toContain('holder-read-only');
    expect(last.map(({ row }) => row)).not.toContain('writability-changed');
  });
});

describe('a server whose uptime two vantages read a moment apart', () => {
  const seen = (seenAtMs: number, of: Partial<Server>) =>
    ({ node: 'db1', kind: 'serving', seenAtMs, server: { ...db1, ...of } }) as Verdict;

  it.each([
    ['the second of its start is the same', { startSecond: 1000 }, { startSecond: 1001 }, false],
    ['it is not known', {}, {}, false],
    ['it is another', { startSecond: 1000 }, { startSecond: 1499 }, true],
    ['it is not known, and the uptime begins anew', {}, { uptimeSeconds: 1 }, true],
  ])('has restarted only where both are not of one process: %s', (_, before, now, has) => {
    const uptimes = nextUptimes({}, [seen(NOW_MS, { uptimeSeconds: 500, ...before })]);
    expect(hasRestarted(uptimes, seen(NOW_MS + 4, { uptimeSeconds: 499, ...now }))).toBe(has);
  });
});

describe('a holder whose clock was set back to before its start', () => {
  /** It took writes as the process that started in second 1000, and this leader has not seen it before. A pause is on. */
  const seenAgain = (startSecond: number) => {
    const open = { is: 'open', startedAtMs: NOW_MS - 60_000, startSecond: 1000 } as const;
    const leader = new Leader(paused, memory({ settled: { db1: open } }));
    const closed = answers1({ uptimeSeconds: 0, startSecond, writable: false, clockOffMs: 0 });
    return [1, 2, 3].map(() => leader.look(1000, closed, deaf).row);
  };

  it('is opened where it has restarted: its uptime says nothing for as long as the clock was ahead', () => {
    expect(seenAgain(1600)).toContain('holder-read-only');
  });

  it('is left where it has run on: somebody closed it by hand', () => {
    expect(seenAgain(1000)).toContain('writability-changed');
    expect(seenAgain(1000)).not.toContain('holder-read-only');
  });
});

describe('a holder that is down when the next leader begins', () => {
  /** Its last leader saw it start for the first time. */
  function nextLeader() {
    const leader = new Leader(openedOnce);
    leader.look(1000, answers1({}), answers2({}));
    leader.looks(2, 1000, refused, deaf);
    for (const uptimeSeconds of [1, 2, 3]) leader.look(1000, answers1({ uptimeSeconds }), deaf);
    return leader.next();
  }
  const comesBack = (next: Leader, uptimeSeconds: number) =>
    [0, 1, 2].map(
      (later) =>
        next.look(1000, answers1({ uptimeSeconds: uptimeSeconds + later, writable: false }), deaf).row,
    );

  it('is opened: it has started since that one saw it stopped', () => {
    const next = nextLeader();
    next.looks(2, 1000, refused, deaf);
    expect(comesBack(next, 1)).toContain('holder-read-only');
  });

  it('is left where only its port had refused: the process is the one of before', () => {
    const next = nextLeader();
    next.looks(2, 1000, refused, deaf);
    const rows = comesBack(next, 7);
    expect(rows).toContain('writability-changed');
    expect(rows).not.toContain('holder-read-only');
  });
});

describe('a holder that dies again a few seconds after its start, unseen', () => {
  const opened = (startSecond: number, more: Partial<Server> = {}) => answers1({ startSecond, ...more });
  function leaderOf(startSecond: number) {
    const leader = new Leader(openedOnce);
    leader.look(1000, opened(1000), answers2({}));
    leader.looks(2, 1000, refused, deaf);
    for (const uptimeSeconds of [1, 2, 3]) leader.look(1000, opened(startSecond, { uptimeSeconds }), deaf);
    return leader;
  }
  const closedAt = (leader: Leader, startSecond: number) =>
    [4, 5, 6].map(
      (uptimeSeconds) => leader.look(1000, opened(startSecond, { uptimeSeconds, writable: false }), deaf).row,
    );

  it('is opened by the next leader: it is another process', () => {
    expect(closedAt(leaderOf(2000).next(), 2008)).toContain('holder-read-only');
  });

  it('and by the same one, whatever has become of its clock', () => {
    expect(closedAt(leaderOf(2000), 2008)).toContain('holder-read-only');
  });

  it('is left where it is the same: somebody closed it by hand', () => {
    const rows = closedAt(leaderOf(2000).next(), 2001);
    expect(rows).toContain('writability-changed');
    expect(rows).not.toContain('holder-read-only');
  });
});

describe('one lost packet of the vantage that looks, while the other one has rested', () => {
  const runs = (passed: number) => ({ uptimeSeconds: 1000 + passed });
  function losesSight(one: typeof answers1 | null) {
    const leader = new Leader();
    leader.look(1000, answers1(runs(0)), answers2(runs(0)), 'b');
    for (let passed = 1; passed <= 8; passed += 1)
      leader.look(1000, answers1(runs(passed)), answers2(runs(passed)));
    const before = leader.memory;
    const [db1, db2] =
      one === null ? [answers1(runs(8)), unanswered] : ([unanswered, answers2(runs(8))] as const);
    return { before, step: leader.look(500, db1, db2), after: leader.memory };
  }

  it.each([
    ['holder', answers1],
    ['standby', null],
  ])('does not make the %s a server that has restarted: the older word says less', (_, one) => {
    const { before, step, after } = losesSight(one);
    expect(step.situation.restarted).toEqual([]);
    expect(after).toBe(before);
  });
});
