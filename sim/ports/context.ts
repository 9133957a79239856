/** What the simulated ports of one process share. */
import type { Safeguards } from '../../lib/core/decision/safeguards.ts';
import type { NodeName } from '../../lib/core/names.ts';
import { type Deaths, renderDeath } from '../deaths.ts';
import { type Action, type Call, mutations, type Observer } from '../observer.ts';
import { never, type Process } from '../process.ts';
import type { Random } from '../random.ts';
import type { SimWorld } from '../world/world.ts';

export interface Context {
  readonly world: SimWorld;
  readonly process: Process;
  readonly observer: Observer;
  readonly deaths: Deaths;
  readonly safeguards: Safeguards;
  /** Chance for this process's calls, so that another process's do not disturb it. */
  readonly random: Random;
}

/**
 * Carries out one step's call: tells the observer, and lets the process die before, during or after it if a
 * death waits for this step.
 */
export async function acting<T>(
  context: Context,
  action: Action,
  node: NodeName,
  run: (call: Call) => Promise<T>,
  isDone: (result: T) => boolean = () => true,
): Promise<T> {
  const { world, process, observer, deaths } = context;
  const call: Call = { process, action, node, atMs: world.nowMs };
  const death = deaths.strike(call, world.table.memoryOf(world.pair.name).plan);
  const moment = death?.moment;
  if (death !== null && world.story.on) {
    world.story.tell(`a death strikes ${process.name}: ${renderDeath(death)}, in its call ${action} ${node}`);
  }
  if (moment === 'before') process.kill();
  if (process.gone) return never();
  if (mutations.has(action)) observer.acting(call);
  if (world.story.on) world.story.tell(`${process.name} calls ${action} ${node}`);
  // The shortest way to anywhere takes 2 ms, so that at 1 ms the order is on its way.
  if (moment === 'during') world.timeline.after(1, () => process.kill());
  if (moment === 'late') world.timeline.after(death?.forMs ?? 0, () => process.kill());
  if (moment === 'freeze') world.timeline.after(1, () => process.freeze(death?.forMs ?? 0));
  try {
    const result = await run(call);
    observer.acted(call, isDone(result));
    return result;
  } catch (error) {
    observer.acted(call, false);
    throw error;
  } finally {
    if (moment === 'after') process.doom();
  }
}
