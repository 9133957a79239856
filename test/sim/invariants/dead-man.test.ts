/** When the heartbeat for the dead man's switch says what is not so. */
import { expect, it } from 'vitest';
import { emptyMemory } from '../../../lib/core/memory/memory.ts';
import { setStage } from '../stage.ts';
import { lead, never } from './by-hand.ts';

it('does not where the table refuses the saves of a leader whose lease was taken, and the next one has nothing to save', async () => {
  const stage = setStage();
  const { one, other, pair, settle, world } = stage;
  await lead(stage);
  await settle(other.store.takeLease(world.table.lease ?? never(), 'watch-2'));
  await settle(other.store.claimMemory(pair.name, { owner: 'watch-2', epoch: 2 }));
  for (let tries = 0; tries < 14; tries++) {
    await expect(settle(one.store.saveMemory(pair.name, emptyMemory, 1))).rejects.toThrow(/epoch 1 is over/);
    await stage.pass(5000);
  }
  other.metrics.heartbeat();
  expect(stage.session.court.violation).toBeNull();
});
