/** Plans that could harm: reviews of 15d31a4 found each of these, and each fails there. */
import { describe, expect, it, test } from 'vitest';
import { PortError } from '../../lib/watch/ports/port-error.ts';
import { runWatch } from '../../lib/watch/watch.ts';
import {
  ask,
  breakNow,
  configOf,
  endDrill,
  newDrill,
  outage,
  sickEc2,
  twisted,
  until,
  watchOver,
} from './drill.ts';

describe('a live holder that we closed takes writes again, whatever EC2 answers', () => {
  test.each(['timeout', 'denied'] as const)('EC2 fails at once in a switchover: %s', async (kind) => {
    const stage = newDrill();
    const [db1] = stage.world.masters;
    let sick = false;
    watchOver(stage, twisted(stage.one, { vip: sickEc2(stage.one, () => sick, kind) }));
    await stage.pass(20_000);
    stage.world.onChange.push(() => {
      if (!db1.writable) sick = true;
    });
    void ask(stage, { action: 'switchover', to: 'db2' });
    expect(await outage(stage, 300_000)).toBeLessThan(15_000);
    expect([sick, stage.world.holder?.name, db1.writable]).toEqual([true, 'db1', true]);
    endDrill(stage);
  });

  it('the watch dies right after the freeze, and EC2 does not answer', async () => {
    const stage = newDrill();
    const [db1] = stage.world.masters;
    watchOver(stage);
    await stage.pass(20_000);
    let struck = false;
    stage.world.onChange.push(() => {
      if (db1.writable || struck) return;
      struck = true;
      stage.world.cloud.mood = { ...stage.world.cloud.mood, down: true };
      stage.processes[0].kill();
    });
    const order = { action: 'switchover', to: 'db2', force: false, killLong: false } as const;
    const said = { pair: stage.pair.name, by: 'ann', why: 'a test' };
    void stage.one.store.submitOrder({
      id: '0000feed',
      atMs: stage.one.clock.nowMs(),
      order: { ...order, ...said },
    });
    await until(stage, 10_000, () => struck);
    watchOver(stage, stage.other, 'watch-2');
    // Six seconds until the lease is free, one to see it, three to wait out what the dead leader may have begun.
    expect(await outage(stage, 120_000)).toBeLessThan(17_000);
    expect(db1.writable).toBe(true);
    expect(stage.published).toContain('switchover-undone');
    endDrill(stage);
  });

  it('the probes are refused in the middle of a switchover: a person is told, and it is opened when they are back', async () => {
    const stage = newDrill();
    const [db1] = stage.world.masters;
    let blinded = false;
    watchOver(stage);
    await stage.pass(20_000);
    stage.world.onChange.push(() => {
      if (db1.writable || blinded) return;
      blinded = true;
      for (const view of stage.world.views.values()) view.blind = 'fails';
    });
    void ask(stage, { action: 'switchover', to: 'db2' });
    await stage.pass(30_000);
    expect(stage.published).toContain('plan-incomplete');
    for (const view of stage.world.views.values()) view.blind = 'no';
    await until(stage, 15_000, () => db1.writable);
    endDrill(stage);
  });

  it('the freeze is counted from its first moment, also by the next leader', async () => {
    const stage = newDrill();
    const [db1, db2] = stage.world.masters;
    const { one } = stage;
    const close: typeof one.database.close = async (pair, node, kills, limitMs) => {
      if (node === db1.name) stage.world.change(() => (db2.channel.applyPerMs = 0));
      return one.database.close(pair, node, kills, limitMs);
    };
    watchOver(stage, twisted(one, { database: { close } }));
    await stage.pass(20_000);
    stage.world.onChange.push(() => {
      if (!db1.writable) stage.processes[0].kill();
    });
    void ask(stage, { action: 'switchover', to: 'db2' });
    await stage.pass(500);
    watchOver(stage, stage.other, 'watch-2');
    expect(await outage(stage, 120_000)).toBeLessThan(18_000);
    endDrill(stage);
  });
});

