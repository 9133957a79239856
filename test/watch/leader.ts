/** A leader with a plan in hand, and what is seen of the pair from outside. */
import type { Plan, PlanRecord } from '../../lib/core/plan/plan.ts';
import { type Executed, execute } from '../../lib/watch/plan-stages.ts';
import { pairWith, recordOf } from '../core/world.ts';
import { executionOn, type World } from './pair.ts';

const pair = pairWith();
/** It applies what it has, but does not reach the end of the old holder. */
export const behind = (call: string) => call.startsWith('catch up db2 to');
const recordFor = (plan: Plan, world: World) =>
  recordOf(plan, { wasWritable: world.writable.db1 === true, startedAtMs: world.clock.nowMs() });

/** A plan on a world, with a journal that a next leader can read. */
export function leader(world: World, plan: Plan, props: { readonly pair?: typeof pair } = {}) {
  const journal: PlanRecord[] = [recordFor(plan, world)];
  const context = executionOn(world, { pair: props.pair ?? pair });
  const save = async (record: PlanRecord) => void journal.push(record);
  return { journal, context, save, carryOn: () => execute(journal.at(-1) as PlanRecord, context, save) };
}

/** `VIP on db1, writers: db1`. */
export const state = ({ place, writable }: World) => {
  const writers = Object.keys(writable).filter((node) => writable[node]);
  return `VIP on ${place.kind === 'node' ? place.node : place.kind}, writers: ${writers.join(' ') || 'none'}`;
};
/** How it ended, or `blocked`. */
export const ending = (executed: Executed) =>
  executed.kind === 'ended' ? executed.ending.kind : executed.kind;
