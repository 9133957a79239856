/** Times that depend on each other: each relation is asserted. */
import { expect, it } from 'vitest';
import { relations } from '../../lib/core/time-budget.ts';

it.each(relations)('%i ms is at most %i ms: %s', (smallerMs, largerMs) => {
  expect(smallerMs).toBeLessThanOrEqual(largerMs);
});
