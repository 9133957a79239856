/** Figures of a measurement, for the tests of what is made of them. */
import type { Figures } from '../../../tools/costs/figures.ts';

/** One pair and one vantage, in round numbers. */
export const plainFigures: Figures = {
  pairs: 1,
  vantages: 1,
  seconds: 60,
  steady: true,
  cpuPerPairAndSecond: 0.03,
  cpuPerSecond: { watchLeading: 0.01, watchContending: 0.005, probe: 0.015 },
  memoryMb: { watch: 100, probe: 90 },
  dynamodb: {
    readsPerPairAndMinute: 90,
    writesPerPairAndMinute: 30,
    readUnitsPerPairAndMinute: 100,
    writeUnitsPerPairAndMinute: 40,
  },
  invocationsPerMinute: { watch: 1, probe: 12 },
  busyEnvironments: { watch: 2, probe: 1 },
  ec2CallsPerMinute: 24,
  looksPerNodeAndSecond: 4,
  mysqlBytesPerPairAndSecond: 50_000,
  restingBytesPerPairAndSecond: 0,
  logBytesPerMinute: 10_000,
  metrics: 2,
};
