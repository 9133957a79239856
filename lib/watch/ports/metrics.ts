import type { PairName } from '../../core/names.ts';
import type { MetricName } from '../../core/pair/metrics.ts';

/** Publishes metrics to CloudWatch, by the names of `lib/core/pair/metrics.ts`. Never throws. */
export interface MetricsPort {
  /** The leader is at work; at most one goes out every 10 s. */
  heartbeat(): void;
  /** One value, in the unit that is given there; with the pair where the metric is per pair. */
  publish(name: MetricName, value: number, pair?: PairName): void;
}
