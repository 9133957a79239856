/** Every plan in words, for `docs/decisions.md`: why its order is what it is, and its steps for each setting. */
import type { Pair } from '../config/config.ts';
import type { Plan, PlanKind } from '../plan/plan.ts';
import {
  attachPlan,
  closeStandbyPlan,
  detachPlan,
  failoverPlan,
  openHolderPlan,
  reattachPlan,
  releasePlan,
  repairPlan,
  repointPlan,
  switchoverPlan,
} from '../plan/plans.ts';
import { renderStages, renderStep } from './steps-text.ts';

interface PlanText {
  /** Why the order is what it is. */
  readonly because: string;
  /** The plan under each setting that changes it, from db1 to db2 (by their names in the pair). */
  readonly variants: (
    pair: Pair,
    from: string,
    to: string,
  ) => readonly (readonly [when: string, plan: Plan])[];
}

const gone = { holderAnswers: false, acceptLoss: false, undoIfHolderServes: true };
const answers = { holderAnswers: true, acceptLoss: false, undoIfHolderServes: false };

const texts: Readonly<Record<PlanKind, PlanText>> = {
  failover: {
    because:
      'Fence, then detach, then open, then move. So clients never reach two nodes that take writes, no client reaches the new holder before the VIP is on it, and no late write of the old holder overwrites a newer row.',
    variants: (pair, _, to) => [
      ['the holder is gone: fencing it will probably fail, and delays nothing', failoverPlan(pair, to, gone)],
      ['the holder answers: the plan waits for its last write', failoverPlan(pair, to, answers)],
      ["`fencing: 'isolate'`", failoverPlan({ ...pair, fencing: 'isolate' }, to, gone)],
      ["`fencing: 'stop-instance'`", failoverPlan({ ...pair, fencing: 'stop-instance' }, to, gone)],
      ["`hostAddress: 'ssm'`", failoverPlan({ ...pair, hostAddress: 'ssm' }, to, gone)],
      ["`writability: 'untouched'`", failoverPlan({ ...pair, writability: 'untouched' }, to, gone)],
    ],
  },
  switchover: {
    because:
      'Check for long sessions first, and refuse if there are any. Catch up while the holder still takes writes, so that the freeze is short. Freeze, catch up to the exact end, and only then open and move. It loses nothing, or it is undone.',
    variants: (pair, _, to) => [
      ["`writability: 'managed'`", switchoverPlan(pair, to)],
      [
        "`writability: 'untouched'`: both take writes again",
        switchoverPlan({ ...pair, writability: 'untouched' }, to),
      ],
      ['`"killLong":true`', switchoverPlan(pair, to, true)],
    ],
  },
  'reattach-vip': {
    because:
      'The VIP is on neither node, so no client writes through it. Only a second writer has to be closed.',
    variants: (pair, from) => [
      ['only the last holder takes writes', reattachPlan(pair, from, false)],
      ['the other one takes writes', reattachPlan(pair, from, true)],
      ['both take writes', reattachPlan(pair, from, true, { isOpen: true })],
    ],
  },
  'open-holder': {
    because: 'Nodes start read-only. The last step proves that clients can commit through the VIP.',
    variants: (pair, from) => [['the holder is read-only', openHolderPlan(pair, from)]],
  },
  'close-standby': {
    because: 'Exactly one node takes writes.',
    variants: (pair, _, to) => [['the standby takes writes', closeStandbyPlan(pair, to)]],
  },
  'repair-node': {
    because: 'One service after the other: keepalived may start only when mysqld answers.',
    variants: (pair, _, to) => [
      ["`repair: ['mysqld', 'keepalived']`", repairPlan({ ...pair, repair: ['mysqld', 'keepalived'] }, to)],
    ],
  },
  'release-node': {
    because:
      'Only by an operator’s order: keepalambda isolated the node, and does not know when it is safe again.',
    variants: (_, from) => [['after `isolate`', releasePlan(from)]],
  },
  'attach-channel': {
    because:
      'Ends what `detach` began: by itself if the old holder has nothing that the new holder lacks, else by the order `reattach`.',
    variants: (_, from, to) => [['the old holder is back', attachPlan(to, from)]],
  },
  'detach-channel': {
    because:
      'For a move by hand where both nodes always take writes. Clients write to the new holder at once, so late writes of the old holder must not overwrite newer rows.',
    variants: (_, from, to) => [
      ['the VIP was moved by hand to a node that is cut off from the other', detachPlan(to, from)],
      ['the other takes writes too', detachPlan(to, from, { closesSource: true })],
    ],
  },
  'repoint-replicas': {
    because:
      'After a failover, not in it: clients wait for no replica. One replica after the other, so that the holder does not have to feed all of them what they lack at the same time.',
    variants: (pair, from, to) => {
      const replicas = [{ name: 'r01', address: '10.0.1.31' }];
      return [
        ["`replicasOfLost: 'alert'`", repointPlan({ ...pair, replicas, replicasOfLost: 'alert' }, to, from)],
        [
          "`replicasOfLost: 'repoint'`",
          repointPlan({ ...pair, replicas, replicasOfLost: 'repoint' }, to, from),
        ],
      ];
    },
  },
};

/** The chapter on plans, as lines of Markdown. */
export function renderPlans(pair: Pair): readonly string[] {
  const [{ name: from }, { name: to }] = pair.nodes;
  return Object.entries(texts).flatMap(([kind, { because, variants }]) => [
    `### ${kind}`,
    '',
    because,
    '',
    ...variants(pair, from, to).flatMap(([when, plan]) => [`When ${when}:`, '', ...stepsOf(plan), '']),
  ]);
}

function stepsOf(plan: Plan): readonly string[] {
  const undo = plan.undo.map(renderStep).join(', then ');
  return [...renderStages(plan), ...(undo ? ['', `Undone by: ${undo}.`] : [])];
}
