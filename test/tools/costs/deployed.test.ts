/** What is priced is what is deployed: the counts and sizes of the bill, beside the synthesised template. */
import { expect, test } from 'vitest';
import type { Config } from '../../../lib/core/config/config.ts';
import { type Choice, defaultChoice, deployedOf } from '../../../tools/costs/deployed.ts';
import { environmentOf } from '../../../tools/costs/pairs.ts';
import { templateOfConfig } from '../../stack/templates.ts';

test('what an environment file has that says nothing is what the bill is for', () => {
  expect(environmentOf(1, 1, 3306)).toMatchObject({ ...defaultChoice });
});

test.each<[what: string, pairs: number, change: Partial<Choice>]>([
  ['one pair as it is', 1, {}],
  ['one pair, small', 1, { size: 'small' }],
  ['eleven pairs have no small watch', 11, { size: 'small', spare: 'cold' }],
  ['a hundred pairs as they are', 100, {}],
  ['each pair has its series, and there is a dashboard', 3, { metrics: 'pair', dashboard: true }],
])('%s', async (_, pairs, change) => {
  const choice = { ...defaultChoice, ...change };
  const config: Config = { ...environmentOf(pairs, 2, 3306), ...choice };
  const template = await templateOfConfig(config);
  const count = (type: string) => Object.keys(template.findResources(type)).length;
  const { sizes, alarms, dashboards, watches } = deployedOf(pairs, choice);
  expect(count('AWS::CloudWatch::Alarm')).toBe(alarms);
  expect(count('AWS::CloudWatch::Dashboard')).toBe(dashboards);
  // One key is priced, whatever is chosen.
  expect(count('AWS::KMS::Key')).toBe(1);
  const functions = Object.values(template.findResources('AWS::Lambda::Function')).map(
    ({ Properties }) => Properties,
  );
  const sizeOf = (name: string) =>
    functions
      .filter(({ FunctionName }) => String(FunctionName).includes(name))
      .map(({ MemorySize, Architectures }) => [MemorySize, Architectures]);
  expect(sizeOf('-watch')).toEqual([[sizes.watch, ['arm64']]]);
  expect(sizeOf('-probe-')).toEqual([0, 1].map(() => [sizes.probe, ['arm64']]));
  // Started so often, and at work for so long, that so many are there at once.
  template.hasResourceProperties('AWS::Scheduler::Schedule', { ScheduleExpression: 'rate(1 minute)' });
  expect(watches).toBeCloseTo(choice.spare === 'hot' ? 2 : 70 / 60, 5);
});
