/** What a decision leaves in memory, before anything is done about it. */
import { endConditions, tell, tellCondition, withIncident } from './alerts.ts';
import type { Decision } from './decision.ts';
import type { Memory, Readiness } from './memory.ts';
import { noteEvents, noteReturn } from './notes.ts';
import type { Durations, Situation } from './situation.ts';
import type { VerdictKind } from './verdict.ts';

/** How often an unchanged readiness is written again, so that its age stays small. Milliseconds. */
const READINESS_REFRESH_MS = 60_000;
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
  const roles = notePause(noteRoles(memory, situation, durations), situation);
  const noted = noteEvents(noteReturn(roles, situation), situation);
  return noteMeasure(noted, decision, situation, durations, newId);
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
      const priced = { ...words, ...priceOf(situation, measure.page) };
      const told = tellCondition(open, pair.name, measure.page, priced, nowMs);
      if (told.outbox !== memory.outbox || memory.incident !== null)
        return endConditions(told, measure.page, nowMs);
      // Of what was told already, no new incident begins.
      const kept = told === open ? memory : { ...told, incident: null };
      return endConditions(kept, measure.page, nowMs);
    }
    case 'all-clear': {
      const over = endConditions(memory, null, nowMs);
      const { incident } = over;
      const steadyForMs = nowMs - (durations.steadySinceMs ?? nowMs);
      if (!incident || steadyForMs < ALL_CLEAR_MS) return over;
      // Of what nobody was told, nobody is told that it is over.
      if (incident.told.length === 0) return { ...over, incident: null };
      const minutes = Math.round((nowMs - incident.openedAtMs) / 6000) / 10;
      const happened = `${situation.holder.node} holds the VIP and serves; ${situation.standby.node} is fit.`;
      const done = `The incident is closed after ${minutes} minutes.`;
      return { ...tell(over, pair.name, 'all-clear', { happened, done }, nowMs), incident: null };
    }
    case 'observe':
      return endConditions(memory, null, nowMs);
    case 'resume':
    case 'act':
      return memory;
  }
}

/** Where a person must choose, the alert names the command and its price. */
function priceOf(situation: Situation, page: string): { todo?: string } {
  if (page !== 'holder-lost') return {};
  const { pair, standby, memory } = situation;
  const ready =
    memory.readiness?.node === standby.node
      ? memory.readiness.reasons.join('; ') || 'it was ready before the loss'
      : 'its state before the loss was not seen';
  return {
    todo:
      `Bring the holder back; or accept the loss and run {"action":"failover","pair":"${pair.name}","to":"${standby.node}",` +
      `"force":true,"acceptLoss":true,"by":"YOU","why":"WHY"}. What would be lost: all that ${standby.node} has not received (${ready}).`,
  };
}

/** Who holds, and whether the other is ready to: only what was seen while the holder served counts. */
function noteRoles(memory: Memory, situation: Situation, durations: Durations): Memory {
  const { holder, standby, fitness, nowMs, pair } = situation;
  let next = memory;
  if (situation.vip === 'held' && memory.lastHolder !== holder.node && memory.plan === null) {
    next = { ...next, lastHolder: holder.node };
  }
  if (next.failoversAtMs.some((atMs) => nowMs - atMs >= 3_600_000)) {
    next = { ...next, failoversAtMs: next.failoversAtMs.filter((atMs) => nowMs - atMs < 3_600_000) };
  }
  // What was known before nothing could be seen no longer counts.
  if (situation.blind !== null && next.readiness !== null) next = { ...next, readiness: null };
  if (holder.kind !== 'serving') return noteLost(next, situation);
  if (next.lostAtMs !== null) next = { ...next, lostAtMs: null };
  if (situation.vip !== 'held') return next;
  const unreadyForMs = nowMs - (durations.unreadySinceMs ?? nowMs);
  // A moment out of touch is no unreadiness, because the holder's own death begins like this, and a bad path looks like
  // it; a standby that says itself, or whose port says, that it cannot take over is unready at once.
  const untold: readonly VerdictKind[] = ['serving', 'unseen', 'silent'];
  const proven = standby.confirmed && !untold.includes(standby.kind);
  if (!fitness.fit && !proven && unreadyForMs < pair.settings.readinessMs) return next;
  const readiness: Readiness = {
    node: standby.node,
    fit: fitness.fit,
    reasons: fitness.reasons,
    atMs: nowMs,
  };
  return isNews(memory.readiness, readiness) ? { ...next, readiness } : next;
}

/** Since when the holder is lost: how old readiness was then must not depend on how long the loss lasts. */
function noteLost(memory: Memory, { holder, nowMs }: Situation): Memory {
  if (memory.lostAtMs !== null || holder.kind === 'unseen' || !holder.confirmed) return memory;
  return { ...memory, lostAtMs: nowMs };
}

function isNews(before: Readiness | null, now: Readiness): boolean {
  if (before?.node !== now.node || before.fit !== now.fit) return true;
  return now.atMs - before.atMs >= READINESS_REFRESH_MS;
}

function notePause(memory: Memory, { pair, nowMs }: Situation): Memory {
  if (memory.pause === null || nowMs < memory.pause.untilMs) return memory;
  const words = {
    happened: `The pause by ${memory.pause.by} (${memory.pause.why}) is over.`,
    done: 'Automatic actions are on again.',
  };
  return tell({ ...memory, pause: null }, pair.name, 'resumed', words, nowMs);
}
