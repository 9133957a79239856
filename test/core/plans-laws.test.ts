import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Plan } from '../../lib/core/plan/plan.ts';
import { failoverPlan, reattachPlan, switchoverPlan } from '../../lib/core/plan/plans.ts';
import type { Step, StepKind } from '../../lib/core/plan/step.ts';
import { isolating, pairWith } from './world.ts';

/** `open db1`. */
function name(step: Step): string {
  return `${step.kind} ${'node' in step ? step.node : step.to}`;
}

describe('whatever the settings and the terms', () => {
  const pairs = fc
    .record({
      writability: fc.constantFrom('managed' as const, 'untouched' as const),
      hostAddress: fc.constantFrom('prebound' as const, 'ssm' as const),
      fence: fc.constantFrom({}, isolating, { fencing: 'stop-instance' as const }),
    })
    .map(({ fence, ...rest }) => pairWith({ ...rest, ...fence }));
  const terms = fc.record({
    holderAnswers: fc.boolean(),
    acceptLoss: fc.boolean(),
    undoIfHolderServes: fc.boolean(),
  });
  const node = fc.constantFrom('db1', 'db2');
  const failovers = fc.tuple(pairs, node, terms).map(([pair, to, how]) => failoverPlan(pair, to, how));
  const switchovers = fc.tuple(pairs, node).map(([pair, to]) => switchoverPlan(pair, to));
  const reattachments = fc
    .tuple(pairs, node, fc.boolean(), fc.boolean())
    .map(([pair, to, writable, wasElsewhere]) => reattachPlan(pair, to, writable, { wasElsewhere }));
  /** The stage of the first step of these kinds about this node; -1 where there is none. */
  const stageOf = (plan: Plan, of: string | null, ...kinds: readonly StepKind[]) =>
    plan.stages.findIndex((stage) =>
      stage.some((step) => kinds.includes(step.kind) && ('node' in step ? step.node : step.to) === of),
    );

  it('stops the old one before it opens the new one', () => {
    fc.assert(
      fc.property(fc.oneof(failovers, switchovers, reattachments), (plan) => {
        const open = stageOf(plan, plan.to, 'open');
        const other = plan.to === 'db1' ? 'db2' : 'db1';
        for (const kind of ['fence', 'freeze', 'close', 'isolate', 'stop-instance'] as const)
          if (open >= 0) expect(stageOf(plan, other, kind)).toBeLessThan(open);
        if (open >= 0 && plan.kind !== 'reattach-vip')
          expect(stageOf(plan, plan.from, 'fence', 'freeze')).toBeGreaterThanOrEqual(0);
      }),
    );
  });

  it('moves the VIP only to a node that has caught up and is open, and verifies it after', () => {
    fc.assert(
      fc.property(fc.oneof(failovers, switchovers, reattachments), (plan) => {
        const move = stageOf(plan, plan.to, 'move-vip');
        expect(move).toBeGreaterThanOrEqual(0);
        expect(stageOf(plan, plan.to, 'open')).toBeLessThan(move);
        expect(stageOf(plan, plan.to, 'catch-up')).toBeLessThan(move);
        if (plan.kind !== 'reattach-vip')
          expect(stageOf(plan, plan.to, 'catch-up')).toBeGreaterThanOrEqual(0);
        expect(stageOf(plan, plan.to, 'verify')).toBeGreaterThan(move);
        expect(stageOf(plan, plan.to, 'bind-vip')).toSatisfy((bind: number) => bind === -1 || bind > move);
      }),
    );
  });

  it('undoes every freeze, and closes the new one before it opens the old one', () => {
    fc.assert(
      fc.property(fc.oneof(failovers, switchovers), (plan) => {
        const closed = stageOf(plan, plan.from, 'freeze') >= 0;
        const opened = stageOf(plan, plan.to, 'open') >= 0;
        const undo = plan.undo.map(name);
        if (closed) expect(undo).toContain(`open ${plan.from}`);
        if (opened) expect(undo[0]).toBe(`close ${plan.to}`);
      }),
    );
  });

  it('has only the two nodes in it', () => {
    fc.assert(
      fc.property(fc.oneof(failovers, switchovers, reattachments), (plan) => {
        for (const step of [...plan.stages.flat(), ...plan.undo])
          expect(['db1', 'db2']).toContain('node' in step ? step.node : step.to);
      }),
    );
  });
});
