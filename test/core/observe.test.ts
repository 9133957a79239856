/** A pair that is only observed: everything is decided and said, and nothing is done. */
import { describe, expect, it, test } from 'vitest';
import { decide, deedOf } from '../../lib/core/decision/decision.ts';
import { decideOrder } from '../../lib/core/operator/decide-order.ts';
import type { Order } from '../../lib/core/operator/order.ts';
import { onePlanText } from '../../lib/core/text/plan-text.ts';
import { stories } from './stories.ts';
import { NOW_MS, parsePair, seen, steady } from './world.ts';

const observed = parsePair({ mode: 'observe' });

describe('no decision acts, and each that would says what it would do', () => {
  test.each(stories)('%s: %s', (_, __, changes) => {
    const situation = seen(steady, ...changes);
    const acting = decide(situation);
    const watching = decide({ ...situation, pair: { ...situation.pair, mode: 'observe' } });
    expect(watching.row).toBe(acting.row);
    if (acting.measure.kind !== 'act') return expect(watching.measure).toEqual(acting.measure);
    expect(deedOf(watching.measure)).toBe('page would-act');
    expect(watching.measure).toMatchObject({
      because: expect.stringContaining(`would carry out ${onePlanText(acting.measure.plan)}: `),
    });
  });

  it('acts in some of them when it may', () => {
    const acts = stories.filter(([, , changes]) => decide(seen(steady, ...changes)).measure.kind === 'act');
    expect(acts.length).toBeGreaterThan(10);
  });
});

describe('orders', () => {
  const by = { by: 'anna', why: 'test', pair: 'orders' };
  const situation = { ...seen(steady), pair: observed };
  test.each<[order: Order]>([
    [{ ...by, action: 'failover', to: 'db2', force: true, acceptLoss: true }],
    [{ ...by, action: 'switchover', to: 'db2', force: true, killLong: true }],
    [{ ...by, action: 'release', node: 'db1' }],
  ])('$action is refused, with the way out', (order) => {
    expect(decideOrder(situation, order, NOW_MS)).toEqual({
      kind: 'refuse',
      because: expect.stringContaining("want mode: 'act'"),
    });
  });

  it('pause, which changes memory alone, is taken', () => {
    const order: Order = { ...by, action: 'pause', minutes: 5 };
    expect(decideOrder(situation, order, NOW_MS).kind).toBe('note');
  });
});

it('no heartbeat row is committed', () => {
  expect([observed.writeProbe, parsePair().writeProbe]).toEqual([false, true]);
});
