import { expect, it, vi } from 'vitest';
import { createMetrics } from '../../lib/aws/metrics.ts';
import {
  type MetricDetail,
  type MetricName,
  metricNamespace,
  metrics,
  seriesFor,
} from '../../lib/core/pair/metrics.ts';
import { large } from '../core/environments.ts';
import { templateOf } from './templates.ts';

interface Series {
  readonly name: string;
  readonly dimensions: Readonly<Record<string, string>>;
}

/** What CloudWatch would make of a metric that the functions publish. */
function published(name: MetricName, detail: MetricDetail, pair?: string): Series {
  const lines: string[] = [];
  const write = vi.spyOn(process.stdout, 'write').mockImplementation((line) => lines.push(String(line)) > 0);
  const clock = { nowMs: () => 0, sleep: async () => {} };
  createMetrics(large.name, clock, detail).publish(name, 1, pair);
  write.mockRestore();
  const record = JSON.parse(lines.join('')) as Record<string, string> & {
    _aws: { CloudWatchMetrics: [{ Namespace: string; Dimensions: [string[]] }] };
  };
  const [{ Namespace, Dimensions }] = record._aws.CloudWatchMetrics;
  expect(Namespace).toBe(metricNamespace);
  return { name, dimensions: Object.fromEntries(Dimensions[0].map((key) => [key, record[key] ?? ''])) };
}

function everySeries(detail: MetricDetail): readonly Series[] {
  return (Object.keys(metrics) as MetricName[]).flatMap((name) => {
    if (metrics[name].per === 'environment') return [published(name, detail)];
    if (seriesFor(name, detail) === 'none') return [];
    return large.pairs.map((pair) => published(name, detail, pair.name));
  });
}

it.each(['environment', 'pair'] as const)(
  'alarms on series that the functions do publish, by %s: other dimensions would be another, silent metric',
  async (detail) => {
    const template = await templateOf({ ...large, metrics: detail });
    const alarms = Object.values(template.findResources('AWS::CloudWatch::Alarm'))
      .flatMap(({ Properties }) => [Properties, ...metricsIn(Properties)])
      .filter((alarm) => alarm.Namespace === metricNamespace);
    expect(alarms.length).toBeGreaterThan(3);
    const series = everySeries(detail);
    for (const { MetricName: name, Dimensions } of alarms) {
      const pairs = (Dimensions as { Name: string; Value: string }[]).map(({ Name, Value }) => [Name, Value]);
      expect(series).toContainEqual({ name, dimensions: Object.fromEntries(pairs) });
    }
  },
);

/** The series that a math expression is made of. */
function metricsIn(properties: { Metrics?: { MetricStat?: { Metric: Record<string, unknown> } }[] }) {
  return (properties.Metrics ?? []).flatMap(({ MetricStat }) => (MetricStat ? [MetricStat.Metric] : []));
}

it('shows every metric of the pairs on the dashboard', async () => {
  const template = await templateOf({ ...large, metrics: 'pair', dashboard: true });
  const [board] = Object.values(template.findResources('AWS::CloudWatch::Dashboard'));
  const body = JSON.stringify(board?.Properties.DashboardBody);
  const alarmed: MetricName[] = ['PublishFailure', 'SubscriptionsConfirmed', 'TickFailure'];
  for (const name of Object.keys(metrics) as MetricName[]) {
    if (!alarmed.includes(name)) expect(body).toContain(name);
  }
});

it('shows what the environment publishes on the dashboard, and there is none unless it is asked for', async () => {
  const template = await templateOf({ ...large, dashboard: true });
  const [board] = Object.values(template.findResources('AWS::CloudWatch::Dashboard'));
  const body = JSON.stringify(board?.Properties.DashboardBody);
  for (const name of ['StandbyUnfit', 'OutageMs', 'Heartbeat', 'ProbeBlind']) expect(body).toContain(name);
  for (const name of ['Holder', 'LagSeconds']) expect(body).not.toContain(name);
  (await templateOf(large)).resourceCountIs('AWS::CloudWatch::Dashboard', 0);
});
