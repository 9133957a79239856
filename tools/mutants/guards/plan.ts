/** Guards of plans: which steps they have, how they begin and end. */
import type { Mutant } from '../mutant.ts';

const endPlan = 'lib/core/plan/end-plan.ts';
const plans = 'lib/core/plan/plans.ts';

export const planMutants: readonly Mutant[] = [
  {
    name: 'attempts-spend-guard',
    file: endPlan,
    find: 'const moved = plan.vipMoved ? withHolder(countMove(ended, plan, close), plan, close) : ended;',
    replace: 'const moved = plan.vipMoved ? withHolder(ended, plan, close) : countMove(ended, plan, close);',
    guards: 'The flap guard counts moves, not attempts.',
  },
  {
    name: 'tries-without-pause',
    file: 'lib/core/plan/begin-plan.ts',
    find: 'return nowMs - triedAtMs >= TRY_AGAIN_MS;',
    replace: 'return true;',
    guards: 'A plan that was undone is not tried again at once.',
  },
  {
    name: 'detached-is-forgotten',
    file: endPlan,
    find: 'return withDetached(memory, { node: step.node, from: step.source, atMs: nowMs, missing: null });',
    replace: 'return memory;',
    guards: 'A channel that was stopped is remembered until it is started again.',
  },
  {
    name: 'no-detach',
    file: plans,
    find: "const detach: Step[] = [{ kind: 'detach', node: to, source: from }];",
    replace: 'const detach: Step[] = [];',
    guards: 'The old holder’s tail must not be applied over newer rows.',
  },
  {
    name: 'freeze-kills-first',
    file: plans,
    find: "kills: killLong ? 'to-close' : 'once-closed'",
    replace: "kills: 'to-close'",
    guards: 'A planned move kills nobody before the freeze is certain.',
  },
  {
    name: 'no-inspection',
    file: plans,
    find: "      [{ kind: 'inspect', node: from, killLong }],\n",
    replace: '',
    guards: 'A planned move names long sessions before it freezes anything.',
  },
];
