/** keepalambda, as the lab deploys it: the shipped bundles, two watches, two vantages. */
import { untilSteady } from '../../lab/world.ts';
import { type Contender, openArena } from './contender.ts';

export const keepalambda: Contender = {
  name: 'keepalambda',
  about: 'the bundles as deployed, two vantages, default settings',
  cycleMs: 1000,
  async start(terms, story) {
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
  },
};
