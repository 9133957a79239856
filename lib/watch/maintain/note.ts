/** What a maintenance asks of the leader: to remember a step, and to switch over. */
import type { Refusal } from '../../core/fault.ts';
import type { MaintenanceNote } from '../../core/maintain/maintenance.ts';
import type { Order } from '../../core/operator/order.ts';
import { give } from '../host-order.ts';
import type { MaintainOptions } from './maintain.ts';

/** Ends a maintenance before its next step, no matter who began it. */
export async function stopMaintenance(options: MaintainOptions): Promise<Refusal | null> {
  const { ports, pair } = options;
  const { maintenance } = await ports.store.readMemory(pair.name);
  if (maintenance === null)
    return { got: 'no maintenance at work', want: 'one to stop', remedy: 'nothing: there is none' };
  await note(options, maintenance.id, { kind: 'end' });
  return null;
}

/** Has the leader remember the step. */
export function note(options: MaintainOptions, run: string, step: MaintenanceNote): Promise<void> {
  const { pair, order, ports } = options;
  const { by, why } = order;
  const id = step.kind === 'end' ? `${run}-end` : `${run}-${step.kind}-${ports.clock.nowMs()}`;
  const asked = { action: 'maintenance', pair: pair.name, by, why, id: id.slice(-64), run } as const;
  return give(options, { ...asked, note: noteOf(step) });
}

/** As the request has it: lists that may be changed. */
function noteOf(step: MaintenanceNote): Extract<Order, { action: 'maintenance' }>['note'] {
  return step.kind === 'begin' ? { ...step, nodes: [...step.nodes], known: [...step.known] } : step;
}
