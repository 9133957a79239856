import { describe, expect, it, test } from 'vitest';
import { openedByHand } from '../../../lib/core/decision/conditions.ts';
import type { Memory, Settled } from '../../../lib/core/memory/memory.ts';
import { noteCarriedOut, noteShown } from '../../../lib/core/memory/settled.ts';
import type { PlanRecord } from '../../../lib/core/plan/plan.ts';
import { openHolderPlan } from '../../../lib/core/plan/plans.ts';
import type { StepOutcome } from '../../../lib/core/plan/step.ts';
import {
  answers1,
  type Change,
  failover,
  holder,
  memory,
  NOW_MS,
  pairWith,
  recordOf,
  seen,
  steady,
  unanswered,
  vipAt,
} from '../world.ts';

const opening = openHolderPlan(pairWith(), 'db1');
const closed: Change = holder(answers1({ writable: false }));
const done: StepOutcome = { kind: 'done', changed: 'db1 takes writes' };
const missed: StepOutcome = { kind: 'missed', because: 'no connection to db1' };

/** What is known of db1 once these steps of the plan have ended. */
function left(
  record: PlanRecord,
  changes: readonly Change[],
  before: Partial<Memory> = {},
): Settled['is'] | 'unknown' {
  const situation = seen(steady, memory({ settled: {}, ...before }), ...changes);
  return noteCarriedOut(situation.memory, record, situation).settled.db1?.is ?? 'unknown';
}

/** The plan that opens db1, whose first step has ended so, a moment after or before the last look. */
const opened = (outcome: StepOutcome, agoMs: number, changes: Partial<PlanRecord> = {}) =>
  recordOf(opening, { outcomes: { '0.0': outcome }, steppedAtMs: NOW_MS - agoMs, ...changes });

describe('what a step has made of a node', () => {
  test.each<[what: string, record: PlanRecord, changes: readonly Change[], is: Settled['is'] | 'unknown']>([
    ['counts before a look shows it', opened(done, 0), [closed], 'open'],
    ['counts where a look shows it', opened(done, 500), [], 'open'],
    ['not where a later look shows otherwise: it may have restarted', opened(done, 500), [closed], 'unknown'],
    [
      'not where the step did nothing and a look shows otherwise',
      opened({ kind: 'already', found: 'db1 takes writes' }, 0),
      [closed],
      'unknown',
    ],
    ['not where it failed', opened({ kind: 'failed', because: 'timeout' }, 0), [], 'unknown'],
    ['not while it is not known which process it is', opened(done, 0), [holder(unanswered)], 'unknown'],
  ])('%s', (_, record, changes, is) => {
    expect(left(record, changes)).toBe(is);
  });

  it('is noted once: what was stored with its outcome counts no more', () => {
    const record = opened(done, 0);
    expect(left(record, [closed], { plan: record })).toBe('unknown');
  });

  it('takes back what was known, where a step that should have changed it may have done so', () => {
    const { settled } = steady.memory;
    const fenced = recordOf(failover, { outcomes: { '0.0': missed }, steppedAtMs: NOW_MS });
    expect(left(fenced, [], { settled })).toBe('either');
    // A step that should open it has not closed it.
    expect(left(opened(missed, 0), [closed], { settled })).toBe('open');
  });

  it('is noted by a later look, where it was not known at once which process it is', () => {
    const shown = (record: PlanRecord, ...changes: readonly Change[]) => {
      const situation = seen(steady, memory({ settled: {}, plan: record }), ...changes);
      return noteShown(situation.memory, situation).settled.db1?.is ?? 'unknown';
    };
    const record = opened(done, 500);
    expect([shown(record), shown(record, closed), shown({ ...record, phase: 'undoing' })]).toEqual([
      'open',
      'unknown',
      'unknown',
    ]);
    const fenced = recordOf(failover, { outcomes: { '0.0': done } });
    const halved = holder(answers1({ writable: false, halfClosed: true }));
    expect([shown(fenced, closed), shown(fenced, halved)]).toEqual(['closed', 'unknown']);
  });

  it('is not known any more once it is taken back, which may be cut short half-way', () => {
    const running = recordOf(failover, { outcomes: { '0.0': done }, steppedAtMs: NOW_MS });
    const before = { plan: running, settled: { db1: { is: 'closed', startedAtMs: 1 } } } as const;
    expect(left(running, [], before)).toBe('closed');
    expect(left({ ...running, phase: 'undoing' }, [], before)).toBe('either');
  });

  it('or not, the process is known: an old holder that could not be closed was half closed by a person', () => {
    const fenced = recordOf(failover, { outcomes: { '0.0': missed }, steppedAtMs: NOW_MS });
    const { settled } = noteCarriedOut(steady.memory, fenced, seen(steady, holder(unanswered)));
    const halved = answers1({ writable: false, halfClosed: true });
    const of = (...changes: readonly Change[]) =>
      openedByHand(
        seen(
          steady,
          vipAt({ kind: 'node', node: 'db2' }),
          memory({ lastHolder: 'db2', settled }),
          ...changes,
        ),
      );
    expect(of(holder(halved))).toBe(true);
    expect(of(holder(answers1({ writable: true })))).toBe(false);
    expect(of(holder(answers1({ writable: false, halfClosed: true, uptimeSeconds: 5 })))).toBe(false);
  });

  it('is known of undone steps too', () => {
    const undone = recordOf(failover, {
      phase: 'undoing',
      wasWritable: true,
      steppedAtMs: NOW_MS - 5000,
      outcomes: { '0.0': done, 'undo.2': done },
    });
    expect([left(undone, []), left(undone, [closed])]).toEqual(['open', 'either']);
  });
});
