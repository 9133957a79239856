/** A row on chain replicas: a failover has left the node that they follow. */
import { detachedInto } from '../memory/detached.ts';
import { repointPlan } from '../plan/plans.ts';
import { holderServes } from './conditions.ts';
import type { DecisionRow } from './row.ts';
import type { Situation } from './situation.ts';

/** The lost node whose chain replicas nobody has looked at yet; null when there is none. */
function lostNode({ pair, memory, holder, standby }: Situation): string | null {
  const { leftBehind } = memory;
  if (pair.replicas.length === 0 || leftBehind === null || leftBehind.node === holder.node) return null;
  // The old holder is back, and what it wrote last is not known yet: its replicas may have that too.
  if (standby.kind === 'serving' && detachedInto(memory, holder.node)?.missing === null) return null;
  return leftBehind.node;
}

export const chain: readonly DecisionRow[] = [
  {
    name: 'replicas-left-behind',
    says: 'A failover has left a node, the new holder serves, the pair has chain replicas (`replicas`), and nobody has looked since whether they follow the lost node. Nobody has moved the VIP by hand since, and no pause is on.',
    when: (s) => holderServes(s) && !s.paused && s.memory.movedByHand === null && lostNode(s) !== null,
    measure: (s) => {
      const lost = lostNode(s) ?? s.standby.node;
      return {
        kind: 'act',
        plan: repointPlan(s.pair, s.holder.node, lost),
        because: `chain replicas that follow ${lost} get nothing of what ${s.holder.node} writes`,
      };
    },
    does: ['plan repoint-replicas'],
    reason:
      'A chain replica of a lost node falls behind without an error that anybody sees. By GTID it can go on behind the new holder, if it has nothing that the holder lacks.',
    origin: 'R01 behind M01 in the old set-up; orchestrator: RegroupReplicas',
  },
];
