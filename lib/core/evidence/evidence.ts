/**
 * The newest report of each vantage on each node, with how many looks in a row have said the same, and since when.
 * Evidence is in the leader's process only; a new leader gathers its own.
 */
import type { Pair } from '../config/config.ts';
import type { NodeName, Vantage } from '../names.ts';
import type { Misconfiguration, Report, Saw, VipPlace, VipSighting } from './sighting.ts';
import type { SourceAsked } from './source-asked.ts';

/** All vantages, or EC2, must have failed for this long before an alert goes out. Milliseconds. */
export const BLIND_MS = 5000;
/** The last answer on the VIP counts for this long when none is newer. Milliseconds. */
export const VIP_WORD_LIFE_MS = 15_000;
/**
 * For this long, the word before counts where a new one is of an environment of the probe that has only begun, and can know less: a
 * held look and its answer take no longer. Milliseconds.
 */
export const KEPT_WORD_LIFE_MS = 8000;

/** What a vantage last said of a node, for how many looks in a row, and since when. */
export interface Word {
  readonly saw: Saw;
  readonly looks: number;
  readonly sinceMs: number;
  readonly atMs: number;
  /** It is what the vantage said before, because its last look was in an environment of the probe that was refused a new login. */
  readonly isKept?: true;
}

export interface Evidence {
  readonly words: Readonly<Record<NodeName, Readonly<Record<Vantage, Word>>>>;
  /** How many vantages there are. */
  readonly vantages: number;
  /** Vantages that could not look, why, and since when. */
  readonly blind: Readonly<Record<Vantage, { readonly because: string; readonly sinceMs: number }>>;
  /** The newest word of EC2 that said where the VIP is. */
  readonly vip: Extract<VipSighting, { kind: 'saw' }> | null;
  /** Since when EC2 says that the VIP is where it is. */
  readonly vipSinceMs: number;
  /** How many looks in a row EC2 has said so: one alone may be stale. */
  readonly vipLooks: number;
  /** Since when EC2 has not answered; null while it does. */
  readonly vipBlindSinceMs: number | null;
  readonly vipBlindBecause: string;
  /** What EC2 last showed otherwise than the environment file says; null when all fits. */
  readonly wrong: Wrong | null;
  /** Who answered through the VIP, when that was asked last; null where there was no reason to ask. */
  readonly through: Through | null;
  /** What came of asking the holder through its standby; null where that was not needed. */
  readonly sourceAsked: SourceAsked | null;
}

/** What does not fit, how many looks in a row have said so, and whether the VIP is on neither of the two ENIs. */
export interface Wrong {
  readonly what: readonly Misconfiguration[];
  readonly looks: number;
  readonly isVipAway: boolean;
}

/** Who answers through the VIP: asked where EC2 does not say where it is, or says that it is not where we left it. */
export type ThroughVip =
  | { readonly kind: 'node'; readonly node: NodeName }
  | { readonly kind: 'nobody' }
  /** The question did not get through, or who answers is neither node. */
  | { readonly kind: 'unknown' };

/** The last answer, and how often in a row it was the same. */
export interface Through {
  readonly said: ThroughVip;
  readonly looks: number;
  readonly atMs: number;
  /** The last answer that named a node, if there was one since it was first asked. */
  readonly node: { readonly place: Extract<VipPlace, { kind: 'node' }>; readonly looks: number } | null;
}

/** So many questions in a row without an answer take back the last one: right after a move, one may go the old way. */
const UNANSWERED_LOOKS = 3;

/** Before the first look. */
export function noEvidence(pair: Pair, vantages: number): Evidence {
  return {
    vantages,
    words: { [pair.nodes[0].name]: {}, [pair.nodes[1].name]: {} },
    blind: {},
    vip: null,
    vipSinceMs: 0,
    vipLooks: 0,
    vipBlindSinceMs: null,
    vipBlindBecause: '',
    wrong: null,
    through: null,
    sourceAsked: null,
  };
}

/**
 * Adds a vantage's report. A vantage's word stands until its next report, because a held look is answered
 * as soon as what it sees changes; a blind vantage takes its words back. One at rest has only seen what answers, and looks
 * again as soon as another one doubts it.
 */
export function observe(evidence: Evidence, report: Report): Evidence {
  const words = { ...evidence.words };
  if (report.kind === 'blind') {
    for (const node of Object.keys(words)) {
      const { [report.vantage]: _, ...others } = words[node] ?? {};
      words[node] = others;
    }
    const sinceMs = evidence.blind[report.vantage]?.sinceMs ?? report.atMs;
    const blind = {
      ...seeing(evidence.blind, report.vantage),
      [report.vantage]: { because: report.because, sinceMs },
    };
    return { ...evidence, words, blind };
  }
  for (const { node, saw } of report.sightings) {
    const said = words[node];
    if (said === undefined) continue;
    words[node] = { ...said, [report.vantage]: nextWord(said[report.vantage], saw, report.atMs) };
  }
  return { ...evidence, words, blind: seeing(evidence.blind, report.vantage) };
}

