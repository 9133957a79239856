/** Orders that come twice, or from two people at once: reviews of 15d31a4 found each of these, and each fails there. */
import { describe, expect, it } from 'vitest';
import { ask, endDrill, newDrill, watchOver } from './drill.ts';

describe('orders', () => {
  it('the same id gets the same answer, and never a second move', async () => {
    const stage = newDrill();
    watchOver(stage);
    await stage.pass(20_000);
    const first = await stage.settle(ask(stage, { action: 'switchover', to: 'db2', id: 'T-1' }));
    const again = await stage.settle(ask(stage, { action: 'switchover', to: 'db2', id: 'T-1' }));
    expect(first.ok).toBe(true);
    expect(again).toEqual(first);
    expect(stage.calls.filter(({ action }) => action === 'assign')).toHaveLength(1);
    endDrill(stage);
  });

  it.each([
    ['another direction', { action: 'failover', to: 'db1' }],
    ['no move', { action: 'pause', minutes: 5 }],
  ] as const)(
    'the id of a move with another order (%s) is refused: it must not read as done',
    async (_, other) => {
      const stage = newDrill();
      watchOver(stage);
      await stage.pass(20_000);
      await stage.settle(ask(stage, { action: 'switchover', to: 'db2', id: 'T-1' }));
      const again = await stage.settle(ask(stage, { ...other, id: 'T-1' }));
      expect(again).toMatchObject({ ok: false, outcome: 'refused' });
      expect(again.lines.join()).toContain('got the id T-1 of another order, a move to db2');
      expect(stage.world.holder?.name).toBe('db2');
      endDrill(stage);
    },
  );

  it('two people at once never move there and back', async () => {
    const stage = newDrill();
    watchOver(stage);
    await stage.pass(20_000);
    const both = Promise.all([
      ask(stage, { action: 'switchover', from: 'db1' }),
      ask(stage, { action: 'switchover', from: 'db1', by: 'tom' }),
    ]);
    const answers = await stage.settle(both);
    expect(answers.map(({ ok }) => ok).sort()).toEqual([false, true]);
    expect(stage.world.holder?.name).toBe('db2');
    endDrill(stage);
  });
});
