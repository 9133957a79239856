/** What every `DatabasePort` keeps to: the simulator's model, and the probe on real servers. */
import { afterAll, afterEach, beforeAll, beforeEach, describe } from 'vitest';
import { catchUpContract, channelContract } from './database-channel.ts';
import { heldLookContract, lookContract } from './database-looks.ts';
import { chainContract, examineContract, verifyContract } from './database-questions.ts';
import type { DatabaseWorld } from './database-world.ts';
import { closeContract, openContract } from './database-writability.ts';

/** The cases. `makeWorld` is called once: a world that is dear to make is healed before each case. */
export function databaseContract(name: string, makeWorld: () => Promise<DatabaseWorld>): void {
  describe(`database contract: ${name}`, () => {
    let world: DatabaseWorld;
    beforeAll(async () => {
      world = await makeWorld();
    });
    beforeEach(() => world.heal());
    afterEach(() => world.heal());
    afterAll(() => world.close());
    const at = () => world;
    lookContract(at);
    heldLookContract(at);
    closeContract(at);
    openContract(at);
    catchUpContract(at);
    channelContract(at);
    examineContract(at);
    chainContract(at);
    verifyContract(at);
  });
}
