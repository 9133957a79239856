/** The explanation of every row: what it says is what the table says, and each difference makes one. */
import { describe, expect, it, test } from 'vitest';
import { rows } from '../../../lib/core/decision/decision.ts';
import { explain } from '../../../lib/core/decision/explain.ts';
import { explanationSchema } from '../../../lib/core/operator/reply.ts';
import { renderExplanation } from '../../../lib/core/text/explain-text.ts';
import { deaf, flapped, paused, stopped } from '../changes.ts';
import { stories } from '../stories.ts';
import { type Change, changed, holder, NOW_MS, refused, rememberedUnfit, standby, steady } from '../world.ts';

const explained = (...changes: readonly Change[]) => explain(changed(steady, ...changes), 'leader', NOW_MS);

describe('of every story', () => {
  test.each(stories)('%s: %s', (_, __, changes, story) => {
    const explanation = explained(...changes);
    const row = rows.find(({ name }) => name === story.split(' ')[0]);
    const { says, reason, origin } = row ?? {};
    expect(explanation).toMatchObject({ row: row?.name, says, reason, origin });
    expect(explanationSchema.parse(explanation)).toEqual(explanation);
    expect(explanation.sightings[0]).toMatch(/^EC2: the VIP is /);
    for (const other of explanation.otherwise)
      expect(`${other.row} ${other.does}`).not.toBe(`${explanation.row} ${explanation.does}`);
  });
});

describe('what would have to be different', () => {
  const all = (explanation: ReturnType<typeof explain>) =>
    explanation.otherwise.map(({ if: difference, row }) => `${difference}: ${row}`);
  test.each<[what: string, changes: readonly Change[], difference: string]>([
    ['all is well', [], 'mysqld on db1 were stopped: holder-lost'],
    ['a pause', [stopped, deaf, paused], 'the pause were over: holder-lost'],
    ['the flap guard', [stopped, deaf, flapped], 'the flap guard were acknowledged: holder-lost'],
    ['an unfit standby', [stopped, deaf, rememberedUnfit('it lags')], 'db2 could take over: holder-lost'],
    ['one look', [holder(refused, 1, 0), deaf], 'it were confirmed that db1 is stopped: holder-lost'],
    ['all is well', [], 'mysqld on db2 were stopped: standby-unfit'],
    ['a lost standby', [standby(refused)], 'mysqld on db1 were stopped: both-lost'],
  ])('%s', (_, changes, difference) => {
    expect(all(explained(...changes))).toContain(difference);
  });
});

it('reads well', async () => {
  const cases: [string, readonly Change[]][] = [
    ['all is well', []],
    ['a lost holder', [stopped, deaf]],
    ['a lost holder in a pause', [stopped, deaf, paused]],
    ['a lost holder, and a standby that is not fit', [stopped, deaf, rememberedUnfit('it lags by 300 s')]],
  ];
  const text = cases.map(([what, changes]) =>
    [`# ${what}`, '', ...renderExplanation(explained(...changes)), ''].join('\n'),
  );
  await expect(text.join('\n')).toMatchFileSnapshot('../stories/explanations.txt');
});
