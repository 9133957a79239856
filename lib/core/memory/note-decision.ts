/** What a decision leaves in memory, before anything is done about it. */
import { endConditions, endForGood, goOn, tell, tellCondition, withIncident } from '../alert/alerts.ts';
import type { EventCode } from '../alert/events.ts';
import type { Incident } from '../alert/incident.ts';
import { markOver } from '../alert/over.ts';
import { openedByHand, triedOnce } from '../decision/conditions.ts';
import type { Decision } from '../decision/decision.ts';
import { mayComeBack } from '../decision/flap.ts';
import type { Measure } from '../decision/row.ts';
import type { Durations, Situation } from '../decision/situation.ts';
import {
  isHidden,
  noteUnserved,
  tellBarred,
  tellHidden,
  tellUnserved,
  tellWaiting,
} from '../decision/unserved.ts';
import type { NodeName } from '../names.ts';
import { wordsOfAllClear } from '../text/all-clear-text.ts';
import { wordsOfStay } from '../text/stay-text.ts';
import { writesSeen } from '../text/writes-text.ts';
import { isForHolder } from './durations.ts';
import { tellEndOfEscalated } from './escalation.ts';
import type { Memory } from './memory.ts';
import { noteDeath, noteRoles } from './note-roles.ts';
import { noteEvents, noteReturn } from './notes.ts';
import { noteShown, withoutRestarted } from './settled.ts';

/** How long the pair must be steady before the all-clear. Milliseconds. */
export const ALL_CLEAR_MS = 3000;

/**
 * Memory → memory. The same object comes back when nothing is worth saving, so that a steady pair costs no
 * writes. `newId` names the incident, if one begins here.
 */
export function noteDecision(
  memory: Memory,
  decision: Decision,
  situation: Situation,
  durations: Durations,
  newId: string,
): Memory {
  const noted = situation.misconfigured === null ? noteSeen(memory, situation, durations) : memory;
  const counted = noteUnserved(notePause(noted, situation), situation);
  return noteMeasure(counted, decision, situation, durations, newId);
}

/** What is seen of the nodes. Where the ids are wrong, it is that of other nodes. */
function noteSeen(memory: Memory, situation: Situation, durations: Durations): Memory {
  return noteEvents(noteReturn(noteRoles(memory, situation, durations), situation), situation);
}

/**
 * The same while a plan is carried out: what its steps have done, and a loss of service that lasts; and of a holder that is to
 * stay one, its death, and a heartbeat that is barred.
 */
export function noteBesidePlan(
  memory: Memory,
  situation: Situation,
  durations: Durations,
  newId: string,
): Memory {
  const { plan } = memory;
  if (plan === null) return memory;
  const shown = noteShown(withoutRestarted(memory, situation), situation);
  const counted = noteUnserved(shown, situation);
  if (!isForHolder(memory, situation.holder.node)) return tellUnserved(counted, situation, plan, newId);
  const died = situation.life === 'dead' ? noteDeath(counted, situation, durations) : counted;
  return tellBarred(tellUnserved(died, situation, plan, newId), situation, plan, newId);
}

function noteMeasure(
  memory: Memory,
  { row, measure }: Decision,
  situation: Situation,
  durations: Durations,
  newId: string,
): Memory {
  const { pair, nowMs, overSinceMs } = situation;
  switch (measure.kind) {
    case 'stay':
      return noteStay(memory, row.name, measure, situation, newId);
    case 'all-clear': {
      const over = markOver(endConditions(memory, [], overSinceMs), writesSeen(situation), nowMs);
      const { incident } = over;
      const steadyForMs = nowMs - (durations.steadySinceMs ?? nowMs);
      if (!incident || steadyForMs < ALL_CLEAR_MS) return over;
      if (mayComeBack(over, nowMs)) return withTriesAnew(over, incident);
      // No alert went out, so no all-clear is needed. What may be tried anew is not among `told` any more.
      if ((incident.alerts ?? incident.told.length) === 0) return { ...over, incident: null };
      const words = wordsOfAllClear(situation, incident);
      const told = tell(endForGood(over, nowMs), pair.name, 'all-clear', words, nowMs);
      return { ...tellEndOfEscalated(told, pair.name, words, nowMs), incident: null };
    }
    case 'observe': {
      const told = tellWaiting(memory, situation, newId);
      // Nothing has been seen yet, as by a new leader: nothing is known to be over.
      if (situation.holder.kind === 'unseen' && situation.standby.kind === 'unseen') return told;
      const { goesOn } = measure;
      const on: EventCode[] = situation.isServed ? [] : ['service-lost'];
      if (goesOn === undefined) return endConditions(told, on, overSinceMs);
      return goOn(endConditions(told, [...on, goesOn], overSinceMs), goesOn, nowMs);
    }
    case 'resume':
      return memory.plan === null ? memory : tellUnserved(memory, situation, memory.plan, newId);
    case 'act':
      return tellUnserved(memory, situation, measure.plan, newId);
  }
}

