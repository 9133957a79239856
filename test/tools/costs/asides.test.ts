/** What stands beside the bill. */
import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { freeTiers, renderAsides, trailDollars } from '../../../tools/costs/asides.ts';

it('prices a second trail: 24 calls a minute are 1.05 million events', () => {
  expect(trailDollars()).toBeCloseTo(21.02, 2);
});

it('prices each free tier', () => {
  expect(freeTiers().map(([, dollars]) => dollars.toFixed(2))).toEqual([
    '5.33',
    '0.20',
    '3.00',
    '1.00',
    '2.50',
    '0.06',
  ]);
});

it('stands in the document as it is printed', () => {
  const document = readFileSync(new URL('../../../docs/costs.md', import.meta.url), 'utf8');
  expect(document).toContain(renderAsides());
});
