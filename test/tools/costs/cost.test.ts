/** The price model: from figures to sizes, items and dollars. */
import { expect, test } from 'vitest';
import { dollarsPerMonth, gigabyteSecondsOf, itemsOf } from '../../../tools/costs/cost.ts';
import { type Choice, defaultChoice, deployedOf } from '../../../tools/costs/deployed.ts';
import type { Figures } from '../../../tools/costs/figures.ts';
import { rivalsOf } from '../../../tools/costs/rivals.ts';
import { cpuShareOf, fits, sizeFor, sizesFor } from '../../../tools/costs/sizing.ts';
import { plainFigures } from './figures.ts';

const small: Choice = { ...defaultChoice, size: 'small' };

test.each([
  ['nothing much', { cpu: 0.001, memoryMb: 40 }, 128],
  ['memory decides, with a tenth more', { cpu: 0.01, memoryMb: 200 }, 256],
  ['just too much memory', { cpu: 0.01, memoryMb: 240 }, 320],
  ['CPU decides, with half as much again', { cpu: 0.35, memoryMb: 200 }, 960],
  ['a whole vCPU', { cpu: 2 / 3, memoryMb: 200 }, 1792],
])('a size for %s', (_what, need, size) => {
  expect(sizeFor(need)).toBe(size);
});

test('the watch that leads decides for both, and the busiest probe for all', () => {
  const busy = { ...plainFigures, cpuPerSecond: { watchLeading: 0.1, watchContending: 0.5, probe: 0.2 } };
  expect(sizesFor(busy)).toEqual({ watch: 320, probe: 576 });
  expect(cpuShareOf(1769)).toBe(1);
});

test.each([
  ['all well', { memory: 100, cpu: 0.01 }, { watch: true, probe: true }],
  ['too much memory for a probe', { memory: 250, cpu: 0.01 }, { watch: true, probe: false }],
  ['too little CPU for watch', { memory: 100, cpu: 0.15 }, { watch: false, probe: true }],
])('what fits: %s', (_what, { memory, cpu }, fitting) => {
  const figures = {
    ...plainFigures,
    memoryMb: { watch: 100, probe: memory },
    cpuPerSecond: { watchLeading: cpu, watchContending: 0, probe: 0.01 },
  };
  expect(fits(figures, { watch: 256, probe: 256 })).toEqual(fitting);
});

test('one environment of 128 MB that is always busy costs what the design says', () => {
  const none = { ...plainFigures, busyEnvironments: { watch: 2, probe: 0 } };
  expect(gigabyteSecondsOf(none, deployedOf(1, small))).toBe(2 * 328_500);
  expect(dollarsOf(none, 'Lambda compute')).toBeCloseTo(2 * 4.38, 2);
});

test.each([
  ['Lambda compute', 3 * 4.38],
  // 13 a minute, 43,800 minutes.
  ['Lambda requests', 0.5694 * 0.2],
  ['DynamoDB requests', 1.752 * 0.625 + 4.38 * 0.125],
  ['CloudWatch metrics', 0.9],
  ['CloudWatch alarms', 0.8],
  ['CloudWatch dashboard', 0],
  ['KMS key', 1],
  ['KMS decryption', 0.01752],
  ['EventBridge Scheduler', 0.0438],
  ['Transfer between zones', 0],
])('%s', (name, dollars) => {
  expect(dollarsOf(plainFigures, name)).toBeCloseTo(dollars, 3);
});

test('a second vantage looks from another zone, and its bytes are paid for', () => {
  const two = { ...plainFigures, vantages: 2, restingBytesPerPairAndSecond: 1000 };
  // 1 kB a second is 2.628 GB a month.
  expect(dollarsOf(two, 'Transfer between zones')).toBeCloseTo(0.05256, 5);
});

test('the whole is the sum of its items, and grows with the size of the functions', () => {
  const sum = itemsOf(plainFigures, small).reduce((total, item) => total + item.dollarsPerMonth, 0);
  expect(dollarsPerMonth(plainFigures, small)).toBeCloseTo(sum, 2);
  expect(dollarsPerMonth(plainFigures) - dollarsPerMonth(plainFigures, small)).toBeCloseTo(3 * 4.38, 1);
});

test.each<[change: Partial<Choice>, dollars: number]>([
  [{ dashboard: true }, 3],
  // Three series of the pair in place of one.
  [{ metrics: 'pair' }, 2 * 0.3],
  // 70 s in place of 120 s of each minute, and the credentials as much less often.
  [{ spare: 'cold' }, -((50 / 60) * 8.76 + 0.02)],
])('%o costs %d dollars more', (change, dollars) => {
  const more = dollarsPerMonth(plainFigures, { ...defaultChoice, ...change }) - dollarsPerMonth(plainFigures);
  expect(more).toBeCloseTo(dollars, 1);
});

test('Multi-AZ doubles instance and storage', () => {
  const [medium] = rivalsOf();
  expect(medium).toMatchObject({ instance: 't4g.medium' });
  expect(medium?.singleZone).toBeCloseTo(47.45 + 11.5, 2);
  expect(medium?.multiZone).toBeCloseTo(2 * (47.45 + 11.5), 2);
  expect(medium?.twoOnEc2).toBeCloseTo(2 * (24.528 + 8), 2);
});

function dollarsOf(figures: Figures, name: string): number {
  return itemsOf(figures, small).find((item) => item.name === name)?.dollarsPerMonth ?? Number.NaN;
}