/** All is well, and the incident stays open for alerts alone: what happens next is a matter of its own, and all may be tried. */
function withTriesAnew(memory: Memory, incident: Incident): Memory {
  const told = incident.told.filter((code) => !triedOnce.includes(code));
  return told.length === incident.told.length ? memory : { ...memory, incident: { ...incident, told } };
}

/** Nothing is done; people are alerted of why, and of what that would hide. */
function noteStay(
  memory: Memory,
  row: string,
  measure: Extract<Measure, { kind: 'stay' }>,
  situation: Situation,
  newId: string,
): Memory {
  const { page, about } = measure;
  const { pair, nowMs, overSinceMs } = situation;
  const open = withIncident(memory, row, nowMs, newId);
  const said = wordsOfStay(situation, row, measure);
  const { done, seen, writes } = said;
  const isTold = !situation.safeguards.repeatLoss && open.incident?.told.includes(page);
  const told = isTold ? open : tellCondition(open, pair.name, page, said, nowMs, about);
  const hides = situation.safeguards.repeatLoss && isHidden(told, situation, page);
  const withLoss = hides ? tellHidden(told, situation) : told;
  const beside = besideOf(withLoss, situation);
  const all = beside.reduce(
    (so, { code, happened, about }) =>
      tellCondition(so, pair.name, code, { happened, done, seen, writes }, nowMs, about),
    withLoss,
  );
  const on: EventCode[] = [page, ...beside.map(({ code }) => code)];
  if (hides) on.push('service-lost');
  if (all.outbox !== memory.outbox || memory.incident !== null) return endConditions(all, on, overSinceMs);
  // Of what was told already, no new incident begins.
  return endConditions(all === open ? memory : { ...all, incident: null }, on, overSinceMs);
}

/** What is alerted of the standby while the holder lives and does not serve: the table's row is about the holder then. */
function besideOf(
  { readiness }: Memory,
  situation: Situation,
): readonly { readonly code: EventCode; readonly happened: string; readonly about?: readonly NodeName[] }[] {
  const { pair, holder, standby, life } = situation;
  if (holder.kind === 'serving' || life !== 'lives') return [];
  const meanwhile = `while ${holder.node} is ${holder.kind}`;
  const unready =
    readiness?.node === standby.node && !readiness.fit
      ? `${standby.node} cannot take over, ${meanwhile}: ${readiness.reasons.join('; ')}.`
      : null;
  const opened =
    pair.writability === 'managed' && openedByHand(situation)
      ? `${standby.node} is the standby and was opened by hand, ${meanwhile}. keepalambda leaves it while ${holder.node} does not serve.`
      : null;
  return [
    ...(unready === null ? [] : [{ code: 'standby-unfit', happened: unready } as const]),
    ...(opened === null
      ? []
      : [{ code: 'writability-changed', happened: opened, about: [standby.node] } as const]),
  ];
}

function notePause(memory: Memory, situation: Situation): Memory {
  const { pair, nowMs } = situation;
  if (memory.pause === null || nowMs < memory.pause.untilMs) return memory;
  const words = {
    happened: `The pause by ${memory.pause.by} (${memory.pause.why}) is over.`,
    done: 'Automatic actions are on again.',
    writes: writesSeen(situation),
  };
  return tell({ ...memory, pause: null }, pair.name, 'resumed', words, nowMs);
}
