/** Somebody works on a node: what is drawn, what becomes of it in a history, and what the court makes of it. */
import { describe, expect, it } from 'vitest';
import { allSafeguards } from '../../lib/core/decision/safeguards.ts';
import { emptyMemory, type Memory } from '../../lib/core/memory/memory.ts';
import type { Order } from '../../lib/core/operator/order.ts';
import { drawWork } from '../../sim/faults/aside.ts';
import { nameOf, type SimFault } from '../../sim/faults/fault.ts';
import { runHistory } from '../../sim/history.ts';
import { runOutside } from '../../sim/time.ts';
import { type Stage, setStage } from './stage.ts';

const mark = { node: 'db2', run: 'work', by: 'ann', why: 'a test' };

async function lead({ one, settle, pair }: Stage): Promise<void> {
  await settle(one.store.takeLease(null, 'watch-1'));
  await settle(one.store.claimMemory(pair.name, { owner: 'watch-1', epoch: 1 }));
}

async function save({ one, pair, settle }: Stage, changes: Partial<Memory>): Promise<void> {
  await settle(one.store.saveMemory(pair.name, { ...emptyMemory, ...changes }, 1));
}

async function ask({ one, pair, settle }: Stage, action: 'set-aside' | 'reinstate'): Promise<void> {
  const order: Order = { action, pair: pair.name, ...mark };
  await settle(one.store.submitOrder({ id: action, order, atMs: one.clock.nowMs() }));
}

async function setAside(stage: Stage): Promise<void> {
  await lead(stage);
  await ask(stage, 'set-aside');
  await save(stage, { aside: { ...mark, atMs: 0 } });
}

describe('invariant 9 notices', () => {
  it.each<[what: string, wrong: (stage: Stage) => Promise<unknown>]>([
    [
      'the VIP sent to a node that is set aside',
      async (stage) => {
        await setAside(stage);
        return stage.settle(stage.one.vip.assign(stage.pair, 'db2'));
      },
    ],
    [
      'such a node opened',
      async (stage) => {
        await setAside(stage);
        return stage.settle(stage.one.database.open(stage.pair, 'db2', 1000));
      },
    ],
    [
      'a mark that goes by itself',
      async (stage) => {
        await setAside(stage);
        return save(stage, { aside: null });
      },
    ],
    [
      'a mark that nobody asked for',
      async (stage) => {
        await lead(stage);
        return save(stage, { aside: { ...mark, atMs: 0 } });
      },
    ],
    [
      'a mark on the holder',
      async (stage) => {
        stage.world.moveVip({ kind: 'node', node: 'db2' });
        await stage.pass(16_000);
        await setAside(stage);
      },
    ],
  ])('%s', async (_, wrong) => {
    const stage = setStage();
    await wrong(stage);
    expect(stage.session.court.violation).toMatchObject({ invariant: 9 });
  });

  it('and not a node that is reinstated, or to which a person moved the VIP', async () => {
    const reinstated = setStage();
    await setAside(reinstated);
    await ask(reinstated, 'reinstate');
    await save(reinstated, { aside: null });
    await reinstated.settle(reinstated.one.vip.assign(reinstated.pair, 'db2'));
    expect(reinstated.session.court.violation?.invariant).not.toBe(9);
    const moved = setStage();
    await setAside(moved);
    moved.world.moveVip({ kind: 'node', node: 'db2' });
    await moved.settle(moved.one.database.open(moved.pair, 'db2', 1000));
    expect(moved.session.court.violation?.invariant).not.toBe(9);
  });
});

const seeds = Array.from({ length: 3000 }, (_, index) => index);
const asks = (faults: readonly SimFault[]) => faults.filter(({ kind }) => kind === 'operator').map(nameOf);

describe('the work that is drawn', () => {
  it('is in about an eighth of the histories, of both kinds, and dies half-way in some', () => {
    const works = seeds.map((seed) => asks(drawWork(seed))).filter((names) => names.length > 0);
    expect(works.length).toBeGreaterThan(250);
    expect(works.length).toBeLessThan(450);
    const of = (...names: string[]) => works.filter((work) => work.join() === names.join()).length;
    expect(of('operator-set-aside', 'operator-reinstate')).toBeGreaterThan(50);
    expect(of('operator-set-aside')).toBeGreaterThan(20);
    expect(of(...Array(5).fill('operator-maintenance'))).toBeGreaterThan(50);
    expect(of('operator-maintenance')).toBeGreaterThan(2);
  });

  it('names the node when it is asked for, and is carried out', async () => {
    const saidBy = async (kind: string) => {
      const drawn = seeds.filter((one) => asks(drawWork(one)).at(-1) === `operator-${kind}`).slice(0, 6);
      const said: string[] = [];
      for (const seed of drawn) {
        const faults = drawWork(seed).filter(
          (fault) => fault.kind === 'operator' || nameOf(fault) === 'copy',
        );
        const props = { seed, faults, safeguards: allSafeguards, tellsStory: true };
        const { story, violation } = await runOutside(() => runHistory(props));
        expect(violation).toBeNull();
        said.push(story.filter((line) => /is answered|is refused/.test(line)).join('\n'));
      }
      return said.join('\n');
    };
    const rebuilt = await saidBy('reinstate');
    expect(rebuilt).toMatch(/is set aside: it does not(.|\n)*is reinstated/);
    expect(rebuilt).toContain('the rebuild is refused: the pair has no GTIDs');
    expect(await saidBy('maintenance')).toMatch(/is out for maintenance(.|\n)*is over/);
  });
});