describe('a failover that needs time, or is undone, costs the flap guard nothing', () => {
  it('a backlog of 100 s is applied, and then the VIP moves', async () => {
    const stage = newDrill({ holderReplicationFault: 'page' });
    const [, db2] = stage.world.masters;
    watchOver(stage);
    await stage.pass(20_000);
    stage.world.change(() => (db2.channel.applyPerMs = 0));
    await stage.pass(90_000);
    const pile = db2.channel.received - db2.channel.applied;
    stage.world.change(() => (db2.channel.applyPerMs = pile / 100_000));
    await stage.pass(250);
    breakNow(stage, 'mysqld-kill', 'holder');
    const tookMs = await until(stage, 300_000, () => stage.world.holder === db2);
    expect(tookMs).toBeLessThan(125_000);
    expect(stage.published).not.toContain('flap-guard');
    endDrill(stage);
  });

  // The review tried this one too, and found it sound.
  it('is carried on by the next leader where the time of the first one ends meanwhile', async () => {
    const stage = newDrill({ holderReplicationFault: 'page' });
    const [, db2] = stage.world.masters;
    const { one } = stage;
    const deadlineMs = one.clock.nowMs() + 43_000;
    void runWatch({ config: configOf(stage), ports: one, owner: 'watch-1', deadlineMs });
    await stage.pass(20_000);
    watchOver(stage, stage.other, 'watch-2');
    stage.world.change(() => (db2.channel.applyPerMs = 0));
    await stage.pass(20_000);
    const pile = db2.channel.received - db2.channel.applied;
    stage.world.change(() => (db2.channel.applyPerMs = pile / 20_000));
    breakNow(stage, 'mysqld-kill', 'holder');
    expect(await until(stage, 60_000, () => stage.world.holder === db2)).toBeLessThan(25_000);
    endDrill(stage);
  });

  it('the answer to `open` is lost: it is asked for again', async () => {
    const stage = newDrill();
    const [, db2] = stage.world.masters;
    const { one } = stage;
    let lost = false;
    const open: typeof one.database.open = async (pair, node, limitMs) => {
      const opened = await one.database.open(pair, node, limitMs);
      if (lost) return opened;
      lost = true;
      await one.clock.sleep(limitMs);
      throw new PortError('timeout', 'open: no answer');
    };
    watchOver(stage, twisted(one, { database: { open } }));
    await stage.pass(20_000);
    breakNow(stage, 'mysqld-kill', 'holder');
    expect(await until(stage, 60_000, () => stage.world.holder === db2)).toBeLessThan(6000);
    await stage.pass(12_000);
    expect([lost, stage.published.includes('failover-done')]).toEqual([true, true]);
    endDrill(stage);
  });
});

describe('an undo leaves exactly one writer', () => {
  it('in a pause too: a fence that closed a holder which was silent at first is taken back', async () => {
    const stage = newDrill();
    const [db1, db2] = stage.world.masters;
    const { one, world } = stage;
    // db1 is back in sight just when the fence asks for it, with more than db2 has received.
    const close: typeof one.database.close = async (pair, node, kills, limitMs) => {
      if (node === db1.name)
        world.change(() => {
          for (const view of world.views.values()) view.cutOff.clear();
        });
      return one.database.close(pair, node, kills, limitMs);
    };
    watchOver(stage, twisted(one, { database: { close } }));
    await stage.pass(20_000);
    await stage.settle(ask(stage, { action: 'pause', minutes: 120 }));
    breakNow(stage, 'monitor-partition', 'holder', 600_000);
    await stage.pass(9000);
    const answer = await stage.settle(ask(stage, { action: 'failover', to: 'db2', force: true }));
    expect([answer.ok, answer.lines.join()]).toEqual([false, expect.stringContaining('db1 is read-only')]);
    await until(stage, 30_000, () => db1.writable);
    await stage.pass(700_000);
    expect([world.holder, db1.writable, db2.writable]).toEqual([db1, true, false]);
    endDrill(stage);
  });

  it('never two: the new one cannot be closed, so the old one is not opened', async () => {
    const stage = newDrill();
    const [db1, db2] = stage.world.masters;
    const { one } = stage;
    let deny = false;
    const assign: typeof one.vip.assign = async (pair, to) => {
      if (deny) throw new PortError('denied', 'UnauthorizedOperation');
      return one.vip.assign(pair, to);
    };
    const close: typeof one.database.close = async (pair, node, kills, limitMs) => {
      if (!deny || node !== db2.name || !db2.writable) return one.database.close(pair, node, kills, limitMs);
      await one.clock.sleep(limitMs);
      throw new PortError('timeout', 'close db2: no answer');
    };
    watchOver(stage, twisted(one, { vip: { assign }, database: { close } }));
    await stage.pass(20_000);
    deny = true;
    const asked = ask(stage, { action: 'switchover', to: 'db2' });
    let both = 0;
    for (let index = 0; index < 200; index += 1) {
      await stage.pass(250);
      if (db1.writable && db2.writable) both += 1;
    }
    expect(both).toBe(0);
    expect((await stage.settle(asked)).lines.join()).toContain('db2 may take writes and could not be closed');
    deny = false;
    await stage.pass(30_000);
    expect([db1.writable, db2.writable]).toEqual([true, false]);
    endDrill(stage);
  });
});

