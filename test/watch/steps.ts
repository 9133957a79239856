/** One step of each kind, and ways in which it can go wrong. */
import { expect } from 'vitest';
import type { Step, StepKind, StepOutcome } from '../../lib/core/plan/step.ts';
import { PortError, type PortErrorKind } from '../../lib/watch/ports/port-error.ts';
import type { StepContext } from '../../lib/watch/step-context.ts';
import { carryOutStep } from '../../lib/watch/step-executors.ts';
import { failover, pairWith, position, recordOf, UUID1 } from '../core/world.ts';
import { executionOn, newWorld, type World } from './pair.ts';

export const catchUp: Extract<Step, { kind: 'catch-up' }> = {
  kind: 'catch-up',
  node: 'db2',
  source: null,
  ifFenced: false,
  limitOf: 'wait',
  limitMs: 1000,
  acceptLoss: false,
};
export const steps: Readonly<Record<StepKind, Step>> = {
  fence: { kind: 'fence', node: 'db1', limitMs: 250 },
  freeze: { kind: 'freeze', node: 'db1', kills: 'once-closed' },
  isolate: { kind: 'isolate', node: 'db1' },
  'stop-instance': { kind: 'stop-instance', node: 'db1' },
  'catch-up': catchUp,
  open: { kind: 'open', node: 'db2' },
  inspect: { kind: 'inspect', node: 'db1', killLong: false },
  detach: { kind: 'detach', node: 'db2', source: 'db1' },
  attach: { kind: 'attach', node: 'db2', source: 'db1' },
  close: { kind: 'close', node: 'db1' },
  'move-vip': { kind: 'move-vip', to: 'db2' },
  'bind-vip': { kind: 'bind-vip', to: 'db2', from: 'db1' },
  verify: { kind: 'verify', node: 'db1' },
  repair: { kind: 'repair', node: 'db2', what: 'mysqld' },
  release: { kind: 'release', node: 'db1' },
  repoint: { kind: 'repoint', replica: 'r01', node: 'db2', source: 'db1', change: true },
};

/** `close db1` fails like this, before it takes effect. */
export const failing =
  (kind: PortErrorKind, only = ''): World['before'] =>
  (call) => {
    if (call.startsWith(only)) throw new PortError(kind, `${call} is ${kind}`);
  };
export const fenced = { record: recordOf(failover, { fencedAt: position(`${UUID1}:1-100`) }) };
/** Its clients can write until it is closed, or could when the plan began. */
export const fromWriter = { record: recordOf(failover, { wasWritable: true }) };
export const released = { record: recordOf(failover, { isolatedFrom: ['sg-1', 'sg-2'] }) };
export const untouched = { pair: pairWith({ writability: 'untouched' }) };
export const onDb2: Partial<World> = { place: { kind: 'node', node: 'db2' } };

/** A row of a table of steps: what came of the step, and a part of what it says. */
export type StepCase = readonly [
  what: string,
  step: Step,
  world: Partial<World>,
  changes: Partial<StepContext>,
  kind: StepOutcome['kind'],
  text: string,
];

/** Carries the step of a row out in its world. */
export async function expectOutcome(...[_, step, world, changes, kind, text]: StepCase): Promise<void> {
  const { outcome } = await carryOutStep(step, executionOn(newWorld(world), changes));
  expect(outcome.kind).toBe(kind);
  expect(Object.values(outcome).join(' ')).toContain(text);
}
