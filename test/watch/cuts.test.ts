import { describe, expect, test } from 'vitest';
import type { Plan, PlanRecord } from '../../lib/core/plan/plan.ts';
import {
  closeStandbyPlan,
  failoverPlan,
  openHolderPlan,
  reattachPlan,
  switchoverPlan,
} from '../../lib/core/plan/plans.ts';
import { execute } from '../../lib/watch/plan-stages.ts';
import { CutShort } from '../../lib/watch/step-context.ts';
import { pairWith } from '../core/world.ts';
import { behind, ending, leader, state } from './leader.ts';
import { newWorld, type World } from './pair.ts';

const gone = { holderAnswers: false, acceptLoss: false, undoIfHolderServes: true };
const answers = { holderAnswers: true, acceptLoss: false, undoIfHolderServes: false };
const pair = pairWith();
const ssm = pairWith({ hostAddress: 'ssm' });

describe('cut anywhere, and carried on by the next leader', () => {
  const plans: readonly (readonly [
    what: string,
    plan: Plan,
    of: typeof pair,
    start: Partial<World>,
    end: string,
  ])[] = [
    ['failover', failoverPlan(pair, 'db2', gone), pair, {}, 'VIP on db2, writers: db2'],
    [
      'failover, the holder answers',
      failoverPlan(pair, 'db2', answers),
      pair,
      {},
      'VIP on db2, writers: db2',
    ],
    ['failover through SSM', failoverPlan(ssm, 'db2', answers), ssm, {}, 'VIP on db2, writers: db2'],
    ['switchover', switchoverPlan(pair, 'db2'), pair, {}, 'VIP on db2, writers: db2'],
    [
      'switchover that is undone',
      switchoverPlan(pair, 'db2'),
      pair,
      { lags: behind },
      'VIP on db1, writers: db1',
    ],
    [
      'reattach',
      reattachPlan(pair, 'db1', true),
      pair,
      { place: { kind: 'nowhere' }, writable: { db1: false, db2: true } },
      'VIP on db1, writers: db1',
    ],
    [
      'open the holder',
      openHolderPlan(pair, 'db1'),
      pair,
      { writable: { db1: false, db2: false } },
      'VIP on db1, writers: db1',
    ],
    [
      'close the standby',
      closeStandbyPlan(pair, 'db2'),
      pair,
      { writable: { db1: true, db2: true } },
      'VIP on db1, writers: db1',
    ],
  ];

  /** Lets the leader die at its n-th call, before it takes effect or after; says whether there was one. */
  async function cut(at: number, moment: 'before' | 'after', story: (typeof plans)[number]) {
    const [, plan, of, start, end] = story;
    const world = newWorld({ ...start, writable: { db1: true, db2: false, ...start.writable } });
    let left = at;
    const die = () => {
      left -= 1;
      if (left === 0) throw new CutShort('the leader died');
    };
    world[moment] = die;
    const { journal, context, carryOn } = leader(world, plan, { pair: of });
    const save = async (record: PlanRecord) => {
      if (moment === 'before') die();
      journal.push(record);
      if (moment === 'after') die();
    };
    const first = await execute(journal[0] as PlanRecord, context, save).catch((error: unknown) => {
      expect(String(error)).toContain('the leader died');
      return null;
    });
    if (first === null) {
      world[moment] = () => undefined;
      const undone = story[0].endsWith('undone');
      expect(ending(await carryOn())).toBe(undone ? 'undone' : 'completed');
    }
    expect(state(world)).toBe(end);
    return first === null;
  }

  test.each(plans)('%s', async (...story) => {
    for (const moment of ['before', 'after'] as const) {
      let cuts = 0;
      while (await cut(cuts + 1, moment, story)) cuts += 1;
      expect(cuts).toBeGreaterThanOrEqual(story[1].stages.flat().length);
    }
  });
});
