/**
 * How long the real APIs take, in one table, and how the lab draws from it. Every answer comes as late as the real one
 * would: what a plan costs is mostly the time of its calls.
 *
 * The typical figures are the project's own estimates for calls within one region (issue 10), not measurements of an
 * account; where AWS or somebody else has published a figure, the source says how it compares. Measure them on an
 * account before you quote them.
 */
import { Random } from '../../sim/random.ts';
import type { ServiceName } from './api.ts';

export interface Latency {
  /** The median, in milliseconds. */
  readonly typicalMs: number;
  /** How much of it passes before the call takes effect; the rest is the way back. From 0 to 1. */
  readonly before: number;
  /** Where the figure comes from. */
  readonly source: string;
}

export const latencies = {
  dynamodb: {
    typicalMs: 5,
    before: 0.5,
    source: 'Estimate. The DynamoDB Developer Guide promises single-digit milliseconds for one item.',
  },
  lambda: {
    typicalMs: 20,
    before: 0.5,
    source:
      'Estimate for a warm Invoke without the time of the handler itself; a cold start is the real start of a process.',
  },
  'ec2-read': {
    typicalMs: 150,
    before: 0.5,
    source: 'Estimate for a Describe call of a few resources; AWS publishes none.',
  },
  'ec2-write': {
    typicalMs: 350,
    // The time to effect is counted from the answer.
    before: 1,
    source: 'Estimate for AssignPrivateIpAddresses until its answer; AWS publishes none.',
  },
  'ec2-effect': {
    typicalMs: 800,
    before: 1,
    source:
      'Estimate, from the answer until packets go to the new interface. The EC2 API Reference says only that remapping is asynchronous.',
  },
  sns: {
    typicalMs: 30,
    before: 0.5,
    source:
      'Estimate for Publish. Publish, delivery and Lambda together were measured at a median of 73 ms in eu-west-1 (bitesizedserverless.com, 2022).',
  },
  events: {
    typicalMs: 30,
    before: 0.5,
    source: 'Estimate for PutEvents of one event, as for Publish of SNS; AWS publishes none.',
  },
  ssm: {
    typicalMs: 200,
    before: 0.5,
    source:
      'Estimate for SendCommand and GetParameter; AWS publishes none. Delivery to the host is not in it.',
  },
  sts: {
    typicalMs: 20,
    before: 0.5,
    source: 'Estimate. Nothing of the product calls it; only a person with the AWS CLI does.',
  },
} as const satisfies Record<string, Latency>;

export type LatencyName = keyof typeof latencies;

/**
 * The spread is log-normal around the median, which has the long tail of the real ones: one call in a hundred takes
 * 2.5 times as long. It ends at these factors; calls that hang are the business of faults.
 */
const SIGMA = 0.4;
export const leastFactor = 0.5;
export const mostFactor = 4;

/** What a lab was asked for. */
export type LatencyAsked = { readonly kind: 'real'; readonly seed: number } | { readonly kind: 'none' };

/** How long one call takes. */
export interface Draw {
  /** Until the service takes it up. Milliseconds. */
  readonly beforeMs: number;
  /** From its result to the answer. Milliseconds. */
  readonly afterMs: number;
}

export interface LatencySource {
  /** The next call of an API. */
  call(service: ServiceName, action: string): Draw;
  /** The next change of EC2, from the answer to the effect. Milliseconds. */
  effectMs(): number;
}

/** Draws each API's latencies in an order that the seed decides, however calls of different APIs are mixed. */
export function createLatencies(asked: LatencyAsked): LatencySource {
  if (asked.kind === 'none') return { call: () => ({ beforeMs: 0, afterMs: 0 }), effectMs: () => 0 };
  const root = new Random(asked.seed);
  const names = Object.keys(latencies) as LatencyName[];
  const streams = new Map(names.map((name) => [name, root.fork()]));
  const draw = (name: LatencyName): number => {
    const stream = streams.get(name);
    if (!stream) throw new Error(`the table of latencies has no ${name}`);
    return latencies[name].typicalMs * factor(stream);
  };
  return {
    call(service, action) {
      const name = nameOf(service, action);
      const { before } = latencies[name];
      const wholeMs = draw(name);
      return { beforeMs: wholeMs * before, afterMs: wholeMs * (1 - before) };
    },
    effectMs: () => draw('ec2-effect'),
  };
}

/** The row of the table for a call. EC2's reads are those that AWS calls so. */
export function nameOf(service: ServiceName, action: string): LatencyName {
  if (service !== 'ec2') return service;
  return /^(Describe|Get|List)/.test(action) ? 'ec2-read' : 'ec2-write';
}

/** Box and Muller's way from two even numbers to a normal one. */
function factor(stream: Random): number {
  const radius = Math.sqrt(-2 * Math.log(1 - stream.next()));
  const normal = radius * Math.cos(2 * Math.PI * stream.next());
  return Math.min(mostFactor, Math.max(leastFactor, Math.exp(SIGMA * normal)));
}
