import { Metrics, MetricUnit } from '@aws-lambda-powertools/metrics';
import { type MetricName, metricDimensions, metricNamespace, metrics } from '../core/metrics.ts';
import type { PairName } from '../core/names.ts';
import type { Clock, MetricsPort } from '../watch/ports.ts';

/** At most one heartbeat in this time: each is a log line that is paid for. Milliseconds. */
const HEARTBEAT_INTERVAL_MS = 10_000;

/** Metrics of an environment, by the names and dimensions of `lib/core/metrics`. */
export function createMetrics(environment: string, clock: Clock): MetricsPort {
  let beatAtMs = Number.NEGATIVE_INFINITY;
  const publish = (name: MetricName, value: number, pair?: PairName) => {
    const { service = '', ...dimensions } = metricDimensions(environment, pair);
    const sink = new Metrics({ namespace: metricNamespace, serviceName: service });
    sink.addDimensions(dimensions);
    sink.addMetric(name, MetricUnit[metrics[name].unit], value);
    sink.publishStoredMetrics();
  };
  return {
    heartbeat() {
      const now = clock.nowMs();
      if (now - beatAtMs < HEARTBEAT_INTERVAL_MS) return;
      beatAtMs = now;
      publish('Heartbeat', 1);
    },
    publish,
  };
}