describe('a new holder that refuses our port, while its clients are served', () => {
  it('is not taken for dead: the old one is not opened beside it, though EC2 still shows the VIP there', async () => {
    const stage = newDrill();
    const [db1, db2] = stage.world.masters;
    const { one, world } = stage;
    let isStale = false;
    const assign: typeof one.vip.assign = async (pair, to) => {
      await one.vip.assign(pair, to);
      isStale = true;
      breakNow(stage, 'port-rejected', 'holder', 60_000);
      throw new PortError('timeout', 'EC2 took the order and does not show it');
    };
    const locate: typeof one.vip.locate = async (pairs) => {
      const said = await one.vip.locate(pairs);
      if (!isStale) return said;
      const place = { kind: 'node', node: db1.name } as const;
      return new Map([...said].map(([name, now]) => [name, now.kind === 'saw' ? { ...now, place } : now]));
    };
    watchOver(stage, twisted(one, { vip: { assign, locate } }));
    await stage.pass(20_000);
    const asked = ask(stage, { action: 'switchover', to: 'db2' });
    let both = 0;
    for (let index = 0; index < 200; index += 1) {
      await stage.pass(250);
      if (db1.writable && db2.writable) both += 1;
    }
    expect([both, world.holder?.name, db2.writable]).toEqual([0, 'db2', true]);
    expect((await stage.settle(asked)).lines.join()).toContain('db2 may take writes and could not be closed');
    isStale = false;
    await stage.pass(30_000);
    expect([world.holder?.name, db1.writable, db2.writable]).toEqual(['db2', false, true]);
    endDrill(stage);
  });
});

it('a VIP that somebody moves back by hand is taken by the host that was told to give it up', async () => {
  const stage = newDrill({ hostAddress: 'ssm' });
  const [db1] = stage.world.masters;
  watchOver(stage);
  await stage.pass(20_000);
  const { ok } = await stage.settle(ask(stage, { action: 'switchover', to: 'db2' }));
  expect([ok, db1.bound]).toEqual([true, false]);
  await stage.pass(20_000);
  breakNow(stage, 'vip-by-hand', 'holder', 0);
  await until(stage, 30_000, () => db1.servesVip);
  expect(stage.world.holder).toBe(db1);
  endDrill(stage);
});

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

it('a holder that comes back with less while a plan is carried out gives no numbers away twice', async () => {
  const stage = newDrill({ repair: ['mysqld'] });
  const [db1] = stage.world.masters;
  watchOver(stage);
  await stage.pass(20_000);
  breakNow(stage, 'host-down', 'standby', 120_000);
  await stage.pass(10_000);
  expect(stage.world.table.memoryOf(stage.pair.name).plan?.kind).toBe('repair-node');
  // The standby has received all but what came since.
  breakNow(stage, 'returns-with-less', 'holder', 3000, 0.99);
  await stage.pass(60_000);
  expect([db1.answers, db1.writable]).toEqual([true, false]);
  expect(stage.published).toContain('holder-behind');
  await stage.pass(120_000);
  expect(stage.world.collisions().filter(({ peerHasFirst }) => peerHasFirst)).toEqual([]);
  endDrill(stage);
});

