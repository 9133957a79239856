/** What the goals of price would take. */
import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { alwaysOnDollars, renderGoals, standingParts } from '../../../tools/costs/goals.ts';

it('prices a function that is always there', () => {
  expect(alwaysOnDollars(128)).toBeCloseTo(4.38, 2);
});

it('prices what one pair has all month', () => {
  expect(standingParts().map(({ dollars }) => dollars.toFixed(2))).toEqual([
    '8.76',
    '8.76',
    '8.76',
    '1.64',
    '0.66',
    '0.80',
    '0.90',
    '1.00',
    '0.02',
  ]);
});

it('is in the document as it is printed', () => {
  const document = readFileSync(new URL('../../../docs/costs.md', import.meta.url), 'utf8');
  expect(document).toContain(renderGoals());
});
