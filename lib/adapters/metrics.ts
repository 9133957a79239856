import { Metrics, MetricUnit } from '@aws-lambda-powertools/metrics';
import type { PairName } from '../core/names.ts';
import type { Clock } from '../shell/ports.ts';

export const METRIC_NAMESPACE = 'keepalambda';
/** The dead man's switch alarms when this metric is missing for a minute. */
export const HEARTBEAT_METRIC = 'Heartbeat';
/** At most one heartbeat in this time: each is a log line that is paid for. Milliseconds. */
const HEARTBEAT_INTERVAL_MS = 15_000;

type Unit = (typeof MetricUnit)[keyof typeof MetricUnit];

/** What CloudWatch is told. Each call writes one line of its embedded metric format; nothing is sent. */
export interface MetricsSink {
  /** The leader ticked: watch is alive and sees. Written at most every 15 s. */
  heartbeat(): void;
  /** One of something happened to a pair, such as `Failover`. */
  count(name: string, pair: PairName): void;
  /** How long something took. Milliseconds. */
  duration(name: string, pair: PairName, ms: number): void;
}

/** Metrics with the dimensions `service` (keepalambda) and `environment`, and `pair` where they are a pair's. */
export function createMetrics(environment: string, clock: Clock): MetricsSink {
  let beatAtMs = Number.NEGATIVE_INFINITY;
  const write = (name: string, unit: Unit, value: number, pair?: PairName) => {
    const metrics = new Metrics({ namespace: METRIC_NAMESPACE, serviceName: 'keepalambda' });
    metrics.addDimension('environment', environment);
    if (pair) metrics.addDimension('pair', pair);
    metrics.addMetric(name, unit, value);
    metrics.publishStoredMetrics();
  };
  return {
    heartbeat() {
      const now = clock.nowMs();
      if (now - beatAtMs < HEARTBEAT_INTERVAL_MS) return;
      beatAtMs = now;
      write(HEARTBEAT_METRIC, MetricUnit.Count, 1);
    },
    count: (name, pair) => write(name, MetricUnit.Count, 1, pair),
    duration: (name, pair, ms) => write(name, MetricUnit.Milliseconds, ms, pair),
  };
}
