/**
 * What a record may hold. DynamoDB refuses items above 400 KB, and a record that cannot be saved stops all work on its
 * pair, so every text that grows with the world is cut before it is stored.
 */
import type { Alert } from './alert/incident.ts';
import { changed } from './changed.ts';
import type { Position } from './evidence/sighting.ts';
import { updateDetached } from './memory/detached.ts';
import type { Memory } from './memory/memory.ts';
import type { PlanRecord } from './plan/plan.ts';
import type { StepOutcome } from './plan/step.ts';
import type { HolderEnd, LastEnds } from './standby/readiness.ts';

/** How many alerts wait at most, and how much they take. */
export const ALERTS_MAX = 50;
const OUTBOX_MAX = 40_000;
/** Texts of an alert, of a step, of an answer, of a reason. Characters. */
const SENTENCE_MAX = 1000;
const STEP_MAX = 300;
const STEPS_MAX = 30;
const ANSWER_MAX = 1000;
const REASON_MAX = 500;
const REASONS_MAX = 10;
/** How much of a list of transactions is kept, in words. Characters. */
export const LIST_MAX = 600;
/** A set of transactions that is only told, never compared with again, is dropped above this. Characters. */
const TOLD_SET_MAX = 4000;
/** One that a standby is compared with is dropped above this: its place in the log is compared then. Characters. */
const COMPARED_SET_MAX = 60_000;

/** The text, or its beginning and how long it is; `length` where the text itself is a part of a longer one. */
export function cut(text: string, max: number, length = text.length): string {
  if (text.length <= max) return text;
  const note = ` … (${length} characters, cut)`;
  return `${text.slice(0, Math.max(0, max - note.length))}${note}`;
}

/** Memory as it may be stored. The same object comes back when nothing is too long. */
export function boundMemory(memory: Memory): Memory {
  return changed(memory, {
    outbox: boundOutbox(memory.outbox),
    plan: memory.plan && boundPlan(memory.plan),
    receivedWhenLost: boundPosition(memory.receivedWhenLost, COMPARED_SET_MAX),
    loss:
      memory.loss &&
      changed(memory.loss, {
        kept: boundPosition(memory.loss.kept),
        lastSeen: boundPosition(memory.loss.lastSeen),
      }),
    lastEnds: memory.lastEnds && boundEnds(memory.lastEnds),
    sent: boundPositions(memory.sent),
    answers: each(memory.answers, (answer) => changed(answer, { text: cut(answer.text, ANSWER_MAX) })),
    readiness:
      memory.readiness &&
      changed(memory.readiness, {
        reasons: boundTexts(memory.readiness.reasons, REASONS_MAX, REASON_MAX),
        ...(memory.readiness.ofHistory
          ? { ofHistory: boundTexts(memory.readiness.ofHistory, REASONS_MAX, REASON_MAX) }
          : {}),
      }),
    detached: updateDetached(memory, (channel) =>
      changed(channel, { missing: channel.missing && cut(channel.missing, SENTENCE_MAX) }),
    ).detached,
  });
}

/**
 * The newest alerts, each cut: the oldest goes first, because a condition that lasts is alerted again. The last of each code goes after all
 * others, because no other alert reports the same.
 */
function boundOutbox(outbox: readonly Alert[]): readonly Alert[] {
  const short = each(outbox, boundAlert);
  const lastOf = new Map(short.map((alert) => [alert.code, alert]));
  const isLast = (alert: Alert) => lastOf.get(alert.code) === alert;
  const newestFirst = short.toReversed();
  const kept = new Set<Alert>();
  let size = 0;
  for (const alert of [...newestFirst.filter(isLast), ...newestFirst.filter((each) => !isLast(each))]) {
    size += sizeOf(alert);
    if (kept.size === ALERTS_MAX || size > OUTBOX_MAX) break;
    kept.add(alert);
  }
  return kept.size === short.length ? short : short.filter((alert) => kept.has(alert));
}

/** What alerts take: most of an outbox was stored before, and is stored again with each save. */
const sizes = new WeakMap<Alert, number>();

function sizeOf(alert: Alert): number {
  const known = sizes.get(alert);
  if (known !== undefined) return known;
  const size = JSON.stringify(alert).length;
  sizes.set(alert, size);
  return size;
}

function boundAlert(alert: Alert): Alert {
  return changed(alert, {
    happened: cut(alert.happened, SENTENCE_MAX),
    done: cut(alert.done, SENTENCE_MAX),
    todo: cut(alert.todo, SENTENCE_MAX),
    steps: boundTexts(alert.steps, STEPS_MAX, STEP_MAX),
  });
}

function boundPlan(plan: PlanRecord): PlanRecord {
  const long = Object.values(plan.outcomes).some((outcome) => boundOutcome(outcome) !== outcome);
  const short = () =>
    Object.fromEntries(Object.entries(plan.outcomes).map(([key, outcome]) => [key, boundOutcome(outcome)]));
  const bounded = changed(plan, {
    because: cut(plan.because, SENTENCE_MAX),
    outcomes: long ? short() : plan.outcomes,
    fencedAt: boundPosition(plan.fencedAt, COMPARED_SET_MAX),
    lastSeen: boundPosition(plan.lastSeen),
    kept: boundPosition(plan.kept),
    ...(plan.receivedAt ? { receivedAt: boundPosition(plan.receivedAt) } : {}),
  });
  return plan.stoppedBecause === undefined
    ? bounded
    : changed(bounded, { stoppedBecause: cut(plan.stoppedBecause, SENTENCE_MAX) });
}

function boundOutcome(outcome: StepOutcome): StepOutcome {
  switch (outcome.kind) {
    case 'done':
      return changed(outcome, { changed: cut(outcome.changed, STEP_MAX) });
    case 'already':
      return changed(outcome, { found: cut(outcome.found, STEP_MAX) });
    case 'skipped':
    case 'missed':
    case 'blocked':
    case 'failed':
      return changed(outcome, { because: cut(outcome.because, STEP_MAX) });
  }
}

/** Without its GTIDs, a position is still compared by file and offset. */
function boundPosition<P extends Position | null>(position: P, max = TOLD_SET_MAX): P | Position {
  return position?.gtid && position.gtid.length > max ? { ...position, gtid: null } : position;
}

function boundPositions(positions: Memory['sent']): Memory['sent'] {
  const short = Object.entries(positions).map(([node, position]) => [node, boundPosition(position)]);
  return short.every(([node, position]) => positions[`${node}`] === position)
    ? positions
    : Object.fromEntries(short);
}

function boundEnds(ends: LastEnds): LastEnds {
  const { needed, proof, last, first } = ends;
  return changed(ends, {
    needed: needed && boundEnd(needed),
    proof: proof && boundEnd(proof),
    last: last && boundEnd(last),
    ...(first && { first: boundEnd(first) }),
  });
}

function boundEnd(end: HolderEnd): HolderEnd {
  return changed(end, { position: boundPosition(end.position) });
}

function boundTexts(texts: readonly string[], count: number, max: number): readonly string[] {
  const short = each(texts, (text) => cut(text, max));
  return short.length > count ? short.slice(0, count) : short;
}

/** The list with each item changed; the same one when none is. */
function each<T>(items: readonly T[], change: (item: T) => T): readonly T[] {
  const next = items.map(change);
  return next.some((item, index) => item !== items[index]) ? next : items;
}
