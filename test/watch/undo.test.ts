import { describe, expect, it, test } from 'vitest';
import type { Plan, PlanRecord } from '../../lib/core/plan/plan.ts';
import { attachPlan, failoverPlan, switchoverPlan } from '../../lib/core/plan/plans.ts';
import { execute, undo } from '../../lib/watch/plan-stages.ts';
import { PortError } from '../../lib/watch/ports/port-error.ts';
import { isolating, pairWith } from '../core/world.ts';
import { behind, ending, leader, state } from './leader.ts';
import { newWorld, type World } from './pair.ts';
import { failing } from './steps.ts';

const gone = { holderAnswers: false, acceptLoss: false, undoIfHolderServes: true };
const pair = pairWith();
const switchover = switchoverPlan(pair, 'db2');
const becauseOf = (executed: object) => JSON.stringify(executed);
/** Fails the first so many calls of that name. */
const lose = (name: string, count: number): World['after'] => {
  let left = count;
  return (call) => {
    if (call !== name || left === 0) return;
    left -= 1;
    throw new PortError('timeout', `${call}: no answer`);
  };
};

describe('an undo', () => {
  it('opens a holder that turned out to take writes when it was fenced', async () => {
    const world = newWorld({ lags: behind });
    const { journal, context, save } = leader(world, failoverPlan(pair, 'db2', gone));
    // As it was claimed of a holder that was silent then.
    const record = { ...(journal[0] as PlanRecord), wasWritable: false };
    expect(ending(await execute(record, context, save))).toBe('undone');
    expect(state(world)).toBe('VIP on db1, writers: db1');
  });

  it('gives an old holder that it isolated its groups back, before it opens it', async () => {
    const isolate = pairWith(isolating);
    const before = (call: string) => {
      failing('timeout', 'close db1')?.(call);
      failing('denied', 'assign db2')?.(call);
    };
    const world = newWorld({ before });
    const { journal, context, save } = leader(world, failoverPlan(isolate, 'db2', gone), { pair: isolate });
    const record = { ...(journal[0] as PlanRecord), wasWritable: true };
    expect(ending(await execute(record, context, save))).toBe('undone');
    const undoing = world.calls.slice(world.calls.indexOf('close db2'));
    expect(undoing).toEqual(['close db2', 'attach db2', 'release db1 sg-old', 'open db1', 'verify']);
  });

  it('does not release what it did not isolate, and says where it could not', async () => {
    const isolate = pairWith(isolating);
    const undoing = async (isolatedFrom: readonly string[] | null) => {
      const world = newWorld({ before: failing('denied', 'release db1') });
      const { journal, context, save } = leader(world, failoverPlan(isolate, 'db2', gone), { pair: isolate });
      const record = { ...(journal[0] as PlanRecord), isolatedFrom };
      return becauseOf(await undo(record, 'db2 has not caught up', context, save));
    };
    expect(await undoing(null)).not.toContain('quarantine:');
    expect(await undoing([])).toContain(
      'db1 is still in quarantine: release db1 sg-0000000000000000b is denied',
    );
  });

  it('never opens the old one while the new one may take writes and cannot be closed', async () => {
    const before = (call: string) => {
      if (call === 'assign db2') throw new PortError('denied', 'no permission');
      if (call === 'close db2') throw new PortError('timeout', 'close db2: no answer');
    };
    const world = newWorld({ before });
    const executed = await leader(world, switchover).carryOn();
    expect(ending(executed)).toBe('incomplete');
    expect(becauseOf(executed)).toContain(
      'no permission. db2 may take writes and could not be closed (close db2: no answer), so db1 was not opened',
    );
    expect(state(world)).toBe('VIP on db1, writers: db2');
  });

  it.each<[what: string, isDown: boolean, lags: World['lags']]>([
    ['it was never opened', false, behind],
    ['looks have proven that no mysqld runs there', true, () => false],
  ])('opens the old one though the new one does not answer, where %s', async (_, isDown, lags) => {
    const before = (call: string) => {
      if (call === 'assign db2') throw new PortError('denied', 'no permission');
      if (call === 'close db2') throw new PortError('unsuccessful', 'no connection to db2');
    };
    const world = newWorld({ before, lags });
    const { journal, context, save } = leader(world, switchover);
    const executed = await execute(journal[0] as PlanRecord, { ...context, isDown: () => isDown }, save);
    expect([ending(executed), world.writable.db1]).toEqual(['undone', true]);
  });

  it('never opens an old one that came back with less than it had sent', async () => {
    const world = newWorld({ before: failing('denied', 'assign db2'), writable: { db1: false, db2: false } });
    const { journal, context, save } = leader(world, failoverPlan(pair, 'db2', gone));
    const record = { ...(journal[0] as PlanRecord), wasWritable: true };
    const lacksOwn = (node: string) => (node === 'db1' ? '3 transactions' : null);
    const executed = await execute(record, { ...context, lacksOwn }, save);
    expect(ending(executed)).toBe('incomplete');
    expect(becauseOf(executed)).toContain(
      'db1 could not be opened again: it lost writes that it had sent: 3 transactions',
    );
    expect(state(world)).toBe('VIP on db1, writers: none');
  });

  it('closes the new one at the third try', async () => {
    const world = newWorld({ before: failing('denied', 'assign db2') });
    world.after = lose('close db2', 2);
    expect(ending(await leader(world, switchover).carryOn())).toBe('undone');
    expect(state(world)).toBe('VIP on db1, writers: db1');
  });

  it('is no all-clear without a commit through the VIP', async () => {
    const world = newWorld({ lags: behind, before: failing('timeout', 'verify') });
    const executed = await leader(world, switchover).carryOn();
    expect(ending(executed)).toBe('incomplete');
    expect(becauseOf(executed)).toContain('db1 was opened again, but no commit through the VIP succeeded');
    expect(state(world)).toBe('VIP on db1, writers: db1');
  });

  it('goes forward instead when the VIP leads to the new holder by now', async () => {
    const world = newWorld({ writable: { db1: false, db2: true }, place: { kind: 'node', node: 'db2' } });
    const { journal, context, save } = leader(world, failoverPlan(pair, 'db2', gone));
    const begun = { '3.0': { kind: 'done', changed: 'db2 takes writes' } } as const;
    const record = { ...(journal[0] as PlanRecord), outcomes: begun };
    expect(ending(await undo(record, 'db1 serves again', context, save))).toBe('completed');
    expect(state(world)).toBe('VIP on db2, writers: db2');
  });

  it('goes forward as well when the VIP was on its way, and somebody has taken it from the new holder', async () => {
    const world = newWorld({ writable: { db1: false, db2: true }, place: { kind: 'nowhere' } });
    const { journal, context, save } = leader(world, failoverPlan(pair, 'db2', gone));
    const begun = { '3.0': { kind: 'done', changed: 'db2 takes writes' } } as const;
    const record = { ...(journal[0] as PlanRecord), wasWritable: true, outcomes: begun };
    const passed = { ...context, hasPassed: () => true };
    const executed = await undo(record, 'EC2 took the order and does not show it', passed, save);
    // The decisions attach it again; to the new holder, which takes writes.
    expect([ending(executed), executed.record.vipMoved]).toEqual(['incomplete', true]);
    expect(world.writable).toEqual({ db1: false, db2: true });
  });
});

