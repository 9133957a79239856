/**
 * What the stack deploys of an environment that is paid for by the month, whatever it does. A test holds it against the
 * synthesised template (`test/tools/costs/deployed.test.ts`), so that nothing else is priced. Pure.
 */
import type { Config } from '../../lib/core/config/config.ts';
import { WATCH_EVERY_MS, watchMsOf } from '../../lib/core/time-budget.ts';
import { sizeOf } from '../../lib/stack/sizes.ts';
import type { Sizes } from './sizing.ts';

/** The settings that the bill depends on. */
export type Choice = Pick<Config, 'size' | 'spare' | 'metrics' | 'dashboard'>;

/** What an environment file has that says nothing of them. */
export const defaultChoice: Choice = {
  size: 'normal',
  spare: 'hot',
  metrics: 'environment',
  dashboard: false,
};

/** Alarms of the environment (`lib/stack/alarms.ts`), without those on unfit standbys. */
const ENVIRONMENT_ALARMS = 7;
/** Series of a pair, and of the environment, that are always published: holder, fitness, lag; heartbeat, subscriptions. */
const PAIR_SERIES = 3;
const ENVIRONMENT_SERIES = 2;

export interface Deployed {
  readonly sizes: Sizes;
  readonly alarms: number;
  readonly series: number;
  readonly dashboards: number;
  /** How many watches are always there. */
  readonly watches: number;
}

/** So many pairs in one environment with these settings. */
export function deployedOf(pairs: number, { size, spare, metrics, dashboard }: Choice): Deployed {
  const sized = { size, reservedConcurrency: true, pairs: Array.from({ length: pairs }) };
  const perPair = metrics === 'pair';
  return {
    sizes: { watch: sizeOf(sized, 'watch').memoryMb, probe: sizeOf(sized, 'probe').memoryMb },
    alarms: ENVIRONMENT_ALARMS + (perPair ? pairs : 1),
    series: ENVIRONMENT_SERIES + (perPair ? PAIR_SERIES * pairs : 1),
    dashboards: dashboard ? 1 : 0,
    watches: watchMsOf(spare) / WATCH_EVERY_MS,
  };
}
