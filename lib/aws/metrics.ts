import { Metrics, MetricUnit } from '@aws-lambda-powertools/metrics';
import type { PairName } from '../core/names.ts';
import {
  type MetricDetail,
  type MetricName,
  metricDimensions,
  metricNamespace,
  metrics,
  seriesFor,
} from '../core/pair/metrics.ts';
import type { MetricsPort } from '../watch/ports/metrics.ts';
import type { Clock } from '../watch/ports/ports.ts';

/** At most one line of gauges in this time: each is paid for. Milliseconds. */
const INTERVAL_MS = 10_000;
/** A pair that has published nothing for this long has no value any more. Milliseconds. */
const GAUGE_LIFE_MS = 3 * INTERVAL_MS;

interface Gauged {
  readonly value: number;
  readonly atMs: number;
}

/**
 * Metrics of an environment, by the names and dimensions of `lib/core/metrics`. With `detail` of an environment, pairs
 * publish into one series, which has the worst of their values, so that a line of the log stands for all of them.
 */
export function createMetrics(environment: string, clock: Clock, detail: MetricDetail): MetricsPort {
  let beatAtMs = Number.NEGATIVE_INFINITY;
  const gauges = new Map<MetricName, Worst>();
  const send = (name: MetricName, value: number, pair?: PairName) => {
    const { service = '', ...dimensions } = metricDimensions(environment, pair);
    const sink = new Metrics({ namespace: metricNamespace, serviceName: service });
    sink.addDimensions(dimensions);
    sink.addMetric(name, MetricUnit[metrics[name].unit], value);
    sink.publishStoredMetrics();
  };
  const sendWorst = (name: MetricName, value: number, pair: PairName) => {
    const worst = gauges.get(name) ?? new Worst();
    gauges.set(name, worst);
    const due = worst.take(pair, value, clock.nowMs());
    if (due !== null) send(name, due);
  };
  return {
    heartbeat() {
      const now = clock.nowMs();
      if (now - beatAtMs < INTERVAL_MS) return;
      beatAtMs = now;
      send('Heartbeat', 1);
    },
    publish(name, value, pair) {
      const series = seriesFor(name, detail);
      if (series === 'none') return;
      if (series === 'pair' || pair === undefined) send(name, value, pair);
      // An outage is one event, not a state that lasts: each is published.
      else if (name === 'OutageMs') send(name, value);
      else sendWorst(name, value, pair);
    },
  };
}

/** The worst of what pairs last said of one metric. */
class Worst {
  readonly #values = new Map<PairName, Gauged>();
  #sentAtMs = Number.NEGATIVE_INFINITY;

  /** What is to be sent now; null while the last one is new enough. */
  take(pair: PairName, value: number, nowMs: number): number | null {
    this.#values.set(pair, { value, atMs: nowMs });
    if (nowMs - this.#sentAtMs < INTERVAL_MS) return null;
    this.#sentAtMs = nowMs;
    for (const [name, { atMs }] of this.#values) if (nowMs - atMs > GAUGE_LIFE_MS) this.#values.delete(name);
    return Math.max(...[...this.#values.values()].map((each) => each.value));
  }
}