it('the old holder is back with what the new one lacks: its channel stays detached, and a person is asked', async () => {
  const stage = newDrill();
  const [, db2] = stage.world.masters;
  watchOver(stage);
  await stage.pass(20_000);
  breakNow(stage, 'pair-partition', 'holder', 30_000);
  await stage.pass(1000);
  breakNow(stage, 'mysqld-kill', 'holder', 60_000);
  await until(stage, 30_000, () => stage.world.holder === db2);
  expect(db2.channel.ioWanted).toBe(false);
  await until(stage, 120_000, () => stage.published.includes('channel-detached'));
  expect(db2.channel.ioWanted).toBe(false);
  endDrill(stage);
});

it('two failovers in a row, each from a node that was back with a tail: both channels are remembered, and attached in turn', async () => {
  const stage = newDrill();
  const [db1, db2] = stage.world.masters;
  const alerts: string[] = [];
  const publish: typeof stage.one.alerts.publish = async (mail) => {
    for (const { code, happened } of mail) alerts.push(`${code}: ${happened}`);
    await stage.one.alerts.publish(mail);
  };
  watchOver(stage, twisted(stage.one, { rest: { alerts: { ...stage.one.alerts, publish } } }));
  await stage.pass(20_000);
  breakNow(stage, 'host-down', 'holder', 30_000);
  await until(stage, 120_000, () => stage.published.includes('channel-detached'));
  breakNow(stage, 'host-down', 'holder', 60_000);
  await stage.pass(15_000);
  const terms = { to: 'db1', force: true, acceptLoss: true };
  expect(await stage.settle(ask(stage, { action: 'failover', ...terms }))).toMatchObject({ ok: true });
  await stage.pass(120_000);
  expect([db1.channel.barred, db2.channel.barred]).toEqual([true, true]);
  const reattach = () => stage.settle(ask(stage, { action: 'reattach', acceptLoss: true }));
  expect(await reattach()).toMatchObject({ ok: true });
  await stage.pass(10_000);
  expect([db1.channel.barred, db2.channel.barred]).toEqual([false, true]);
  expect(alerts.some((text) => text.startsWith('channel-detached: db2 receives nothing from db1'))).toBe(
    true,
  );
  expect(await reattach()).toMatchObject({ ok: true });
  await until(stage, 120_000, () => stage.published.at(-1) === 'all-clear');
  expect(db2.channel.barred).toBe(false);
  endDrill(stage);
});

it('a detached channel stays so when mysqld of the new holder restarts: no newer row is replaced', async () => {
  const stage = newDrill();
  const [, db2] = stage.world.masters;
  watchOver(stage);
  await stage.pass(20_000);
  breakNow(stage, 'pair-partition', 'holder', 3000);
  await stage.pass(1000);
  breakNow(stage, 'mysqld-kill', 'holder', 30_000);
  await until(stage, 120_000, () => stage.published.includes('channel-detached'));
  breakNow(stage, 'mysqld-restart', 'holder', 3000);
  await until(stage, 30_000, () => db2.writable && db2.channel.link === 'connecting');
  await stage.pass(30_000);
  expect(stage.world.overwrittenOn('db2')).toEqual([]);
  endDrill(stage);
});

it('where the failover missed nothing, the channel is attached by itself when the old holder is back', async () => {
  const stage = newDrill();
  const [db1, db2] = stage.world.masters;
  watchOver(stage);
  // Clients commit every 20 ms: by now the last commit has arrived, and the next has not begun.
  await stage.pass(20_016);
  breakNow(stage, 'mysqld-kill', 'holder', 20_000);
  await until(stage, 30_000, () => stage.world.holder === db2 && db2.channel.barred);
  await until(stage, 30_000, () => db1.mysqld === 'up');
  await until(stage, 5000, () => db2.channel.link === 'flowing');
  // What needs nobody is mailed within a minute.
  await stage.pass(61_000);
  expect(stage.published).toContain('channel-attached');
  expect(stage.published).not.toContain('channel-detached');
  endDrill(stage);
});
