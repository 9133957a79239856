import { expect, test } from 'vitest';
import {
  dueMs,
  graceMsOf,
  holdMsOf,
  isSooner,
  type LookOrder,
  mostUrgent,
} from '../../../lib/core/pair/look-order.ts';

const now: LookOrder = { kind: 'now' };
const soon: LookOrder = { kind: 'soon', afterMs: 500, graceMs: 750 };
const later: LookOrder = { kind: 'soon', afterMs: 1000, graceMs: 250 };
const closeUp: LookOrder = { kind: 'close-up', forMs: 1000, witnessMs: 1500 };
const held: LookOrder = { kind: 'held', forMs: 20_000 };
const rest: LookOrder = { kind: 'rest', afterMs: 30_000 };

test.each<[what: string, orders: readonly LookOrder[], most: LookOrder | null, holdMs: number]>([
  ['one pair, all is well', [held], held, 20_000],
  ['a shorter hold', [held, { kind: 'held', forMs: 5000 }], { kind: 'held', forMs: 5000 }, 5000],
  ['a suspicion at one of two pairs', [held, soon], soon, 0],
  ['one may rest, the other not', [rest, held], held, 20_000],
  ['all may rest', [rest, rest], rest, 0],
  ['two suspicions', [later, soon, held], soon, 0],
  ['a plan has ended at one of two pairs', [soon, now], now, 0],
  ['a report is awaited at one, the other is well', [held, closeUp], closeUp, 1000],
  ['a report is awaited at one, and the other is watched', [closeUp, later], later, 0],
])('of several pairs the most urgent decides: %s', (_, orders, most, holdMs) => {
  expect(mostUrgent(orders)).toEqual(most);
  expect(holdMsOf(orders)).toBe(holdMs);
});

test('no pair orders nothing', () => {
  expect(mostUrgent([])).toBeNull();
});

test.each<[what: string, order: LookOrder, last: LookOrder, afterMs: number]>([
  ['watched at a pace', later, soon, 1000],
  ['a held look was answered: the next one follows', soon, held, 50],
  ['a close-up was answered', later, closeUp, 50],
  ['held again', held, held, 50],
  ['held from now on', held, soon, 50],
  ['at rest after a held look', rest, held, 30_000],
  ['at rest again', rest, rest, 30_000],
  ['the rest is over', held, rest, 50],
  ['the rest ends in a suspicion', soon, rest, 500],
  ['at once, and yet not too often', now, now, 50],
])('the next look is due: %s', (_, order, last, afterMs) => {
  expect(dueMs(order, { order: last, atMs: 7000 })).toBe(7000 + afterMs);
});

test.each<[what: string, order: LookOrder, open: LookOrder, graceMs: number | null]>([
  ['a suspicion: a held look gets the time to see it too', soon, held, 750],
  ['something is wrong: a held look gets a moment', later, held, 250],
  ['a held look is wanted again', held, held, null],
  ['a held look ends by itself before a rest', rest, held, null],
  ['a look that is answered at once is waited for', soon, later, null],
  ['a close-up ends soon enough by itself', later, closeUp, null],
  ['the pair has changed: a held look shows it as it was', now, held, 0],
  ['the pair has changed: any look does', now, soon, 0],
  ['the pair has changed, and this look began since', now, now, null],
])('an open look is called off: %s', (_, order, open, graceMs) => {
  expect(graceMsOf(order, open)).toBe(graceMs);
});

test.each<[what: string, order: LookOrder, before: LookOrder, sooner: boolean]>([
  ['a suspicion arises', soon, held, true],
  ['a rest ends', held, rest, true],
  ['a rest begins', rest, held, false],
  ['it is confirmed, and watched', later, soon, false],
  ['a plan has ended', now, soon, true],
  ['all is well again', held, later, false],
  ['a report is awaited', closeUp, later, false],
])('EC2 is asked at once when a look is wanted sooner: %s', (_, order, before, sooner) => {
  expect(isSooner({ a: held, b: order }, { a: held, b: before })).toBe(sooner);
});
