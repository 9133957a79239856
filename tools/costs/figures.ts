/** The figures of a measurement, by pair, second, minute and month. Pure. */
import { environmentName } from '../../lab/deployment.ts';
import { functionNameOf } from '../../lib/stack/names.ts';
import type { Measured } from './measure.ts';

export interface Figures {
  readonly pairs: number;
  readonly vantages: number;
  /** How long it was measured. */
  readonly seconds: number;
  readonly steady: boolean;
  /** CPU seconds of all functions, by pair and second. */
  readonly cpuPerPairAndSecond: number;
  /** CPU seconds a second: of one vCPU, how much. The probe is the one of the vantage that used most. */
  readonly cpuPerSecond: {
    readonly watchLeading: number;
    readonly watchContending: number;
    readonly probe: number;
  };
  /** The most that one environment had resident. */
  readonly memoryMb: { readonly watch: number; readonly probe: number };
  readonly dynamodb: {
    readonly readsPerPairAndMinute: number;
    readonly writesPerPairAndMinute: number;
    readonly readUnitsPerPairAndMinute: number;
    readonly writeUnitsPerPairAndMinute: number;
  };
  /** The probe's are those of all vantages. */
  readonly invocationsPerMinute: { readonly watch: number; readonly probe: number };
  /** Seconds at an invocation, by second: how many environments are always busy. */
  readonly busyEnvironments: { readonly watch: number; readonly probe: number };
  readonly ec2CallsPerMinute: number;
  /** By the first vantage. Less than the settings ask for means that a process could not keep up. */
  readonly looksPerNodeAndSecond: number;
  /** Between the first vantage, which looks all the time, and both nodes of a pair, both ways. */
  readonly mysqlBytesPerPairAndSecond: number;
  /** The same for all others, which rest while it sees that all is well. */
  readonly restingBytesPerPairAndSecond: number;
  readonly logBytesPerMinute: number;
  readonly metrics: number;
}

const watch = functionNameOf(environmentName, 'watch');
const probePrefix = functionNameOf(environmentName, 'probe');

export function figuresOf(measured: Measured): Figures {
  const { pairs, vantages, seconds, processes, counts, vantagesAsked, because } = measured;
  const { cpuSeconds, peakMb } = processes;
  const [first, ...resting] = vantagesAsked;
  const minutes = seconds / 60;
  const perPairAndMinute = (count: number) => round(count / pairs / minutes);
  const probes = (values: Readonly<Record<string, number>>) =>
    Object.entries(values).flatMap(([name, value]) => (name.startsWith(probePrefix) ? [value] : []));
  const both = (values: Readonly<Record<string, number>>, per: number) => ({
    watch: round((values[watch] ?? 0) / per),
    probe: round(sum(probes(values)) / per),
  });
  return {
    pairs,
    vantages,
    seconds: round(seconds),
    steady: because === null,
    cpuPerPairAndSecond: round(sum(Object.values(cpuSeconds)) / pairs / seconds),
    cpuPerSecond: {
      watchLeading: round((cpuSeconds['watch leading'] ?? 0) / seconds),
      watchContending: round((cpuSeconds['watch contending'] ?? 0) / seconds),
      probe: round(Math.max(0, ...probes(cpuSeconds)) / seconds),
    },
    memoryMb: { watch: Math.ceil(peakMb[watch] ?? 0), probe: Math.ceil(Math.max(0, ...probes(peakMb))) },
    dynamodb: {
      readsPerPairAndMinute: perPairAndMinute(counts.dynamodb.reads),
      writesPerPairAndMinute: perPairAndMinute(counts.dynamodb.writes),
      readUnitsPerPairAndMinute: perPairAndMinute(counts.dynamodb.readUnits),
      writeUnitsPerPairAndMinute: perPairAndMinute(counts.dynamodb.writeUnits),
    },
    invocationsPerMinute: both(counts.invocations, minutes),
    busyEnvironments: both(counts.busySeconds, seconds),
    ec2CallsPerMinute: round(counts.ec2Calls / minutes),
    looksPerNodeAndSecond: round((first?.looks ?? 0) / (2 * pairs) / seconds),
    mysqlBytesPerPairAndSecond: Math.round((first?.bytes ?? 0) / pairs / seconds),
    restingBytesPerPairAndSecond: Math.round(sum(resting.map(({ bytes }) => bytes)) / pairs / seconds),
    logBytesPerMinute: Math.round(counts.logBytes / minutes),
    metrics: counts.metrics,
  };
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

/** Four digits that count: more would say more than was measured. */
function round(value: number): number {
  return Number(value.toPrecision(4));
}
