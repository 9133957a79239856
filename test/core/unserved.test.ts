import { describe, expect, it, test } from 'vitest';
import { attachPlan } from '../../lib/core/plans.ts';
import { nextBesidePlan } from '../../lib/core/situation.ts';
import { tellUnserved } from '../../lib/core/unserved.ts';
import {
  answers1,
  type Change,
  failover,
  holder,
  lasting,
  NOW_MS,
  seen,
  standby,
  steady,
  unanswered,
  unheardOf,
} from './world.ts';

const silent = holder(unanswered);
const unservedFor = (forMs: number): Change => lasting({ unservedSinceMs: NOW_MS - forMs });

describe('a loss of service beside a plan', () => {
  test.each([
    ['of a plan that does not end it, after 5 s', attachPlan('db2', 'db1'), 5000, true],
    ['not before', attachPlan('db2', 'db1'), 4999, false],
    ['of a plan that is to end it, after 10 s', failover, 10_000, true],
    ['not before', failover, 9999, false],
  ])('is told: %s', (_, plan, forMs, isTold) => {
    const situation = seen(steady, silent, unservedFor(forMs));
    const after = tellUnserved(steady.memory, situation, plan, 'cccc0001');
    expect(after.outbox.map(({ code, incident }) => [code, incident])).toEqual(
      isTold ? [['service-lost', 'cccc0001']] : [],
    );
    if (!isTold) expect(after).toBe(steady.memory);
  });

  it('is told once while it lasts', () => {
    const situation = seen(steady, silent, unservedFor(20_000));
    const once = tellUnserved(steady.memory, situation, failover, 'cccc0001');
    expect(tellUnserved(once, situation, failover, 'cccc0002').outbox).toHaveLength(1);
  });
});

describe('for how long clients have found nobody to write to', () => {
  test.each<[what: string, changes: readonly Change[], sinceMs: number | null]>([
    ['begins with the first look that shows it', [silent], NOW_MS],
    ['goes on', [silent, unservedFor(3000)], NOW_MS - 3000],
    ['ends', [holder(answers1()), unservedFor(3000)], null],
    ['stays as it is where nothing is seen', [unheardOf('db1'), unservedFor(3000)], NOW_MS - 3000],
    ['is not about the standby', [standby(unanswered)], null],
  ])('%s', (_, changes, sinceMs) => {
    const world = changes.reduce((so, change) => change(so), steady);
    expect(nextBesidePlan(world.durations, seen(world)).unservedSinceMs).toBe(sinceMs);
  });
});
