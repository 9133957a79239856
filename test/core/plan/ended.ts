/** A plan that ends, and what is remembered then. */
import type { Incident } from '../../../lib/core/alert/incident.ts';
import { emptyMemory, type Memory } from '../../../lib/core/memory/memory.ts';
import { type Close, type Ending, endPlan } from '../../../lib/core/plan/end-plan.ts';
import type { Plan, PlanRecord } from '../../../lib/core/plan/plan.ts';
import { NOW_MS, pairWith, recordOf, UUID2 } from '../world.ts';

export const pair = pairWith();
export const completed: Ending = { kind: 'completed' };
export const undone: Ending = { kind: 'undone', because: 'db2 has not caught up' };
export const incomplete: Ending = { kind: 'incomplete', because: 'nobody answers through the VIP' };

/** When the plan ends, who its new holder is, and where EC2 shows the VIP. */
export const close: Close = { nowMs: NOW_MS, identity: UUID2, incidentId: 'cccc0001', vipOn: 'db1' };

/** The incident that is open meanwhile. */
export const incident: Incident = {
  id: '41c',
  openedAtMs: NOW_MS - 5000,
  row: 'D10',
  told: ['failover-started'],
};

/** The memory after this plan, which ends so. */
export function end(
  plan: Plan,
  ending: Ending,
  changes: Partial<PlanRecord> = {},
  before: Partial<Memory> = {},
  changed: Partial<Close> = {},
) {
  const record = recordOf(plan, changes);
  return endPlan(
    { ...emptyMemory, lastHolder: 'db1', incident, plan: record, ...before },
    pair,
    record,
    ending,
    { ...close, ...changed },
  );
}

/** The terms of a failover from a holder that is dead. */
export const gone = { holderAnswers: false, acceptLoss: false, undoIfHolderServes: true };
