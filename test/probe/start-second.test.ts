import { expect, test } from 'vitest';
import { startSecondOf } from '../../lib/probe/start-second.ts';

const READ: Parameters<typeof startSecondOf>[1] = { ageSeconds: 100, sinceMs: 0, tookMs: 20 };

test.each<[what: string, clockMs: number | null, read: Partial<typeof READ>, second: number | null]>([
  ['its clock less its uptime', 1_000_900, {}, 900],
  ['the clock has gone on since it was read', 999_900, { sinceMs: 200 }, 900],
  ['not known: the server does not say its clock', null, {}, null],
  ['it started in this second', 1_000_900, { ageSeconds: 0 }, 1000],
  ['its clock was set back to before its start', 1_000_900, { ageSeconds: -589 }, 1589],
  ['not known: the uptime was not read', 1_000_900, { ageSeconds: null }, null],
  ['not known: the uptime took too long', 1_000_900, { tookMs: 501 }, null],
])('%s', (_, clockMs, read, second) => {
  expect(startSecondOf({ clockMs }, { ...READ, ...read })).toBe(second);
});

test('a clock that is set moves the uptime by as much, and not the second', () => {
  const setAheadS = 3600;
  const ahead = { ...READ, ageSeconds: 100 + setAheadS };
  expect(startSecondOf({ clockMs: 1_000_900 + setAheadS * 1000 }, ahead)).toBe(900);
});