/** The blind vantages without this one. */
function seeing(blind: Evidence['blind'], vantage: Vantage): Evidence['blind'] {
  if (blind[vantage] === undefined) return blind;
  const { [vantage]: _, ...others } = blind;
  return others;
}

/** Adds what EC2 said. While EC2 does not answer, its last word is kept, with its age. */
export function observeVip(evidence: Evidence, sighting: VipSighting): Evidence {
  if (sighting.kind === 'blind') {
    return {
      ...evidence,
      vipBlindSinceMs: evidence.vipBlindSinceMs ?? sighting.atMs,
      vipBlindBecause: sighting.because,
    };
  }
  const answered = { ...evidence, vipBlindSinceMs: null, vipBlindBecause: '' };
  // Where the ids are wrong, the place is that of another node.
  if (sighting.wrong.length > 0) return { ...answered, wrong: nextWrong(evidence.wrong, sighting) };
  const before = evidence.vip?.place;
  const same =
    before?.kind === sighting.place.kind &&
    (before.kind !== 'node' || (sighting.place.kind === 'node' && before.node === sighting.place.node));
  return {
    ...answered,
    wrong: null,
    vip: sighting,
    vipSinceMs: same ? evidence.vipSinceMs : sighting.atMs,
    vipLooks: same ? evidence.vipLooks + 1 : 1,
  };
}

function nextWrong(before: Wrong | null, { wrong, place }: Extract<VipSighting, { kind: 'saw' }>): Wrong {
  return { what: wrong, looks: (before?.looks ?? 0) + 1, isVipAway: place.kind !== 'node' };
}

/** Adds which node answered through the VIP; null where EC2 reports what is expected, so that no question was needed. */
export function observeThrough(evidence: Evidence, said: ThroughVip | null, atMs: number): Evidence {
  if (said === null) return evidence.through === null ? evidence : { ...evidence, through: null };
  const before = evidence.through;
  const isSame =
    before?.said.kind === said.kind &&
    (said.kind !== 'node' || (before.said.kind === 'node' && before.said.node === said.node));
  const looks = isSame ? before.looks + 1 : 1;
  if (said.kind === 'node')
    return { ...evidence, through: { said, looks, atMs, node: { place: said, looks } } };
  const missed = before?.said.kind === 'node' ? 1 : (before?.looks ?? 0) + 1;
  const node = missed < UNANSWERED_LOOKS ? (before?.node ?? null) : null;
  return { ...evidence, through: { said, looks, atMs, node } };
}

/**
 * Where the VIP is, and how many looks in a row have said so. Who answers through it comes before what EC2 says, whose
 * reads may be old.
 */
export function placeOf(
  { vip, vipLooks, through }: Evidence,
  nowMs: number,
): { readonly place: VipPlace; readonly looks: number } | null {
  if (through?.node && nowMs - through.atMs <= VIP_WORD_LIFE_MS) return through.node;
  return vip === null ? null : { place: vip.place, looks: vipLooks };
}

/** The evidence as if there were this vantage alone. */
export function seenFrom(evidence: Evidence, vantage: Vantage): Evidence {
  const words = Object.entries(evidence.words).map(([node, said]) => {
    const word = said[vantage];
    return [node, word === undefined ? {} : { [vantage]: word }];
  });
  return { ...evidence, words: Object.fromEntries(words) };
}

/** Drops what was seen before a plan, because the plan has changed the pair. */
export function forget(evidence: Evidence): Evidence {
  const words = Object.fromEntries(Object.keys(evidence.words).map((node) => [node, {}]));
  return { ...evidence, words, vip: null, vipLooks: 0, wrong: null, through: null, sourceAsked: null };
}

function nextWord(before: Word | undefined, saw: Saw, atMs: number): Word {
  const kept = before === undefined ? null : keptWord(before, saw, atMs);
  if (kept !== null) return kept;
  if (before?.saw.kind !== saw.kind) return { saw, looks: 1, sinceMs: atMs, atMs };
  return { saw, looks: before.looks + 1, sinceMs: before.sinceMs, atMs };
}

/**
 * A look that Lambda gives to another environment of the probe finds no connection that was kept, and its new login may be
 * refused while the one before still answers on its own. Of the server, that says what `loginRefused` does.
 */
function keptWord(before: Word, saw: Saw, atMs: number): Word | null {
  if ((saw.kind !== 'saturated' && saw.kind !== 'locked-out') || saw.isFresh !== true) return null;
  if (before.saw.kind !== 'answered' || atMs - before.atMs >= KEPT_WORD_LIFE_MS) return null;
  const { errno, message } = saw;
  const server = { ...before.saw.server, loginRefused: { errno, message } };
  return { ...before, saw: { ...before.saw, server }, looks: before.looks + 1, isKept: true };
}
