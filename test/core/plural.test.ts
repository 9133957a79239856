import { expect, it } from 'vitest';
import { plural } from '../../lib/core/plural.ts';

it('one is singular', () => {
  expect([0, 1, 2].map((count) => plural(count, 'minute'))).toEqual(['0 minutes', '1 minute', '2 minutes']);
});
