/** A loss of service that lasts is alerted: by its own row, and beside a plan that is carried out or waits to be. */
import { endConditions, tellCondition, tellOpening, type Words, withIncident } from '../alert/alerts.ts';
import type { EventCode } from '../alert/events.ts';
import { changed } from '../changed.ts';
import type { Pair } from '../config/config.ts';
import { renderSession } from '../evidence/applier-block.ts';
import { describeVerdict } from '../evidence/verdict.ts';
import type { Memory } from '../memory/memory.ts';
import type { Plan, PlanKind } from '../plan/plan.ts';
import { planText } from '../text/plan-text.ts';
import { duration } from '../text/utc-time.ts';
import { costOf, writesOfPage } from '../text/writes-text.ts';
import { isKnownToFlap, isLossToldSince, saysLoss } from './flap.ts';
import type { Situation } from './situation.ts';

/** A loss of service that lasts this long is alerted, whatever its cause. Milliseconds. */
export const UNSERVED_MS = 5000;
/** One that outlasts most failovers is remembered: the next leader may see the rest of it. Milliseconds. */
const NOTED_MS = 2500;
/** A plan that is made to end the loss is given this long. Milliseconds. */
const ENDING_MS = 10_000;

const ending: ReadonlySet<PlanKind> = new Set(['failover', 'switchover', 'reattach-vip', 'open-holder']);

/**
 * Memory with the alert of a loss of service that lasts although a plan is to be carried out, or is: its row would hide the
 * loss, and its end. The same memory comes back when there is nothing to tell. `newId` names the incident, if one begins here.
 */
export function tellUnserved(memory: Memory, situation: Situation, plan: Plan, newId: string): Memory {
  const known = endLoss(memory, situation);
  if (isGivenTime(known, situation, plan)) return known;
  return tellBeside(known, situation, plan, newId, 'service-lost', wordsOfLoss(situation));
}

/** Beside a plan, no row says that a loss is over: the next one would be taken for the one that people know of. */
function endLoss(memory: Memory, { isServed, nowMs }: Situation): Memory {
  if (!isServed) return memory;
  const others = Object.keys(memory.reports).filter((code) => !saysLoss(code as EventCode));
  return endConditions(memory, others as EventCode[], nowMs);
}

/** A plan that is to end the loss is given a while: from the loss on, or from its own beginning where people know of the loss. */
function isGivenTime(
  { plan: begun, reports }: Memory,
  { nowMs, unservedForMs }: Situation,
  { kind }: Plan,
): boolean {
  if (unservedForMs < UNSERVED_MS) return true;
  if (!ending.has(kind)) return false;
  if (unservedForMs < ENDING_MS) return true;
  const isNew = begun !== null && nowMs - begun.startedAtMs < ENDING_MS;
  return isNew && isLossToldSince(reports, nowMs - unservedForMs);
}

/**
 * Memory with the alert of a heartbeat that is barred while a plan is carried out: its row waits for the plan, and until
 * people know of it, they take commits that hang for commits that are done.
 */
export function tellBarred(memory: Memory, situation: Situation, plan: Plan, newId: string): Memory {
  if (!isHeartbeatBarred(situation)) return memory;
  return tellBeside(memory, situation, plan, newId, 'heartbeat-barred', {
    happened: `${hangText(situation)}.`,
    writes: writesOfPage('heartbeat-barred', situation),
  });
}

/** For `stuckMs`, something about our table or account has kept the heartbeat from the holder. */
export function isHeartbeatBarred({ holder, heartbeatForMs, pair }: Situation): boolean {
  return holder.server?.heartbeat.kind === 'barred' && heartbeatForMs >= pair.settings.stuckMs;
}

/** What the row of this name would say if there were no plan. */
function tellBeside(
  memory: Memory,
  { pair, nowMs }: Situation,
  plan: Plan,
  newId: string,
  code: EventCode,
  said: Omit<Words, 'done'>,
): Memory {
  const done = `The ${planText(plan)} ${memory.plan === null ? 'is to be carried out' : 'is in flight'}.`;
  const words = { ...said, done };
  return tellOpening(memory, { row: code, newId }, pair.name, code, words, nowMs);
}

/** Memory with the loss of service as it is seen now: the next leader counts from where this one saw it begin. Short ones end first. */
export function noteUnserved(memory: Memory, situation: Situation): Memory {
  const { holder, standby, isServed, unservedForMs, nowMs } = situation;
  if (holder.kind === 'unseen' || standby.kind === 'unseen') return memory;
  if (isServed) return changed(memory, { unservedSinceMs: null, unservedForMs: 0 });
  if (unservedForMs < NOTED_MS || memory.unservedSinceMs !== null) return memory;
  return { ...memory, unservedSinceMs: nowMs - unservedForMs, unservedForMs };
}

/** Memory with the loss of service as its leader leaves it, however short it is by then: the next one goes on from there. */
export function noteUnservedLeft(memory: Memory, { isServed, unservedForMs, nowMs }: Situation): Memory {
  if (isServed || unservedForMs === 0) return memory;
  const unservedSinceMs = memory.unservedSinceMs ?? nowMs - unservedForMs;
  return changed(memory, { unservedSinceMs, unservedForMs });
}

/** Alerts that say nothing of clients that cannot write. */
const besideALoss: ReadonlySet<string> = new Set<EventCode>([
  'standby-unfit',
  'standby-locked',
  'standby-misdirected',
  'standby-writes',
  'login-refused',
  'events-will-stop',
  'doctor-found',
  'doctor-clear',
  'channel-detached',
  'standby-log-reset',
  'clock-off',
]);

