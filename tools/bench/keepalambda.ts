/** keepalambda, as the lab deploys it: the shipped bundles, two watches, two vantages. */
import type { Story } from '../../lab/story.ts';
import { untilSteady } from '../../lab/world.ts';
import { type Arena, type BenchTerms, type Contender, openArena } from './contender.ts';

/** The first is what is deployed: the others are compared with it. */
export const keepalambda: Contender = {
  name: 'keepalambda',
  about: 'the bundles as deployed, two vantages, default settings',
  isPeer: false,
  cycleMs: 1000,
  start,
};

/** What the CPU costs: the same with more of it than Lambda gives. */
export const keepalambdaWholeCpu: Contender = {
  name: 'keepalambda-whole-cpu',
  about: 'the same, with a whole CPU for each function in place of the share that Lambda gives to its memory',
  isPeer: false,
  cycleMs: keepalambda.cycleMs,
  start: (terms, story) => start({ ...terms, cpu: 'whole' }, story),
};

async function start(terms: BenchTerms, story: Story): Promise<Arena> {
  const { world } = await openArena(terms, 'managed');
  try {
    story.follow(world);
    world.schedule();
    await untilSteady(world);
    return { world, close: () => world.close() };
  } catch (error) {
    await world.close();
    throw error;
  }
}
