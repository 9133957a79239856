import { expect, test } from 'vitest';
import { isSameProcess } from '../../lib/core/same-process.ts';
import { judge } from '../../lib/core/verdict.ts';
import { answers1, changed, holder, NOW_MS, steady } from './world.ts';

const before = { is: 'open', startedAtMs: NOW_MS - 60_000, uptimeSeconds: 30 } as const;

test.each<[what: string, uptimeSeconds: number, isSame: boolean]>([
  ['as old as it should be', 60, true],
  ['as the clock of another leader has it', 50, true],
  ['it has not aged as much as time has passed', 31, false],
  ['younger than it was', 5, false],
  ['not read yet', 0, false],
])('%s', (_, uptimeSeconds, isSame) => {
  const { evidence, pair } = changed(steady, holder(answers1({ uptimeSeconds })));
  expect(isSameProcess(before, judge(evidence, 'db1', pair.settings))).toBe(isSame);
});

test('a record of an older release says no age', () => {
  const { evidence, pair } = changed(steady, holder(answers1({ uptimeSeconds: 60 })));
  const old = { is: 'open', startedAtMs: before.startedAtMs } as const;
  expect(isSameProcess(old, judge(evidence, 'db1', pair.settings))).toBe(true);
});
