/** Which server processes are as their roles want them, as far as plans know: one that is otherwise, somebody changed. */
import type { Situation } from '../decision/situation.ts';
import { isSameProcess, processOf } from '../evidence/same-process.ts';
import type { Verdict } from '../evidence/verdict.ts';
import { isClosed } from '../evidence/writability.ts';
import type { NodeName } from '../names.ts';
import { outcomeKey, type Plan, type PlanRecord } from '../plan/plan.ts';
import type { Step, StepOutcome } from '../plan/step.ts';
import type { Memory, Settled } from './memory.ts';

type Is = Exclude<Settled['is'], 'either'>;

/** Memory with this process noted so. The same memory comes back when it is known, or when it is not known which process it is. */
export function withSettled(memory: Memory, verdict: Verdict, peer: Verdict, is: Is): Memory {
  const process = processOf(verdict, peer);
  const before = memory.settled[verdict.node];
  if (process === null || (before?.is === is && isSameProcess(before, verdict, peer))) return memory;
  return { ...memory, settled: { ...memory.settled, [verdict.node]: { is, ...process } } };
}

/** What was noted of a process that has ended counts for no other one. */
export function withoutRestarted(memory: Memory, { restarted }: Situation): Memory {
  const ended = restarted.filter((node) => memory.settled[node] !== undefined);
  if (ended.length === 0) return memory;
  const kept = Object.entries(memory.settled).filter(([node]) => !ended.includes(node));
  return { ...memory, settled: Object.fromEntries(kept) };
}

/**
 * What is still known once the plan has begun. A node that it opens may be open by our hand from here on, but is not closed
 * by it; and the other way round.
 */
export function settledBeside(settled: Memory['settled'], { stages, undo }: Plan): Memory['settled'] {
  return [...stages.flat(), ...undo].reduce(withoutContrary, settled);
}

/**
 * Memory after steps of its plan: who finds a node otherwise than a step has left it finds what somebody changed, also while
 * the plan is still at a later step.
 */
export function noteCarriedOut(memory: Memory, record: PlanRecord, situation: Situation): Memory {
  const before = memory.plan?.id === record.id ? memory.plan.outcomes : {};
  return stepsOf(record).reduce(
    (so, [key, step]) => {
      const outcome = record.outcomes[key];
      if (outcome === undefined || before[key]?.kind === outcome.kind) return so;
      return noteStep(so, step, outcome, record, situation);
    },
    beginsUndoing(memory, record) ? withoutUndone(memory, record) : memory,
  );
}

function beginsUndoing({ plan }: Memory, { phase }: PlanRecord): boolean {
  return phase === 'undoing' && plan?.phase === 'running';
}

/** What the plan has made of the nodes it takes back from here on, and may be cut short half-way. */
function withoutUndone(memory: Memory, { undo }: PlanRecord): Memory {
  return { ...memory, settled: undo.reduce(withoutContrary, memory.settled) };
}

/**
 * The same by looks that show what a step has done, while its plan is at a later step: of a process that has just started, it
 * is not known at once which one it is.
 */
export function noteShown(memory: Memory, { holder, standby }: Situation): Memory {
  const { plan } = memory;
  // What is being undone is journalled at its end.
  if (plan === null || plan.phase === 'undoing') return memory;
  return stepsOf(plan).reduce((so, [key, step]) => {
    const becomes = becomesBy(step);
    if (becomes === null || !isCarriedOut(plan.outcomes[key])) return so;
    const [verdict, peer] = holder.node === becomes.node ? [holder, standby] : [standby, holder];
    return isSeen(verdict, becomes.is) ? withSettled(so, verdict, peer, becomes.is) : so;
  }, memory);
}

function noteStep(
  memory: Memory,
  step: Step,
  outcome: StepOutcome,
  { steppedAtMs = 0 }: PlanRecord,
  { holder, standby }: Situation,
): Memory {
  const becomes = becomesBy(step);
  if (becomes === null) return memory;
  const known = { ...memory, settled: withoutContrary(memory.settled, step) };
  if (!isCarriedOut(outcome)) return known;
  const [verdict, peer] = holder.node === becomes.node ? [holder, standby] : [standby, holder];
  // A look from after the step that shows the node otherwise may be of a process that has started since.
  const isFromBefore = outcome.kind === 'done' && verdict.seenAtMs <= steppedAtMs;
  return isSeen(verdict, becomes.is) || isFromBefore ? withSettled(known, verdict, peer, becomes.is) : known;
}

function isCarriedOut(outcome: StepOutcome | undefined): boolean {
  return outcome?.kind === 'done' || outcome?.kind === 'already';
}

/** Whether the node shows itself so. */
export function isSeen({ server }: Verdict, is: Is): boolean {
  if (server === null) return false;
  return is === 'open' ? server.writable : isClosed(server);
}

/** Each step of a plan, with the key of its outcome. */
function stepsOf({ stages, undo }: PlanRecord): readonly (readonly [key: string, step: Step])[] {
  return [
    ...stages.flatMap((stage, index) =>
      stage.map((step, place) => [outcomeKey(index, place), step] as const),
    ),
    ...undo.map((step, index) => [`undo.${index}`, step] as const),
  ];
}

/** What the step makes of a node was not so before: that is not known any more, and which process it is still is. */
function withoutContrary(settled: Memory['settled'], step: Step): Memory['settled'] {
  const becomes = becomesBy(step);
  const was = becomes === null ? undefined : settled[becomes.node];
  if (becomes === null || was === undefined || was.is === becomes.is || was.is === 'either') return settled;
  return { ...settled, [becomes.node]: { ...was, is: 'either' } };
}

/** The node whose writability a step changes, and to what; null for all other steps. */
function becomesBy(step: Step): { readonly node: NodeName; readonly is: Is } | null {
  switch (step.kind) {
    case 'open':
      return { node: step.node, is: 'open' };
    case 'fence':
    case 'freeze':
    case 'close':
      return { node: step.node, is: 'closed' };
    case 'isolate':
    case 'stop-instance':
    case 'catch-up':
    case 'inspect':
    case 'detach':
    case 'attach':
    case 'move-vip':
    case 'bind-vip':
    case 'verify':
    case 'repair':
    case 'repoint':
    case 'release':
      return null;
  }
}
