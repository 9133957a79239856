/** Notes about the two nodes in memory: their identities, which one holds the VIP, and what is known of each. */
import { tell } from '../alert/alerts.ts';
import { changed } from '../changed.ts';
import type { Durations, Situation } from '../decision/situation.ts';
import { isSteady } from '../decision/steady.ts';
import { noteBehind } from '../evidence/behind.ts';
import { endsToReckonWith, isSameEnd } from '../evidence/holder-end.ts';
import { isSameProcess } from '../evidence/same-process.ts';
import type { Verdict } from '../evidence/verdict.ts';
import type { NodeName } from '../names.ts';
import type { LastEnds } from '../standby/readiness.ts';
import { noteSent } from '../standby/sent.ts';
import { writesSeen } from '../text/writes-text.ts';
import { isUntoldFor } from './durations.ts';
import { hasTakenEffect, noteLateMove } from './late-move.ts';
import { noteReset } from './log-reset.ts';
import { type Memory, notLost } from './memory.ts';
import { noteReadiness } from './note-readiness.ts';
import { noteLogs } from './seen-logs.ts';
import { isSeen, withoutRestarted, withSettled } from './settled.ts';

/** For how long the holder is in doubt before what is known of the two is written down. Milliseconds. */
const DOUBT_MS = 2000;

const steps = [
  noteHolder,
  noteIdentities,
  noteReset,
  noteUnlogged,
  noteSettled,
  noteMoves,
  noteOpened,
  noteLess,
  noteHad,
  noteLife,
  noteReadiness,
];

/** Memory → memory; the same object when there is nothing new. */
export function noteRoles(memory: Memory, situation: Situation, durations: Durations): Memory {
  const noted = steps.reduce((so, step) => step(so, situation, durations), memory);
  return noteLogs(noted, situation, durations, noted !== memory);
}

function noteHolder(memory: Memory, situation: Situation, durations: Durations): Memory {
  const { vip, holder, pair, nowMs } = situation;
  const { movedByHand, lastHolder, plan } = memory;
  const isOver = movedByHand !== null && (movedByHand.to !== holder.node || isSettled(situation, durations));
  const settled = isOver && vip === 'held' ? { ...memory, movedByHand: null } : memory;
  if (vip !== 'held' || lastHolder === holder.node || plan !== null) return settled;
  // What was set by hand was meant for the role that a node had until now; and what the standby had received is of the other's log.
  const next = { ...settled, lastHolder: holder.node, settled: {}, receivedWhenLost: null };
  if (lastHolder === null) return next;
  const words = {
    happened: `${movedText(memory, situation, lastHolder)} ${aheadText(situation)}`,
    done:
      pair.writability === 'managed' && pair.mode === 'act'
        ? `keepalambda opens ${holder.node} and closes the other node, unless that could lose writes.`
        : 'Nothing was changed.',
    writes: writesSeen(situation),
    ...(isLateMove(memory, situation)
      ? {
          headline: `the VIP went late to ${holder.node}, by an order of keepalambda`,
          todo: 'Nothing, where both nodes are well: see status.',
        }
      : {}),
  };
  const moved = { from: lastHolder, to: holder.node, atMs: nowMs };
  return tell({ ...next, movedByHand: moved }, pair.name, 'vip-moved-by-hand', words, nowMs);
}

/** The order of a plan that has ended, and EC2 carried it out after that. */
function isLateMove({ lateMove }: Memory, { vip, holder }: Situation): boolean {
  return lateMove !== null && hasTakenEffect(lateMove, { vip, holder: holder.node });
}

function movedText(memory: Memory, situation: Situation, from: NodeName): string {
  const { holder } = situation;
  return isLateMove(memory, situation)
    ? `The VIP is on ${holder.node}: keepalambda had ordered its move from ${from} there, and EC2 has carried that out after the plan had ended.`
    : `The VIP is on ${holder.node}, and keepalambda did not move it there from ${from}.`;
}

