/** When a holder that does not answer is dead. */
import { expect, it } from 'vitest';
import { type Life, lifeOf, type Signs } from '../../../lib/core/evidence/life.ts';
import type { Verdict } from '../../../lib/core/evidence/verdict.ts';
import { NOW_MS, pairWith } from '../world.ts';

const silent: Verdict = {
  node: 'db1',
  kind: 'silent',
  confirmed: true,
  sinceMs: NOW_MS - 10_000,
  seenAtMs: NOW_MS,
  because: '',
  from: ['a'],
  hostAccepts: false,
  instanceGone: false,
  server: null,
};
const signs: Signs = {
  holder: silent,
  standby: { ...silent, node: 'db2', kind: 'serving' },
  witness: 'does-not-hear',
  blind: null,
  wasDead: false,
  settings: pairWith().settings,
  nowMs: NOW_MS,
};
const holder = (changes: Partial<Verdict>) => ({ holder: { ...silent, ...changes } });
const blind = { blind: 'no vantage can see the pair' };

it.each<[what: string, changes: Partial<Signs>, life: Life]>([
  ['a holder that nobody hears is dead', {}, 'dead'],
  ['one that is silent for the first time may answer yet', holder({ confirmed: false }), 'unsure'],
  ['where nothing is seen, nobody is dead', blind, 'unsure'],
  ['nor by what EC2 says alone', { ...blind, ...holder({ instanceGone: true }) }, 'unsure'],
  ['one that its standby hears lives', { witness: 'hears' }, 'lives'],
  ['unless its instance has stopped', { witness: 'hears', ...holder({ instanceGone: true }) }, 'dead'],
  ['of a standby that cannot be asked nothing follows', { witness: 'unasked' }, 'unsure'],
  ['one whose standby cannot say counts as alive', { witness: 'unknown' }, 'lives'],
  ['but not just after it was proven dead', { witness: 'unknown', wasDead: true }, 'unsure'],
])('%s', (_, changes, life) => {
  expect(lifeOf({ ...signs, ...changes })).toBe(life);
});
