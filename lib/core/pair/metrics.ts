/**
 * The metrics, written once: the functions publish by these names, the stack's alarms and
 * dashboard read by them. A metric with other dimensions is another metric, so these too are written here.
 */

export const metricNamespace = 'keepalambda';

/** Whether there are series for each pair (`Config.metrics`). */
export type MetricDetail = 'environment' | 'pair';

interface MetricText {
  /**
   * One series for the environment, or one for each pair. `either`: with detail by pair one for each of them, else one for
   * the environment, whose value is the worst of all pairs.
   */
  readonly per: 'environment' | 'pair' | 'either';
  readonly unit: 'Count' | 'Seconds' | 'Milliseconds';
  readonly meaning: string;
}

export const metrics = {
  Heartbeat: {
    per: 'environment',
    unit: 'Count',
    meaning:
      'The leading watch ticks for every pair. Published every 10 s; its absence is the dead man’s switch.',
  },
  StandbyUnfit: {
    per: 'either',
    unit: 'Count',
    meaning: '1 while a failover would not be possible, 0 while it would.',
  },
  ProbeBlind: {
    per: 'environment',
    unit: 'Count',
    meaning: 'Vantages that could not look: their function failed or did not answer in time.',
  },
  PublishFailure: {
    per: 'environment',
    unit: 'Count',
    meaning: 'Alerts that SNS did not take. They stay in the outbox and are tried again.',
  },
  SubscriptionsConfirmed: {
    per: 'environment',
    unit: 'Count',
    meaning: 'Confirmed subscriptions of the alerts’ topic, each hour. At 0, alerts reach nobody.',
  },
  TickFailure: {
    per: 'environment',
    unit: 'Count',
    meaning: 'Ticks that failed: the state of a pair could not be read or stored.',
  },
  Holder: {
    per: 'pair',
    unit: 'Count',
    meaning: 'Which node holds the VIP: 0 for the first in the configuration, 1 for the second.',
  },
  LagSeconds: { per: 'pair', unit: 'Seconds', meaning: 'How far the standby is behind the holder.' },
  OutageMs: {
    per: 'either',
    unit: 'Milliseconds',
    meaning: 'From the first bad look to the verified commit through the VIP.',
  },
} as const satisfies Record<string, MetricText>;

export type MetricName = keyof typeof metrics;

/** The series that a value belongs to: one pair's, the environment's, or none, because nobody pays for it. */
export function seriesFor(name: MetricName, detail: MetricDetail): 'environment' | 'pair' | 'none' {
  const { per }: MetricText = metrics[name];
  if (per === 'environment') return per;
  if (detail === 'pair') return 'pair';
  return per === 'either' ? 'environment' : 'none';
}

/** The dimensions of a metric: Powertools adds `service` to every one. */
export function metricDimensions(environment: string, pair?: string): Record<string, string> {
  return { service: 'keepalambda', environment, ...(pair === undefined ? {} : { pair }) };
}
