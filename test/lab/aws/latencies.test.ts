/** How long the lab's AWS takes: drawn from one table, by a seed. Computed delays, no clocks. */
import { DescribeInstancesCommand } from '@aws-sdk/client-ec2';
import { describe, expect, test } from 'vitest';
import {
  createLatencies,
  type Draw,
  latencies,
  leastFactor,
  mostFactor,
  nameOf,
} from '../../../lab/aws/latencies.ts';
import { start } from './world.ts';

const real = (seed = 7) => createLatencies({ kind: 'real', seed });
const wholeOf = ({ beforeMs, afterMs }: Draw) => beforeMs + afterMs;
const many = Array.from({ length: 2000 });
const median = (values: readonly number[]) =>
  values.toSorted((one, other) => one - other)[values.length / 2] ?? 0;

/** The figures of issue 10, section 1. */
test.each([
  ['dynamodb', 'GetItem', 'dynamodb', 5],
  ['lambda', 'Invoke/probe', 'lambda', 20],
  ['ec2', 'DescribeNetworkInterfaces', 'ec2-read', 150],
  ['ec2', 'AssignPrivateIpAddresses', 'ec2-write', 350],
  ['ec2', 'StopInstances', 'ec2-write', 350],
  ['sns', 'Publish', 'sns', 30],
  ['ssm', 'GetParameter', 'ssm', 200],
] as const)(
  '%s:%s takes what the row %s has: %i ms, and most calls little more or less',
  (service, action, row, ms) => {
    expect(nameOf(service, action)).toBe(row);
    expect(latencies[row].typicalMs).toBe(ms);
    const source = real();
    const drawn = many.map(() => wholeOf(source.call(service, action)));
    expect(Math.min(...drawn)).toBeGreaterThanOrEqual(ms * leastFactor);
    expect(Math.max(...drawn)).toBeLessThanOrEqual(ms * mostFactor);
    expect(median(drawn) / ms).toBeGreaterThan(0.9);
    expect(median(drawn) / ms).toBeLessThan(1.1);
    // The tail: some calls take more than twice as long, but not many.
    const slow = drawn.filter((each) => each > 2 * ms).length / drawn.length;
    expect(slow).toBeGreaterThan(0.01);
    expect(slow).toBeLessThan(0.1);
  },
);

test('a change of EC2 takes effect 800 ms after its answer, with the same spread', () => {
  const source = real();
  const drawn = many.map(() => source.effectMs());
  expect(latencies['ec2-effect'].typicalMs).toBe(800);
  expect(Math.min(...drawn)).toBeGreaterThanOrEqual(800 * leastFactor);
  expect(Math.max(...drawn)).toBeLessThanOrEqual(800 * mostFactor);
  expect(source.call('ec2', 'AssignPrivateIpAddresses').afterMs).toBe(0);
});

test('Invoke pays half of it on the way in and half on the way out, whatever the handler does between', () => {
  const { beforeMs, afterMs } = real().call('lambda', 'Invoke/probe');
  expect(beforeMs).toBeGreaterThan(0);
  expect(afterMs).toBe(beforeMs);
});

describe('the seed', () => {
  const sequence = (seed: number, between = 0) => {
    const source = real(seed);
    return Array.from({ length: 20 }, () => {
      for (let count = 0; count < between; count += 1) source.call('sns', 'Publish');
      return wholeOf(source.call('dynamodb', 'GetItem'));
    });
  };

  test('decides every delay', () => {
    expect(sequence(1)).toEqual(sequence(1));
    expect(sequence(1)).not.toEqual(sequence(2));
  });

  test('gives each API an order of its own: calls of another between do not change it', () => {
    expect(sequence(1, 3)).toEqual(sequence(1));
  });
});

test('none adds nothing', () => {
  const source = createLatencies({ kind: 'none' });
  expect(source.call('ec2', 'AssignPrivateIpAddresses')).toEqual({ beforeMs: 0, afterMs: 0 });
  expect(source.effectMs()).toBe(0);
});

test('every figure says where it comes from', () => {
  for (const [name, { source, before }] of Object.entries(latencies)) {
    expect(source, name).toMatch(/\w{5}.*\.$/);
    expect(before, name).toBeGreaterThanOrEqual(0);
    expect(before, name).toBeLessThanOrEqual(1);
  }
});

test('an answer waits for its latency: no read of EC2 comes sooner than the table allows', async () => {
  const clients = await start({ latency: { kind: 'real', seed: 1 } });
  try {
    const startedAtMs = performance.now();
    await clients.ec2.send(new DescribeInstancesCommand({}));
    // Timers may fire a millisecond early, and never much earlier.
    const leastMs = latencies['ec2-read'].typicalMs * leastFactor - 3;
    expect(performance.now() - startedAtMs).toBeGreaterThanOrEqual(leastMs);
  } finally {
    await clients.close();
  }
});