function isSettled(situation: Situation, { steadySinceMs }: Durations): boolean {
  const { readinessMs } = situation.pair.settings;
  return isSteady(situation) && steadySinceMs !== null && situation.nowMs - steadySinceMs >= readinessMs;
}

function aheadText({ holder, standby, lead }: Situation): string {
  const lacks = lead.holderLacksOwn ?? lead.holderLacksOthers;
  if (lacks !== null) return `${standby.node} is ahead: ${holder.node} lacks ${lacks}.`;
  if (lead.standbyLacks !== null)
    return `${holder.node} is ahead: ${standby.node} lacks ${lead.standbyLacks}.`;
  return 'As far as is known, neither node lacks transactions.';
}

/** Who answers at each node. Another at the holder is not remembered before a person has acknowledged it. */
function noteIdentities(memory: Memory, { holder, standby, vip, pair, nowMs }: Situation): Memory {
  if (vip !== 'held' || memory.plan !== null) return memory;
  const { identities } = memory;
  const ofHolder = holder.server?.identity;
  const ofStandby = standby.server?.identity;
  let next = memory;
  if (ofHolder !== undefined && identities[holder.node] === undefined && ofHolder !== ofStandby)
    next = { ...next, identities: { ...next.identities, [holder.node]: ofHolder } };
  const was = identities[standby.node];
  const isOfHolder = ofStandby === (ofHolder ?? identities[holder.node]);
  if (ofStandby === undefined || ofStandby === was || isOfHolder) return next;
  next = { ...next, identities: { ...next.identities, [standby.node]: ofStandby } };
  if (was === undefined) return next;
  const { [standby.node]: _, ...behind } = next.behind;
  const { [standby.node]: __, ...sent } = next.sent;
  const words = {
    happened: `${standby.node} answers with the identity ${ofStandby}, and had ${was} before: it was rebuilt, or another server answers there.`,
    headline: `another server answers at ${standby.node}`,
    done: `keepalambda takes it as a new standby of ${holder.node}.`,
  };
  return tell(
    { ...next, readiness: null, behind, sent, logReset: null, unlogged: null },
    pair.name,
    'identity-changed',
    words,
    nowMs,
  );
}

/** Nothing shows it once the log is on again; an earlier one of the other node is over, because that one was left since. */
function noteUnlogged(memory: Memory, { holder, vip, nowMs }: Situation): Memory {
  const { node, server } = holder;
  if (vip !== 'held' || server?.binaryLog !== 'off' || !server.writable) return memory;
  return memory.unlogged?.node === node ? memory : { ...memory, unlogged: { node, atMs: nowMs } };
}

/**
 * Which processes are as their roles want them: if one of them is found otherwise, somebody changed it. A holder that came up
 * closed and is not to be opened yet is noted too, or who half closes it then would be taken for its start.
 */
function noteSettled(before: Memory, situation: Situation): Memory {
  const { holder, standby, vip } = situation;
  const memory = withoutRestarted(before, situation);
  if (vip !== 'held' || memory.plan !== null) return memory;
  const noted = holder.server?.writable
    ? withSettled(memory, holder, standby, 'open')
    : withClosedHolder(memory, holder, standby);
  return isSeen(standby, 'closed') ? withSettled(noted, standby, holder, 'closed') : noted;
}

function withClosedHolder(memory: Memory, holder: Verdict, standby: Verdict): Memory {
  const before = memory.settled[holder.node];
  const isKnown = before !== undefined && before.is !== 'either' && isSameProcess(before, holder, standby);
  return isSeen(holder, 'closed') && !isKnown ? withSettled(memory, holder, standby, 'closed') : memory;
}

/** It takes writes again, or another node has the VIP: that it could not be opened is over. */
function noteOpened(memory: Memory, { holder }: Situation): Memory {
  const isOver = memory.notOpened !== holder.node || holder.server?.writable === true;
  return memory.notOpened === null || !isOver ? memory : { ...memory, notOpened: null };
}

/** Before a holder that is back ends the memory of what its standby had received. */
function noteLess(memory: Memory, situation: Situation): Memory {
  return noteBehind(memory, situation);
}

