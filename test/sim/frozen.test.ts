/** A live holder is closed for a limited time, whoever leads, and whatever the clocks of leaders say. */
import { describe, expect, it } from 'vitest';
import { ask, breakNow, endDrill, newDrill, outage, watchOver } from './drill.ts';
import type { Stage } from './stage.ts';

/** The first leader's clock is far ahead of the next one's, and its time is over in the middle of the freeze. */
const clocks = { clocksOffMs: [8000, -6000] } as const;

/** As soon as the holder is closed. */
function onceClosed(stage: Stage, act: () => void): void {
  const [db1] = stage.world.masters;
  let isDone = false;
  stage.world.onChange.push(() => {
    if (db1.writable || isDone) return;
    isDone = true;
    act();
  });
}

describe('the leader changes while the holder is closed', () => {
  it.each([
    ['a switchover', { action: 'switchover', to: 'db2' }, 'db1'],
    ['a failover that accepts loss', { action: 'failover', to: 'db2', force: true, acceptLoss: true }, 'db2'],
  ])('%s waits for a session that holds a lock', async (_, order, holder) => {
    const stage = newDrill({}, clocks);
    watchOver(stage, stage.one, 'watch-1', undefined, 25_000);
    await stage.pass(18_000);
    const lock = () => breakNow(stage, 'global-lock', 'standby', 120_000);
    // A switchover catches up first, and would not close the holder.
    if (order.action === 'failover') lock();
    else onceClosed(stage, lock);
    await stage.pass(1000);
    void ask(stage, order, 'watch-2');
    expect(await outage(stage, 25_000)).toBeLessThan(15_000);
    expect(stage.session.court.violation).toBeNull();
    expect([stage.world.holder?.name, stage.world.holder?.writable]).toEqual([holder, true]);
    endDrill(stage);
  });

  it('EC2 says nothing, and takes its time for that', async () => {
    const stage = newDrill({}, clocks);
    watchOver(stage, stage.one, 'watch-1', undefined, 20_500);
    await stage.pass(18_000);
    onceClosed(stage, () => breakNow(stage, 'ec2-down', 'holder', 60_000));
    void ask(stage, { action: 'switchover', to: 'db2' }, 'watch-2');
    expect(await outage(stage, 25_000)).toBeLessThan(15_000);
    expect(stage.session.court.violation).toBeNull();
    endDrill(stage);
  });
});
