/** What a test of a judge does by hand: leads, begins and ends plans, alerts, breaks things. */
import type { EventCode } from '../../../lib/core/alert/events.ts';
import { assess, noDurations } from '../../../lib/core/decision/situation.ts';
import { noEvidence } from '../../../lib/core/evidence/evidence.ts';
import { emptyMemory, type Memory } from '../../../lib/core/memory/memory.ts';
import { beginPlan } from '../../../lib/core/plan/begin-plan.ts';
import type { Plan } from '../../../lib/core/plan/plan.ts';
import { failoverPlan } from '../../../lib/core/plan/plans.ts';
import type { Stage } from '../stage.ts';

/** watch-1 leads under epoch 1. */
export async function lead({ one, settle, pair }: Stage): Promise<void> {
  await settle(one.store.takeLease(null, 'watch-1'));
  await settle(one.store.claimMemory(pair.name, { owner: 'watch-1', epoch: 1 }));
}

/** The memory with a plan in flight, as a leader would claim it. */
export async function begin(stage: Stage, plan: Plan, requestId: string | null = null): Promise<Memory> {
  const { one, pair, settle } = stage;
  const nowMs = one.clock.nowMs();
  const situation = assess(pair, noEvidence(pair, 2), emptyMemory, noDurations, nowMs);
  const ids = { planId: one.ids.next(), incidentId: one.ids.next() };
  const wanted = {
    plan,
    row: 'D9',
    because: 'a test',
    by: 'keepalambda',
    requestId,
    epoch: 1,
    lastSeen: null,
    ...ids,
  };
  const memory = beginPlan(await settle(one.store.readMemory(pair.name)), situation, wanted);
  await settle(one.store.saveMemory(pair.name, memory, 1));
  return memory;
}

export async function end({ one, pair, settle }: Stage, memory: Memory): Promise<void> {
  await settle(one.store.saveMemory(pair.name, { ...memory, plan: null }, 1));
}

export async function pause({ one, pair, settle }: Stage): Promise<void> {
  const untilMs = one.clock.nowMs() + 600_000;
  const paused = { ...emptyMemory, pause: { untilMs, by: 'ann', why: 'a test' } };
  await settle(one.store.saveMemory(pair.name, paused, 1));
}

export async function alert({ one, pair, settle }: Stage, code: EventCode): Promise<void> {
  const text = { happened: '', done: '', todo: '', steps: [] };
  await settle(
    one.alerts.publish([
      { id: code, code, pair: pair.name, incident: null, atMs: one.clock.nowMs(), ...text },
    ]),
  );
}

export function failover({ pair }: Stage): Plan {
  return failoverPlan(pair, 'db2', { holderAnswers: false, acceptLoss: false, undoIfHolderServes: true });
}

/** A person moves the VIP to a standby that takes writes, and that is cut off from the old holder for a while. */
export async function moveByHandWithTail({ world, pass }: Stage, cutForMs: number): Promise<void> {
  await pass(5000);
  world.change(() => (world.pairLinked = false));
  await pass(2000);
  world.change(() => {
    for (const master of world.masters) master.setWritable(world.nowMs, master.name === 'db2', 'keepalambda');
  });
  world.moveVip({ kind: 'node', node: 'db2' });
  await pass(cutForMs);
  world.change(() => (world.pairLinked = true));
  await pass(5000);
}

export function never(): never {
  throw new Error('nobody leads');
}
