/** The looks of a leader: one open at each vantage, replaced when another is ordered. */
import { afterEach, expect, it } from 'vitest';
import { resolveSettings } from '../../lib/core/config/settings.ts';
import type { LookOrder } from '../../lib/core/pair/look-order.ts';
import { REST_MS } from '../../lib/core/pair/look-schedule.ts';
import type { DatabasePort } from '../../lib/watch/ports/database.ts';
import { breakNow, endDrill, newDrill, twisted, until, watchOver } from '../sim/drill.ts';
import type { Stage } from '../sim/stage.ts';

let stage: Stage;
afterEach(() => endDrill(stage));

interface Looked {
  readonly vantage: string;
  readonly order: LookOrder | undefined;
  readonly beganMs: number;
  calledOffMs: number | null;
}

/** Every look of a watch. While `isDeaf`, what vantage b sees comes only when its look is called off. */
function watched(isDeaf: () => boolean = () => false, holdMs = 5000): Looked[] {
  stage = newDrill({ settings: resolveSettings({ expert: { holdMs } }) });
  const { one, timeline } = stage;
  const looks: Looked[] = [];
  const look: DatabasePort['look'] = async (vantage, targets, signal) => {
    const it: Looked = { vantage, order: targets[0]?.order, beganMs: timeline.nowMs, calledOffMs: null };
    looks.push(it);
    signal?.addEventListener('abort', () => {
      it.calledOffMs = timeline.nowMs;
    });
    const seen = one.database.look(vantage, targets, signal);
    if (vantage !== 'b' || !isDeaf() || it.order?.kind !== 'held') return seen;
    await one.clock.sleep(3_600_000, signal);
    return seen;
  };
  watchOver(stage, twisted(one, { database: { look } }));
  return looks;
}

it('are held while all is well, one after the other', async () => {
  const looks = watched();
  await stage.pass(60_000);
  const late = looks.filter(({ beganMs, vantage }) => beganMs > 20_000 && vantage === 'a');
  expect(late.map(({ order }) => order?.kind)).toEqual(late.map(() => 'held'));
  expect(late.length).toBeLessThanOrEqual(Math.ceil(40_000 / stage.pair.settings.holdMs) + 1);
  expect(looks.filter(({ calledOffMs }) => calledOffMs !== null)).toEqual([]);
});

it('are few at a vantage that another one looks for, and begin at once when that one doubts', async () => {
  const looks = watched();
  await stage.pass(60_000);
  const resting = looks.filter(({ beganMs, vantage }) => beganMs > 20_000 && vantage === 'b');
  expect(resting.map(({ order }) => order?.kind)).toEqual(['rest', 'rest', 'rest', 'rest']);
  breakNow(stage, 'mysqld-kill', 'holder');
  const struckMs = stage.timeline.nowMs;
  await stage.pass(1000);
  const [woken] = looks.filter(({ beganMs, vantage }) => beganMs >= struckMs && vantage === 'b');
  expect(woken?.order?.kind).not.toBe('rest');
  expect(woken?.beganMs).toBeLessThan(struckMs + 100);
});

it('that see nothing themselves are called off when another vantage suspects something', async () => {
  let isDeaf = false;
  // No vantage rests where a held look is as long.
  const looks = watched(() => isDeaf, REST_MS);
  await stage.pass(20_000);
  isDeaf = true;
  await stage.pass(20_000);
  breakNow(stage, 'mysqld-kill', 'holder');
  const struckMs = stage.timeline.nowMs;
  await stage.pass(3000);
  const [held, next] = looks.filter(({ vantage, beganMs }, index) => {
    const following = looks.slice(index + 1).find((look) => look.vantage === vantage);
    return (
      vantage === 'b' &&
      (following === undefined || following.beganMs > struckMs) &&
      beganMs < struckMs + 2000
    );
  });
  expect(held).toMatchObject({ order: { kind: 'held' } });
  expect(held?.calledOffMs).toBeGreaterThanOrEqual(struckMs);
  expect(held?.calledOffMs).toBeLessThan(struckMs + 1000);
  expect(next?.order?.kind).not.toBe('held');
});

it('that began before the end of a plan are called off at its end', async () => {
  const looks = watched();
  await stage.pass(20_000);
  breakNow(stage, 'host-down', 'holder');
  await until(stage, 60_000, () => stage.world.table.memoryOf(stage.pair.name).plan !== null);
  await until(stage, 60_000, () => stage.world.table.memoryOf(stage.pair.name).plan === null);
  const overMs = stage.timeline.nowMs;
  await stage.pass(2000);
  const begun = looks.filter(({ beganMs }) => beganMs > overMs - 250 && beganMs < overMs + 1000);
  expect(begun.some(({ order }) => order?.kind === 'now')).toBe(true);
  for (const { order, beganMs, calledOffMs } of looks) {
    if (order?.kind !== 'now' && beganMs < overMs && calledOffMs !== null)
      expect(calledOffMs).toBeLessThan(overMs + 100);
  }
});
