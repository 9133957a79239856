/** Work on hosts as a person orders it: the same request until it is finished. */
import { setTimeout as delay } from 'node:timers/promises';
import { keyOf } from '../../lib/core/hosts/host-work.ts';
import type { Reply } from '../../lib/core/operator/reply.ts';
import { functionNameOf } from '../../lib/stack/names.ts';
import { environmentName, pairName } from '../deployment.ts';
import type { LabWorld } from '../world.ts';

/** An unfinished order is repeated so often at most. */
const REPEATS_MAX = 10;
/** How long a run that was killed may keep its claim on the hosts. Milliseconds. */
const CLAIM_LIMIT_MS = 60_000;
const operate = functionNameOf(environmentName, 'operate');

/** What came of it, over all the invocations that it took. */
export interface Ordered {
  readonly outcome: Reply['outcome'] | 'killed';
  readonly lines: readonly string[];
  readonly steps: number;
  readonly changed: number;
  readonly invocations: number;
  /** How long each step took in the last invocation that had any. */
  readonly took: readonly string[];
}

const none = { steps: 0, took: [] } as const;

/** Orders it, and repeats it until it is done, refused, or its function dies. */
export async function order({ aws }: LabWorld, action: string, more: object = {}): Promise<Ordered> {
  const request = { action, pair: pairName, by: 'the lab', why: 'a scenario', id: 'lab-order', ...more };
  let changed = 0;
  for (let repeats = 0; repeats < REPEATS_MAX; repeats += 1) {
    const { payload, error } = await invoked(aws, request);
    const invocations = repeats + 1;
    if (error) return { ...none, outcome: 'killed', lines: [payload], changed, invocations };
    const reply = JSON.parse(payload) as Reply;
    const data = reply.data && 'unfinished' in reply.data ? reply.data : null;
    changed += data?.changed ?? 0;
    const steps = data?.steps ?? [];
    const took = steps.map(({ tookMs, ...step }) => `${keyOf(step)}: ${Math.round(tookMs)} ms`);
    const { outcome, lines } = reply;
    if (!data?.unfinished) return { outcome, lines, steps: steps.length, changed, invocations, took };
  }
  const lines = [`not finished after ${REPEATS_MAX} invocations`];
  return { ...none, outcome: 'failed', lines, changed, invocations: REPEATS_MAX };
}

/** Orders it until nobody else is at work: a run that was killed keeps its claim until that is over. */
export async function untilTaken(world: LabWorld, action: string, more: object = {}): Promise<Ordered> {
  const deadlineMs = Date.now() + CLAIM_LIMIT_MS;
  for (;;) {
    const ordered = await order(world, action, more);
    const isTaken = ordered.lines.some((line) => line.includes('at work on the hosts'));
    if (!isTaken || Date.now() > deadlineMs) return ordered;
    await delay(3000);
  }
}

/** A function that died has no reply. */
async function invoked(aws: LabWorld['aws'], request: object) {
  const { payload } = await aws.lambda.invoke(operate, request);
  const raw = JSON.parse(payload) as { readonly ok?: boolean };
  return { payload, error: raw === null || typeof raw.ok !== 'boolean' };
}

/** Kills the operate function where it is; says how many environments that ended. */
export function killOperate({ aws }: LabWorld): number {
  return aws.lambda.kill(operate);
}