function noteHad(memory: Memory, situation: Situation, { sent }: Durations): Memory {
  return noteSent(memory, situation, sent);
}

/** Moves older than an hour do not count any more; one that took effect late does. */
function noteMoves(memory: Memory, { nowMs, vip, holder: { node: holder } }: Situation): Memory {
  const noted = noteLateMove(memory, { vip, holder, nowMs });
  const recent = noted.failoversAtMs.filter((atMs) => nowMs - atMs < 3_600_000);
  return recent.length === noted.failoversAtMs.length ? noted : { ...noted, failoversAtMs: recent };
}

/**
 * Since when the holder is dead, what it had then, and what the standby had received: how old readiness was must not depend on how
 * long the loss lasts. That both vanished at once proves no death, nor does an instance that was stopped and runs again: readiness
 * ages on.
 */
function noteLife(memory: Memory, situation: Situation, durations: Durations): Memory {
  const { life, blind, holder } = situation;
  const known = mayBeBack(memory, situation) ? withoutDeath(memory) : memory;
  switch (life) {
    case 'lives':
      return noteWaiting(known, situation, durations);
    case 'dead':
      return noteDeath(known, situation, durations);
    case 'unsure': {
      const isHidden = blind !== null || isUntoldFor(durations, situation.nowMs);
      return isHidden && holder.kind === 'silent' && known.lostAtMs !== null
        ? withoutDeath(known)
        : noteDoubt(known, situation, durations);
    }
  }
}

/** Its instance had stopped, and runs again: what it does since, nobody sees. */
function mayBeBack({ lostWithInstance }: Memory, { holder, holderInstance }: Situation): boolean {
  return lostWithInstance && holder.kind === 'silent' && holderInstance === 'running';
}

/** When it died is not known any more; what it and its standby had then, is. */
function withoutDeath(memory: Memory): Memory {
  return { ...memory, lostAtMs: null, lostWithInstance: false };
}

/** While its commits wait for the standby, what they came after is remembered: the next leader sees only what waits. */
function noteWaiting(memory: Memory, situation: Situation, durations: Durations): Memory {
  const last = situation.holder.server === null ? null : (durations.ends.at(-1) ?? null);
  if (last?.isUntold !== true) return changed(memory, notLost);
  const known = memory.lastEnds?.last ?? null;
  const isNoted = known !== null && isSameEnd(known, last);
  return changed(memory, {
    ...notLost,
    lastEnds: isNoted ? memory.lastEnds : endsOf(memory, situation, durations),
  });
}

/** The next leader may be the one that finds the holder dead, and has seen nothing of what it and its standby had. */
export function noteDoubt(
  memory: Memory,
  situation: Situation,
  durations: Durations,
  afterMs = DOUBT_MS,
): Memory {
  const { doubtSinceMs, received } = durations;
  if (memory.lostAtMs !== null || memory.receivedWhenLost !== null || received === null) return memory;
  if (doubtSinceMs === null || situation.nowMs - doubtSinceMs < afterMs) return memory;
  return { ...memory, receivedWhenLost: received, lastEnds: endsOf(memory, situation, durations) };
}

/** What an earlier loss left counts on where the holder has not been seen alive since. */
export function noteDeath(memory: Memory, situation: Situation, durations: Durations): Memory {
  const lostWithInstance = memory.lostWithInstance || situation.holder.instanceGone;
  if (memory.lostAtMs !== null)
    return changed(memory, {
      lostWithInstance,
      receivedWhenLost: memory.receivedWhenLost ?? durations.received,
    });
  const lastEnds = endsOf(memory, situation, durations);
  const receivedWhenLost = durations.received ?? memory.receivedWhenLost;
  return { ...memory, lostAtMs: situation.nowMs, lostWithInstance, receivedWhenLost, lastEnds };
}

function endsOf(memory: Memory, situation: Situation, durations: Durations): LastEnds {
  const { nowMs, pair } = situation;
  return endsToReckonWith(memory, durations, situation, pair.settings.readinessMs, nowMs);
}
