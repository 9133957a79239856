/** What keepalambda makes of the holder, read where on-call would read it: in the rows that watch logs. */
import type { VerdictKind } from '../lib/core/evidence/verdict.ts';
import { functionNameOf } from '../lib/stack/names.ts';
import { environmentName } from './deployment.ts';
import type { LabWorld } from './world.ts';

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

/** The fields of a decision in a line of watch's log: `holder` and `holderIs`. Null for every other line. */
export function judgedIn(line: string, atMs: number): Judged | null {
  let fields: { readonly row?: unknown; readonly holder?: unknown; readonly holderIs?: unknown };
  try {
    fields = JSON.parse(line) ?? {};
  } catch {
    return null;
  }
  const { row, holder, holderIs } = fields;
  if (typeof row !== 'string' || typeof holder !== 'string' || !isKind(holderIs)) return null;
  return { holder, kind: holderIs, atMs };
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
}: LabWorld): (holder: string | null, sinceMs: number) => readonly VerdictKind[] {
  const watch = functionNameOf(environmentName, 'watch');
  const all: Judged[] = [];
  aws.events.on('log', ({ functionName, text, atMs }) => {
    const judged = functionName === watch ? judgedIn(text, atMs) : null;
    if (judged) all.push(judged);
  });
  return (holder, sinceMs) => verdictsOn(holder, all, sinceMs);
}

function isKind(word: unknown): word is VerdictKind {
  return typeof word === 'string' && Object.hasOwn(kinds, word);
}
