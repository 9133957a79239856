/** The all-clear of a decision, and what ends by itself. */
import { describe, expect, it, test } from 'vitest';
import type { EventCode } from '../../../lib/core/alert/events.ts';
import { type Change, memory, NOW_MS, unheardOf } from '../world.ts';
import { codes, left } from './left.ts';

const incident = memory({
  incident: { id: '41c', openedAtMs: NOW_MS - 90_000, row: 'D23', told: ['standby-unfit'] },
});

describe('the all-clear', () => {
  test.each<[what: string, changes: readonly Change[], steadyForMs: number, told: readonly string[]]>([
    ['steady for 3 s', [incident], 3000, ['all-clear']],
    ['steady for a moment', [incident], 2999, []],
    ['no incident to close', [], 60_000, []],
    ['not steady', [incident, unheardOf('db2')], 60_000, []],
  ])('%s', (_, changes, steadyForMs, told) => {
    const memory = left(changes, { steadySinceMs: NOW_MS - steadyForMs });
    expect(codes(memory)).toEqual(told);
    if (told.length > 0) expect(memory.incident).toBeNull();
  });

  it('waits for a standby that was unfit again and again; what is tried once an incident may be tried anew', () => {
    const flapping = { sinceMs: 1, overSinceMs: NOW_MS - 5000, times: 1, heldBack: 0 };
    const toldAtMs = [NOW_MS - 60_000, NOW_MS - 30_000];
    const told: readonly EventCode[] = ['standby-unfit', 'repaired', 'switchover-undone', 'plan-incomplete'];
    const open = memory({
      incident: {
        id: '41c',
        row: 'standby-unfit',
        openedAtMs: NOW_MS - 90_000,
        told,
      },
      reports: { 'standby-unfit': { ...flapping, toldAtMs } },
    });
    expect(left([open], { steadySinceMs: 0 }).incident?.told).toEqual(['standby-unfit']);
    expect(left([open], { steadySinceMs: NOW_MS }).incident?.told).toEqual(told);
  });

  it('goes out also where all that was told may be tried anew', () => {
    const open = { id: '41c', row: 'holder-stopping', openedAtMs: NOW_MS - 90_000, alerts: 1 };
    const closed = left([memory({ incident: { ...open, told: [] } })], { steadySinceMs: 0 });
    expect([codes(closed), closed.incident]).toEqual([['all-clear'], null]);
    const untold = left([memory({ incident: { ...open, alerts: 0, told: [] } })], { steadySinceMs: 0 });
    expect([codes(untold), untold.incident]).toEqual([[], null]);
  });

  it('ends what a failover has said beforehand: it is alerted when it comes anew', () => {
    const said = {
      sinceMs: NOW_MS - 4000,
      overSinceMs: NOW_MS + 26_000,
      times: 1,
      toldAtMs: [],
      heldBack: 0,
    };
    const announced = memory({ reports: { 'standby-unfit': said } });
    const over = (changes: readonly Change[], steadyForMs: number) =>
      left([announced, ...changes], { steadySinceMs: NOW_MS - steadyForMs }).reports['standby-unfit']
        ?.overSinceMs;
    expect([over([incident], 3000), over([incident], 2999)]).toEqual([NOW_MS, NOW_MS + 26_000]);
  });

  it('is told in the incident that it closes, with how long it was', () => {
    expect(left([incident], { steadySinceMs: 0 }).outbox).toMatchObject([
      { incident: '41c', headline: 'all clear after 90 s, db1 holds the VIP' },
    ]);
  });
});
describe('what ends by itself', () => {
  const pause = (untilMs: number) => memory({ pause: { untilMs, by: 'eva', why: 'kernel' } });

  it('a pause, and says so', () => {
    expect(left([pause(NOW_MS + 1)]).pause).not.toBeNull();
    const over = left([pause(NOW_MS)]);
    expect([over.pause, codes(over)]).toEqual([null, ['resumed']]);
    expect(over.outbox[0]?.happened).toBe('The pause by eva (kernel) is over.');
  });

  it('the memory of a failover, after an hour', () => {
    const recent = NOW_MS - 3_599_999;
    expect(left([memory({ failoversAtMs: [NOW_MS - 3_600_000, recent] })]).failoversAtMs).toEqual([recent]);
  });
});
