/**
 * Memory as a leader finds it → memory that fits the pair. A record outlives deployments: a node may have another name
 * now, and a plan in flight may name one that the pair no longer has.
 */
import { tell, withIncident } from '../alert/alerts.ts';
import { changed } from '../changed.ts';
import type { Pair } from '../config/config.ts';
import type { NodeName } from '../names.ts';
import { answer } from '../plan/end-plan.ts';
import type { PlanRecord } from '../plan/plan.ts';
import { remembered } from '../remembered.ts';
import { planText } from '../text/plan-text.ts';
import { renderOutcomes } from '../text/steps-text.ts';
import { updateDetached } from './detached.ts';
import type { Memory } from './memory.ts';

/** The same memory comes back when it fits. `newId` names the incident, if one begins here. */
export function adoptMemory(memory: Memory, pair: Pair, nowMs: number, newId: string): Memory {
  return fits(memory, pair) ? memory : adopt(memory, pair, nowMs, newId);
}

/** Most judgements find the memory of the judgement before. */
const fits = remembered((memory: Memory, pair: Pair) => adopt(memory, pair, 0, '') === memory);

function adopt(memory: Memory, pair: Pair, nowMs: number, newId: string): Memory {
  const known = (node: NodeName | null) => node === null || pair.nodes.some(({ name }) => name === node);
  const kept = withoutStrangers(memory, known);
  const { plan } = kept;
  const strangers = plan === null ? [] : [...new Set(nodesOf(plan))].filter((node) => !known(node));
  return plan === null || strangers.length === 0 ? kept : dropPlan(kept, pair, plan, strangers, nowMs, newId);
}

/** What is said of a node that the pair does not have is about nobody. The same memory when all are known. */
function withoutStrangers(memory: Memory, known: (node: NodeName | null) => boolean): Memory {
  const {
    lastHolder,
    readiness,
    loss,
    quarantine,
    logReset,
    unlogged,
    notOpened,
    moved,
    leftBehind,
    maintenance,
    lasting,
  } = memory;
  return changed(memory, {
    lastHolder: known(lastHolder) ? lastHolder : null,
    readiness: known(readiness?.node ?? null) ? readiness : null,
    loss: known(loss?.old ?? null) ? loss : null,
    quarantine: known(quarantine?.node ?? null) ? quarantine : null,
    detached: updateDetached(memory, (channel) =>
      known(channel.node) && known(channel.from) ? channel : null,
    ).detached,
    logReset: known(logReset?.node ?? null) && known(logReset?.standby ?? null) ? logReset : null,
    unlogged: known(unlogged?.node ?? null) ? unlogged : null,
    notOpened: known(notOpened) ? notOpened : null,
    moved: known(moved?.to ?? null) ? moved : null,
    leftBehind: known(leftBehind?.node ?? null) ? leftBehind : null,
    maintenance: maintenance?.nodes.every(known) === true ? maintenance : null,
    lasting: Object.keys(lasting?.uptimes ?? {}).every(known) ? lasting : null,
  });
}

/** No leader can carry it out or undo it: it ends here, and the alert lists its steps so far. */
function dropPlan(
  memory: Memory,
  pair: Pair,
  plan: PlanRecord,
  strangers: readonly NodeName[],
  nowMs: number,
  newId: string,
): Memory {
  const because = `the plan names ${strangers.join(' and ')}, and the pair has ${pair.nodes.map(({ name }) => name).join(' and ')}`;
  const words = {
    happened: `${plan.because}.`,
    done: `Not completed (${plan.row}, by ${plan.by}): ${because}. It was ended after the last step that is listed.`,
    steps: renderOutcomes(plan),
  };
  const open = withIncident({ ...memory, plan: null }, plan.row, nowMs, newId);
  const told = tell(open, pair.name, 'plan-incomplete', words, nowMs);
  if (plan.requestId === null) return told;
  const text = `${planText(plan)} not completed: ${because}`;
  return answer(told, { requestId: plan.requestId, ok: false, text, atMs: nowMs });
}

function nodesOf(plan: PlanRecord): readonly NodeName[] {
  const steps = [...plan.stages.flat(), ...plan.undo];
  const named = steps.map((step) => ('node' in step ? step.node : step.to));
  return [...named, plan.to, ...(plan.from === null ? [] : [plan.from])];
}
