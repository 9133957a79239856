/**
 * The metrics, written once: the functions publish by these names, the stack's alarms and
 * dashboard read by them. A metric with other dimensions is another metric, so these too are written here.
 */

export const metricNamespace = 'keepalambda';

interface MetricText {
  /** One series for each pair, or one for the environment. */
  readonly per: 'environment' | 'pair';
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
    per: 'pair',
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
    per: 'pair',
    unit: 'Milliseconds',
    meaning: 'From the first bad look to the verified commit through the VIP.',
  },
} as const satisfies Record<string, MetricText>;

export type MetricName = keyof typeof metrics;

/** The dimensions of a metric: Powertools adds `service` to every one. */
export function metricDimensions(environment: string, pair?: string): Record<string, string> {
  return { service: 'keepalambda', environment, ...(pair === undefined ? {} : { pair }) };
}
