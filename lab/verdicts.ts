/** What keepalambda makes of the holder, read where on-call would read it: in the rows that watch logs. */
import type { VerdictKind } from '../lib/core/verdict.ts';
import { functionNameOf } from '../lib/stack/names.ts';
import { environmentName } from './deployment.ts';
import { messageOf } from './story.ts';
import type { World } from './world.ts';

/** The verdict on the holder that a row was matched with. */
export interface Judged {
  readonly holder: string;
  readonly kind: VerdictKind;
  readonly atMs: number;
}

const kinds = {
  serving: true,
  stopped: true,
  silent: true,
  stuck: true,
  saturated: true,
  'locked-out': true,
  unseen: true,
} as const satisfies Record<VerdictKind, true>;

/** `D11 holder-stuck: db1 stuck, db2 serving` → db1 is stuck. Null for every line that is no row. */
export function judgedIn(message: string, atMs: number): Judged | null {
  const [, holder, kind] = /^D\d+ \S+: (\S+) (\S+), \S+ \S+$/.exec(message) ?? [];
  return holder !== undefined && isKind(kind) ? { holder, kind, atMs } : null;
}

/**
 * The verdict that stood at `sinceMs`, and each one after it, once. Watch logs a row when it changes, so where
 * nothing came of a fault there is no line after it. `unseen` is none: a new leader begins with it.
 */
export function verdictsOn(
  holder: string | null,
  judged: readonly Judged[],
  sinceMs: number,
): readonly VerdictKind[] {
  const seen = judged.filter((each) => each.holder === holder && each.kind !== 'unseen');
  const before = seen.filter(({ atMs }) => atMs < sinceMs).slice(-1);
  const after = seen.filter(({ atMs }) => atMs >= sinceMs);
  return [...new Set([...before, ...after].map(({ kind }) => kind))];
}

/** Whether the holder was judged to be so, and never to be anything else but serving. */
export function sawOnly(verdicts: readonly VerdictKind[], wanted: VerdictKind): boolean {
  return verdicts.includes(wanted) && verdicts.every((kind) => kind === wanted || kind === 'serving');
}

/** Follows watch's log from now on; gives back how to ask for the verdicts so far. */
export function followVerdicts({
  aws,
}: World): (holder: string | null, sinceMs: number) => readonly VerdictKind[] {
  const watch = functionNameOf(environmentName, 'watch');
  const all: Judged[] = [];
  aws.events.on('log', ({ functionName, text, atMs }) => {
    const judged = functionName === watch ? judgedIn(messageOf(text) ?? '', atMs) : null;
    if (judged) all.push(judged);
  });
  return (holder, sinceMs) => verdictsOn(holder, all, sinceMs);
}

function isKind(word: string | undefined): word is VerdictKind {
  return word !== undefined && Object.hasOwn(kinds, word);
}