it('ends where the VIP moves after all while it is undone: which node takes writes is for the decisions to say', async () => {
  const world = newWorld({ writable: { db1: true, db2: false }, place: { kind: 'node', node: 'db2' } });
  const { journal, context, save } = leader(world, failoverPlan(pair, 'db2', gone));
  const begun = { '3.0': { kind: 'done', changed: 'db2 takes writes' } } as const;
  const record = { ...(journal[0] as PlanRecord), outcomes: begun, phase: 'undoing' } as const;
  const executed = await execute(record, context, save);
  expect([ending(executed), executed.record.vipMoved]).toEqual(['incomplete', true]);
  expect(becauseOf(executed)).toContain('The VIP moved to db2 after all');
  expect(world.calls).toEqual(['verify']);
});

describe('a lost answer is asked for again: a late success is a success', () => {
  test.each([
    ['open db2', 1],
    ['open db2', 2],
    ['detach db2', 2],
  ])('%s, %i times', async (call, count) => {
    const world = newWorld({ writable: { db1: false, db2: false }, before: failing('timeout', 'close db1') });
    world.after = lose(call, count);
    expect(ending(await leader(world, failoverPlan(pair, 'db2', gone)).carryOn())).toBe('completed');
    expect(state(world)).toBe('VIP on db2, writers: db2');
  });

  it.each<[what: string, plan: Plan, lost: number, calls: number, ending: string]>([
    ['attach db2', attachPlan('db2', 'db1'), 2, 3, 'completed'],
    [
      'attach db2, but not while the old holder waits for that',
      failoverPlan(pair, 'db2', gone),
      1,
      1,
      'undone',
    ],
  ])('%s', async (_, plan, lost, calls, wanted) => {
    const world = newWorld({ writable: { db1: false, db2: false }, after: lose('attach db2', lost) });
    world.before = (call) => {
      failing('timeout', 'close db1')(call);
      failing('refused', 'assign')(call);
    };
    expect(ending(await leader(world, plan).carryOn())).toBe(wanted);
    expect(world.calls.filter((call) => call === 'attach db2')).toHaveLength(calls);
  });
});

describe('before anything is frozen', () => {
  const obstacle = {
    kind: 'statement',
    session: { id: 12, user: 'app', host: '10.0.1.9', forSeconds: 93, statement: 'UPDATE orders SET …' },
    rows: 4000,
  } as const;

  it('long sessions are named, and the move is refused: nothing was done, so nothing is undone', async () => {
    const world = newWorld({ obstacles: [obstacle] });
    const { carryOn, journal } = leader(world, switchover);
    const executed = await carryOn();
    expect(ending(executed)).toBe('undone');
    expect(becauseOf(executed)).toContain(
      'statement of session 12 (app@10.0.1.9), for 93 s: UPDATE orders SET …. Wait for them, or add',
    );
    expect([world.calls, journal.length]).toEqual([['inspect db1'], 1]);
  });

  it('and ended where the order says so', async () => {
    const world = newWorld({ obstacles: [obstacle] });
    const executed = await leader(world, switchoverPlan(pair, 'db2', true)).carryOn();
    expect(ending(executed)).toBe('completed');
    expect(world.kills).toEqual(['to-close']);
  });

  it('a freeze ends no session before the node is closed for certain', async () => {
    const world = newWorld();
    await leader(world, switchover).carryOn();
    expect(world.kills).toEqual(['once-closed']);
  });
});
