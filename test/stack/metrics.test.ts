import { expect, it, vi } from 'vitest';
import { createMetrics } from '../../lib/aws/metrics.ts';
import { type MetricName, metricNamespace, metrics } from '../../lib/core/metrics.ts';
import { large } from '../core/environments.ts';
import { templateOf } from './templates.ts';

interface Series {
  readonly name: string;
  readonly dimensions: Readonly<Record<string, string>>;
}

/** What CloudWatch would make of a metric that the functions publish. */
function published(name: MetricName, pair?: string): Series {
  const lines: string[] = [];
  const write = vi.spyOn(process.stdout, 'write').mockImplementation((line) => lines.push(String(line)) > 0);
  const clock = { nowMs: () => 0, sleep: async () => {} };
  createMetrics(large.name, clock).publish(name, 1, pair);
  write.mockRestore();
  const record = JSON.parse(lines.join('')) as Record<string, string> & {
    _aws: { CloudWatchMetrics: [{ Namespace: string; Dimensions: [string[]] }] };
  };
  const [{ Namespace, Dimensions }] = record._aws.CloudWatchMetrics;
  expect(Namespace).toBe(metricNamespace);
  return { name, dimensions: Object.fromEntries(Dimensions[0].map((key) => [key, record[key] ?? ''])) };
}

const everySeries = (Object.keys(metrics) as MetricName[]).flatMap((name) =>
  metrics[name].per === 'pair' ? large.pairs.map((pair) => published(name, pair.name)) : [published(name)],
);

it('alarms on series that the functions do publish: other dimensions would be another, silent metric', async () => {
  const template = await templateOf(large);
  const alarms = Object.values(template.findResources('AWS::CloudWatch::Alarm'))
    .flatMap(({ Properties }) => [Properties, ...metricsIn(Properties)])
    .filter((alarm) => alarm.Namespace === metricNamespace);
  expect(alarms.length).toBeGreaterThan(3);
  for (const { MetricName: name, Dimensions } of alarms) {
    const pairs = (Dimensions as { Name: string; Value: string }[]).map(({ Name, Value }) => [Name, Value]);
    expect(everySeries).toContainEqual({ name, dimensions: Object.fromEntries(pairs) });
  }
});

/** The series that a math expression is made of. */
function metricsIn(properties: { Metrics?: { MetricStat?: { Metric: Record<string, unknown> } }[] }) {
  return (properties.Metrics ?? []).flatMap(({ MetricStat }) => (MetricStat ? [MetricStat.Metric] : []));
}

it('shows every metric on the dashboard', async () => {
  const [board] = Object.values((await templateOf(large)).findResources('AWS::CloudWatch::Dashboard'));
  const body = JSON.stringify(board?.Properties.DashboardBody);
  const alarmed: MetricName[] = ['PublishFailure', 'TickFailure'];
  for (const name of Object.keys(metrics) as MetricName[]) {
    if (!alarmed.includes(name)) expect(body).toContain(name);
  }
});
