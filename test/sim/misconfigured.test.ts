/** The environment file has the ENIs exchanged: the live master is not touched, and people hear why. */
import { afterEach, describe, expect, it } from 'vitest';
import { without } from '../../lib/core/decision/safeguards.ts';
import { operate } from '../../lib/watch/operate.ts';
import { runWatch } from '../../lib/watch/watch.ts';
import { ask, breakNow, configOf, endDrill } from './drill.ts';
import { type Stage, setStage } from './stage.ts';

describe('on first contact with exchanged ENIs', () => {
  let stage: Stage;
  afterEach(() => endDrill(stage));

  function watched(guarded: boolean): Stage {
    const safeguards = without(...(guarded ? [] : (['ids'] as const)));
    stage = setStage({
      pair: { hostAddress: 'prebound', fencing: 'none' },
      isMisconfigured: true,
      safeguards,
    });
    const deadlineMs = stage.one.clock.nowMs() + 86_400_000;
    void runWatch({ config: configOf(stage), ports: stage.one, owner: 'watch-1', deadlineMs, safeguards });
    return stage;
  }

  it('without the comparison the live master is closed within seconds', async () => {
    watched(false);
    await stage.pass(20_000);
    expect(stage.calls.map(({ action, node }) => `${action} ${node}`)).toContain('close db1');
  });

  it('nothing is changed, and the alert says what EC2 shows', async () => {
    watched(true);
    await stage.pass(20_000);
    expect(stage.calls).toEqual([]);
    expect(stage.published).toEqual(['misconfigured']);
    expect(stage.world.master('db1').writable).toBe(true);
  });

  it('an order is refused, and status says why', async () => {
    watched(true);
    await stage.pass(20_000);
    const asked = ask(stage, { action: 'failover', to: 'db2', force: true, acceptLoss: true });
    await stage.pass(10_000);
    const [first, second] = stage.pair.nodes;
    const sentence = `db1 and db2: ${first.eniId} is attached to ${second.instanceId}, and ${second.eniId} to `;
    expect(await asked).toMatchObject({ ok: false, lines: [expect.stringContaining(sentence)] });
    const raw = { action: 'status', pair: stage.pair.name };
    const deadlineMs = stage.other.clock.nowMs() + 50_000;
    const { lines } = await stage.settle(
      operate({ config: configOf(stage), ports: stage.other, raw, owner: 'operate', deadlineMs }),
    );
    expect(lines.join('\n')).toContain(`misconfigured: ${sentence}`);
    expect(stage.calls).toEqual([]);
  });

  it('a loss of service is alerted beside it, and nothing is moved', async () => {
    watched(true);
    await stage.pass(20_000);
    breakNow(stage, 'mysqld-kill', 'holder');
    await stage.pass(20_000);
    expect(stage.published).toEqual(['misconfigured', 'service-lost']);
    expect(stage.calls).toEqual([]);
  });

  it('it ends with an all-clear when the file is corrected', async () => {
    watched(true);
    await stage.pass(20_000);
    stage.world.change(() => {
      stage.world.cloud.exchanged = false;
    });
    await stage.pass(30_000);
    expect(stage.published).toEqual(['misconfigured', 'all-clear']);
  });
});