/** A loss of service lasts; or this look shows that it is over, and nobody was alerted of anything about it. */
export function isUnalertedLoss(situation: Situation): boolean {
  const { unservedForMs, isServed, holder, pair } = situation;
  if (isServed) return unservedForMs >= UNSERVED_MS - unseenMs(pair) && !isAlertedSince(situation);
  // What a new leader's first look shows of a loss that goes on, the next ones must confirm.
  return unservedForMs >= UNSERVED_MS && holder.confirmed;
}

/**
 * A loss began up to this long before it was seen: after the last look that was answered; and the first one that saw it waited in
 * vain, to connect and to log in. Milliseconds.
 */
function unseenMs({ settings: { lookIntervalMs, lookLimitMs } }: Pair): number {
  return lookIntervalMs + 2 * lookLimitMs;
}

/** Since the loss began, people were alerted of something about it. */
function isAlertedSince({ memory, nowMs, unservedForMs }: Situation): boolean {
  const sinceMs = nowMs - unservedForMs;
  return Object.entries(memory.reports).some(
    ([code, { toldAtMs }]) => !besideALoss.has(code) && toldAtMs.some((atMs) => atMs >= sinceMs),
  );
}

/**
 * Memory with the alert of a loss of service of which nobody was alerted, while its row only waits, as a new leader does for
 * EC2's first answer. A holder that was never seen may be one that never served.
 */
export function tellWaiting(memory: Memory, situation: Situation, newId: string): Memory {
  if (memory.lastHolder === null || !isUnalertedLoss(situation) || isAlertedSince(situation)) return memory;
  const open = withIncident(memory, 'service-lost', situation.nowMs, newId);
  const told = tellHidden(open, situation);
  if (told === open) return memory;
  // Of what is only counted, no incident begins.
  return told.outbox === memory.outbox ? { ...told, incident: memory.incident } : told;
}

/** Memory with the alert of a loss of service that a row hides (`isHidden`). */
export function tellHidden(memory: Memory, situation: Situation): Memory {
  const words = { ...wordsOfLoss(situation), done: 'Nothing was moved.' };
  return tellCondition(memory, situation.pair.name, 'service-lost', words, situation.nowMs);
}

/**
 * A loss of service lasts, and since it began nobody was alerted of what the row says: people know of the row, and not of
 * the loss.
 */
export function isHidden({ reports }: Memory, situation: Situation, page: EventCode): boolean {
  const { nowMs, unservedForMs } = situation;
  if (page === 'service-lost' || unservedForMs < UNSERVED_MS) return false;
  const { toldAtMs: times = [], heldBack = 0 } = reports[page] ?? {};
  if (saysLoss(page) && heldBack > 0 && isKnownToFlap(reports, nowMs)) return false;
  const toldAtMs = times.at(-1);
  return toldAtMs !== undefined && toldAtMs < nowMs - unservedForMs;
}

/** What the alert of a loss of service says: of one that this look shows to be over, that clients can write again. */
export function wordsOfLoss(situation: Situation): Omit<Words, 'done'> {
  const { isServed, unservedForMs, holder } = situation;
  const happened = `${unservedText(situation)}.`;
  const writes = writesOfPage('service-lost', situation);
  if (!isServed) return { happened, writes, ...costOf(situation, writes) };
  return {
    happened,
    writes,
    headline: `clients COULD NOT WRITE for ${duration(unservedForMs)}; ${holder.node} takes writes again`,
    todo: 'It is over. Find the cause before it comes back.',
  };
}

/** For how long nobody could write, and all that is known of why. */
export function unservedText(situation: Situation): string {
  const { holder, vip, vipBecause, isVipAway, unservedForMs, isServed, isFirstLook, pair } = situation;
  const forSeconds = `${Math.round(unservedForMs / 1000)} s`;
  const lasted = `no write through the VIP was possible for ${forSeconds}`;
  if (isServed && isFirstLook)
    return `no write through the VIP was possible for up to ${forSeconds}; ${holder.node} takes writes again, and since when is not known, because the leader of keepalambda changed meanwhile`;
  if (isServed) return `${lasted}; ${holder.node} takes writes again`;
  const { server } = holder;
  const causes = [
    ...(vip === 'held' ? [] : [`the VIP is ${vipBecause}`]),
    ...(isVipAway && vip !== 'unheld' ? ['no node answers through the VIP'] : []),
    holder.kind === 'serving' ? `${holder.node} answers` : describeVerdict(holder),
    ...(server?.writable === false ? [`it is read-only (writability: ${pair.writability})`] : []),
    ...(server?.offline ? ['it refuses clients (offline_mode is ON)'] : []),
    ...(server?.heartbeat.kind === 'failed' ? [`it commits nothing: ${server.heartbeat.because}`] : []),
  ];
  return `${lasted}: ${causes.join('; ')}`;
}

/** What keeps the holder's commit, or our heartbeat alone, from being done, and who. */
export function hangText({ holder }: Situation): string {
  const heartbeat = holder.server?.heartbeat;
  if (heartbeat?.kind !== 'failed' && heartbeat?.kind !== 'barred') return holder.because;
  const by = heartbeat.blocker === null ? '' : `: ${renderSession(heartbeat.blocker)}`;
  return `${holder.node}: ${heartbeat.because}${by}`;
}
