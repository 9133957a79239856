/** What a function writes for CloudWatch: one line for all pairs, or a line for each. */
import { expect, it, vi } from 'vitest';
import { createMetrics } from '../../lib/aws/metrics.ts';
import type { MetricDetail } from '../../lib/core/pair/metrics.ts';
import type { MetricsPort } from '../../lib/watch/ports/metrics.ts';

/** The lines that `work` makes the metrics write: name, value, pair. The clock is moved by `wait`. */
function linesOf(detail: MetricDetail, work: (metrics: MetricsPort, wait: (ms: number) => void) => void) {
  const lines: string[] = [];
  const write = vi.spyOn(process.stdout, 'write').mockImplementation((line) => lines.push(String(line)) > 0);
  let nowMs = 0;
  const clock = { nowMs: () => nowMs, sleep: async () => {} };
  try {
    work(createMetrics('prod', clock, detail), (ms) => {
      nowMs += ms;
    });
  } finally {
    write.mockRestore();
  }
  return lines.map((line) => {
    const record = JSON.parse(line);
    const [{ Metrics }] = record._aws.CloudWatchMetrics;
    const { Name } = Metrics[0];
    return [Name, record[Name], record.pair ?? null];
  });
}

it('publishes the worst of all pairs in one line, once in ten seconds', () => {
  const lines = linesOf('environment', (metrics, wait) => {
    metrics.publish('StandbyUnfit', 0, 'orders');
    metrics.publish('StandbyUnfit', 1, 'invoices');
    wait(10_000);
    metrics.publish('StandbyUnfit', 0, 'orders');
    metrics.publish('StandbyUnfit', 0, 'invoices');
    wait(10_000);
    metrics.publish('StandbyUnfit', 0, 'orders');
  });
  // What invoices said after the line of the second round counts in the third.
  expect(lines).toEqual([
    ['StandbyUnfit', 0, null],
    ['StandbyUnfit', 1, null],
    ['StandbyUnfit', 0, null],
  ]);
});

it('forgets a pair that says nothing any more', () => {
  const lines = linesOf('environment', (metrics, wait) => {
    metrics.publish('StandbyUnfit', 1, 'invoices');
    wait(31_000);
    metrics.publish('StandbyUnfit', 0, 'orders');
  });
  expect(lines.at(-1)).toEqual(['StandbyUnfit', 0, null]);
});

it('publishes every outage, and no series that nobody pays for', () => {
  const lines = linesOf('environment', (metrics) => {
    metrics.publish('OutageMs', 1600, 'orders');
    metrics.publish('OutageMs', 2400, 'invoices');
    metrics.publish('Holder', 0, 'orders');
    metrics.publish('LagSeconds', 3, 'orders');
  });
  expect(lines).toEqual([
    ['OutageMs', 1600, null],
    ['OutageMs', 2400, null],
  ]);
});

it('publishes each value of each pair where pairs have series of their own', () => {
  const lines = linesOf('pair', (metrics) => {
    metrics.publish('Holder', 1, 'orders');
    metrics.publish('StandbyUnfit', 0, 'orders');
    metrics.publish('StandbyUnfit', 1, 'invoices');
    metrics.heartbeat();
    metrics.heartbeat();
  });
  expect(lines).toEqual([
    ['Holder', 1, 'orders'],
    ['StandbyUnfit', 0, 'orders'],
    ['StandbyUnfit', 1, 'invoices'],
    ['Heartbeat', 1, null],
  ]);
});
