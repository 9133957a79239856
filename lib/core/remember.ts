/** What a decision leaves in memory, before anything is done about it. */
import { tell, tellOnce, withIncident } from './alerts.ts';
import type { Decision } from './decision.ts';
import { describeLoss } from './loss.ts';
import type { Memory } from './memory.ts';
import { noteRoles } from './note-roles.ts';
import type { Durations, Situation } from './situation.ts';

/** How long the pair must be steady before the all-clear. Milliseconds. */
export const ALL_CLEAR_MS = 3000;

/**
 * Memory → memory. The same object comes back when nothing is worth saving, so that a steady pair costs no
 * writes. `newId` names the incident, if one begins here.
 */
export function remember(
  memory: Memory,
  decision: Decision,
  situation: Situation,
  durations: Durations,
  newId: string,
): Memory {
  const roles = noteRoles(memory, situation, durations);
  const noted = noteLoss(notePause(roles, situation), situation);
  const decided = noteMeasure(noted, decision, situation, durations, newId);
  return noteUnready(decided, decision, situation);
}

/**
 * A standby that is unfit while the holder lives and does not serve: the table's row is about the holder then, and this is
 * told beside it.
 */
function noteUnready(
  memory: Memory,
  { row }: Decision,
  { pair, holder, standby, life, nowMs }: Situation,
): Memory {
  const { readiness } = memory;
  if (readiness?.node !== standby.node || readiness.fit || memory.incident === null) return memory;
  if (holder.kind === 'serving' || life !== 'lives') return memory;
  const happened = `${standby.node}, while ${holder.node} is ${holder.kind}: ${readiness.reasons.join('; ')}.`;
  const words = { happened, done: `Nothing was moved (${row.id}).` };
  return tellOnce(memory, pair.name, 'standby-unfit', words, nowMs);
}

function noteMeasure(
  memory: Memory,
  { row, measure }: Decision,
  situation: Situation,
  durations: Durations,
  newId: string,
): Memory {
  const { pair, nowMs } = situation;
  switch (measure.kind) {
    case 'stay': {
      const open = withIncident(memory, row.id, nowMs, newId);
      const words = { happened: `${measure.because}.`, done: `Nothing was moved (${row.id}).` };
      return tellOnce(
        open,
        pair.name,
        measure.page,
        { ...words, ...priceOf(situation, measure.page) },
        nowMs,
      );
    }
    case 'all-clear': {
      const { incident } = memory;
      const steadyForMs = nowMs - (durations.steadySinceMs ?? nowMs);
      if (!incident || steadyForMs < ALL_CLEAR_MS) return memory;
      const minutes = Math.round((nowMs - incident.openedAtMs) / 6000) / 10;
      const happened = `${situation.holder.node} holds the VIP and serves; ${situation.standby.node} is fit.`;
      const done = `The incident is closed after ${minutes} minutes.`;
      return { ...tell(memory, pair.name, 'all-clear', { happened, done }, nowMs), incident: null };
    }
    case 'observe':
    case 'resume':
    case 'act':
      return memory;
  }
}

/** Where a person must choose, the alert names the command and its price. */
function priceOf(situation: Situation, page: string): { todo?: string } {
  if (page !== 'holder-lost' && !(page === 'blind' && situation.witness === 'unknown')) return {};
  const { pair, standby, memory } = situation;
  const ready =
    memory.readiness?.node === standby.node
      ? memory.readiness.reasons.join('; ') || 'it was ready before the loss'
      : 'its state before the loss was not seen';
  return {
    todo:
      `Bring the holder back; or accept the loss and run {"action":"failover","pair":"${pair.name}","to":"${standby.node}",` +
      `"force":true,"acceptLoss":true}. What would be lost: all that ${standby.node} has not received (${ready}).`,
  };
}

function notePause(memory: Memory, { pair, nowMs }: Situation): Memory {
  if (memory.pause === null || nowMs < memory.pause.untilMs) return memory;
  const words = {
    happened: `The pause by ${memory.pause.by} (${memory.pause.why}) is over.`,
    done: 'Automatic actions are on again.',
  };
  return tell({ ...memory, pause: null }, pair.name, 'resumed', words, nowMs);
}

/** The old holder is back: now its end is known exactly. */
function noteLoss(memory: Memory, { pair, holder, standby, nowMs }: Situation): Memory {
  const { loss } = memory;
  if (!loss || standby.node !== loss.old || standby.server === null || memory.plan !== null) return memory;
  const exact = describeLoss(standby.server.executed, loss.kept, loss.keptBy);
  const words = {
    happened: `${loss.old} is back. When ${holder.node} took over, it lacked: ${exact}.`,
    done: 'Nothing was changed.',
  };
  return tell({ ...memory, loss: null }, pair.name, 'loss-counted', words, nowMs);
}
