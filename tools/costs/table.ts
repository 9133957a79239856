/** The figures as a table: for a terminal, and for the document. */
import { plural } from '../../lib/core/plural.ts';
import { dollarsPerMonth } from './cost.ts';
import type { Figures } from './figures.ts';
import { sizesFor } from './sizing.ts';

type Line = readonly [name: string, value: (figures: Figures) => string];

/** A line for each figure; a column for each measurement. */
const lines: readonly Line[] = [
  [
    'CPU of all functions by pair, ms a second',
    ({ cpuPerPairAndSecond }) => (cpuPerPairAndSecond * 1000).toFixed(2),
  ],
  [
    'CPU of the busiest probe by pair, ms a second',
    ({ cpuPerSecond, pairs }) => ((cpuPerSecond.probe * 1000) / pairs).toFixed(2),
  ],
  ['CPU of the leading watch, of one vCPU', ({ cpuPerSecond }) => percent(cpuPerSecond.watchLeading)],
  ['CPU of the contending watch', ({ cpuPerSecond }) => percent(cpuPerSecond.watchContending)],
  ['CPU of a probe', ({ cpuPerSecond }) => percent(cpuPerSecond.probe)],
  ['memory of watch, MB', ({ memoryMb }) => String(memoryMb.watch)],
  ['memory of a probe, MB', ({ memoryMb }) => String(memoryMb.probe)],
  [
    'looks at a node a second, by the first vantage',
    ({ looksPerNodeAndSecond }) => looksPerNodeAndSecond.toFixed(2),
  ],
  ['DynamoDB reads per pair and minute', ({ dynamodb }) => plain(dynamodb.readsPerPairAndMinute)],
  ['DynamoDB writes per pair and minute', ({ dynamodb }) => plain(dynamodb.writesPerPairAndMinute)],
  ['invocations of probes a minute', ({ invocationsPerMinute }) => plain(invocationsPerMinute.probe)],
  ['EC2 calls a minute', ({ ec2CallsPerMinute }) => plain(ec2CallsPerMinute)],
  [
    'MySQL traffic per pair, first vantage, kB a second',
    (figures) => plain(figures.mysqlBytesPerPairAndSecond / 1000),
  ],
  [
    'MySQL traffic per pair, vantage at rest, kB a second',
    (figures) => plain(figures.restingBytesPerPairAndSecond / 1000),
  ],
  ['log, kB a minute', ({ logBytesPerMinute }) => plain(logBytesPerMinute / 1000)],
  ['metrics', ({ metrics }) => String(metrics)],
  ['smallest size of watch that fits, MB', (figures) => String(sizesFor(figures).watch)],
  ['smallest size of a probe that fits, MB', (figures) => String(sizesFor(figures).probe)],
  ['dollars a month, as deployed', (figures) => dollarsPerMonth(figures).toFixed(2)],
];

/** The head of a table with a column for each number of pairs. */
export function headOf(all: readonly Figures[]): readonly string[] {
  return [
    '',
    ...all.map(({ pairs, vantages }) => `${plural(pairs, 'pair')}, ${plural(vantages, 'vantage')}`),
  ];
}

export function rowsOf(all: readonly Figures[]): readonly (readonly string[])[] {
  return lines.map(([name, value]) => [name, ...all.map(value)]);
}

function percent(share: number): string {
  return `${(share * 100).toFixed(1)} %`;
}

function plain(value: number): string {
  return value.toFixed(value < 10 ? 2 : 0);
}
