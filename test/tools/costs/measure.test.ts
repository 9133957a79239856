/** What is counted, and how it becomes figures. */
import { expect, test } from 'vitest';
import { type AwsEvents, createEvents, type LogLine } from '../../../lab/aws/events.ts';
import { renderCosts } from '../../../tools/costs/document.ts';
import { figuresOf } from '../../../tools/costs/figures.ts';
import { encodeRows } from '../../../tools/costs/node-wire.ts';
import { cpuSecondsOf, parseStat, peakMemoryMb } from '../../../tools/costs/processes.ts';
import { seriesOf, Tally } from '../../../tools/costs/tally.ts';
import { plainFigures } from './figures.ts';

const watch = 'keepalambda-lab-watch';

function say(events: AwsEvents, atMs: number, requestId: string, text: string): void {
  const stream: LogLine['stream'] = text.startsWith('{"level"') ? 'stdout' : 'platform';
  events.emit('log', { atMs, functionName: watch, requestId, stream, text });
}

function call(events: AwsEvents, atMs: number, action: string, capacityUnits: number): void {
  events.emit('call', { atMs, service: 'dynamodb', action, status: 200, fault: null, capacityUnits });
}

test('only what happens in the time is counted, and invocations by the part of them in it', () => {
  const events = createEvents();
  const tally = new Tally(events);
  say(events, 0, 'one', 'START RequestId: one');
  call(events, 500, 'GetItem', 1);
  call(events, 1500, 'GetItem', 2);
  call(events, 1600, 'UpdateItem', 3);
  say(events, 2000, 'two', 'START RequestId: two');
  say(events, 3000, 'one', 'END RequestId: one');
  call(events, 6000, 'UpdateItem', 1);
  expect(tally.between(1000, 6000)).toMatchObject({
    dynamodb: { reads: 1, writes: 1, readUnits: 2, writeUnits: 3 },
    invocations: { [watch]: 1 },
    // The first one from 1 s to 3 s; the second one has not ended.
    busySeconds: { [watch]: 2 + 4 },
    failures: 0,
  });
});

test('who leads is what watch says of itself, and an invocation that fails is told', () => {
  const events = createEvents();
  const tally = new Tally(events);
  expect(tally.leader).toBeNull();
  say(events, 0, 'one', '{"level":"INFO","message":"leading under epoch 1"}');
  expect(tally.leader).toBe('one');
  say(events, 1, 'one', '{"level":"INFO","message":"gave the lease back after epoch 1"}');
  expect(tally.leader).toBeNull();
  say(events, 2, 'one', '{"errorType":"Runtime.ExitError"}');
  expect(tally.lastError).toContain('Runtime.ExitError');
  expect(tally.between(0, 3).failures).toBe(1);
});

test('a series of metrics is its name with its dimensions', () => {
  const line = {
    _aws: {
      CloudWatchMetrics: [
        { Namespace: 'keepalambda', Dimensions: [['pair']], Metrics: [{ Name: 'Holder' }, { Name: 'Lag' }] },
      ],
    },
    pair: 'orders',
  };
  expect(seriesOf(JSON.stringify(line))).toEqual([
    'keepalambda Holder pair=orders',
    'keepalambda Lag pair=orders',
  ]);
  expect(seriesOf('{"level":"INFO","message":"leading"}')).toEqual([]);
});

test('CPU is read past a name with spaces and brackets; of this process there is some, of none nothing', () => {
  const rest = `S 1 1 1 0 -1 4194560 100 0 0 0 250 50 0 0 20 0 11 0 100 0 0`;
  expect(parseStat(`4711 (node (of) lab) ${rest}`)).toBe(3);
  expect(cpuSecondsOf(process.pid)).toBeGreaterThan(0);
  expect(peakMemoryMb(process.pid)).toBeGreaterThan(10);
  expect(cpuSecondsOf(0)).toBeNull();
});

test('a measurement becomes figures by pair, by vantage, by second and by minute', () => {
  const figures = figuresOf({
    pairs: 10,
    vantages: 2,
    seconds: 30,
    because: null,
    processes: {
      cpuSeconds: {
        'watch leading': 3,
        'watch contending': 0.3,
        'keepalambda-lab-probe-a': 6,
        'keepalambda-lab-probe-b': 9,
      },
      peakMb: { [watch]: 100.2, 'keepalambda-lab-probe-a': 80, 'keepalambda-lab-probe-b': 90 },
    },
    counts: {
      dynamodb: { reads: 50, writes: 20, readUnits: 60, writeUnits: 25 },
      invocations: { [watch]: 1, 'keepalambda-lab-probe-a': 6, 'keepalambda-lab-probe-b': 4 },
      busySeconds: { [watch]: 60, 'keepalambda-lab-probe-a': 30, 'keepalambda-lab-probe-b': 15 },
      ec2Calls: 12,
      ssmCalls: 0,
      published: 0,
      failures: 0,
      logBytes: 5000,
      metrics: 31,
    },
    vantagesAsked: [
      { looks: 2400, bytes: 15_000_000 },
      { looks: 60, bytes: 300_000 },
    ],
  });
  expect(figures).toMatchObject({
    cpuPerPairAndSecond: 0.061,
    cpuPerSecond: { watchLeading: 0.1, watchContending: 0.01, probe: 0.3 },
    memoryMb: { watch: 101, probe: 90 },
    dynamodb: { readsPerPairAndMinute: 10, writesPerPairAndMinute: 4, readUnitsPerPairAndMinute: 12 },
    invocationsPerMinute: { watch: 2, probe: 20 },
    busyEnvironments: { watch: 2, probe: 1.5 },
    looksPerNodeAndSecond: 4,
    mysqlBytesPerPairAndSecond: 50_000,
    restingBytesPerPairAndSecond: 1000,
    logBytesPerMinute: 10_000,
  });
});

test('the document has a bill for each number of vantages and a column for each number of pairs', () => {
  const all = [1, 2].flatMap((vantages) => [1, 10].map((pairs) => ({ ...plainFigures, pairs, vantages })));
  const text = renderCosts(all, { machine: '2 CPUs of x64' });
  expect(text).toMatch(/## 1 vantage\n\n\| {2}\| 1 pair \| 10 pairs \|/);
  expect(text).toContain('## 2 vantages');
  expect(text).toContain('| CloudWatch metrics | 0.90 | 0.90 |');
  expect(text).toContain('RDS Multi-AZ instance');
  expect(renderCosts(all, { machine: '2 CPUs of x64' })).toBe(text);
});

test('long values have their length in three bytes, and packets are numbered from 1', () => {
  const bytes = encodeRows(['text'], [['x'.repeat(300)]]);
  expect(bytes[3]).toBe(1);
  const row = bytes.indexOf('xxx');
  expect([...bytes.subarray(row - 3, row)]).toEqual([0xfc, 44, 1]);
});
