/** Many histories, one after the other, and for a violation the fewest faults that still bring it about. */
import { allSafeguards, type Safeguards } from '../lib/core/decision/safeguards.ts';
import type { SimFault } from './faults/fault.ts';
import { type History, type HistoryProps, runHistory } from './history.ts';
import type { Violation } from './invariants/court.ts';
import { regressionsOf } from './open.ts';
import { type SabotageName, safeguardsOf, safeguardsWith } from './sabotage.ts';
import { addTally, emptyTally, type Tally } from './tally.ts';
import { runOutside } from './time.ts';

/** A violation, and the seed of the history that has it. */
export interface Finding extends Violation {
  readonly seed: number;
}

/** What is the same for all histories of a search. */
export type HistoryTerms = Pick<HistoryProps, 'safeguards' | 'isNoise' | 'detection'>;

export interface SearchProps extends HistoryTerms {
  readonly runs: number;
  readonly seed: number;
  /** Ends the search after so many violations of what is held to be kept; open ones are all counted. */
  readonly findingsMax: number;
}

export interface SearchResult {
  readonly runs: number;
  readonly tally: Tally;
  readonly events: number;
  readonly findings: readonly Finding[];
}

/** Histories of one search have neighbouring seeds; those of two searches never meet. */
const seedsPerSearch = 1_000_000;
/** So many histories run between two looks at the world outside (Ctrl-C, a test's time limit). */
const batch = 20;

/** The greatest seed of a search whose histories all have seeds of their own. */
export const greatestSearchSeed = Math.floor(Number.MAX_SAFE_INTEGER / seedsPerSearch) - 1;

/** The seed of one history of a search: what `--replay` takes. */
export function seedOf(searchSeed: number, index: number): number {
  return searchSeed * seedsPerSearch + index;
}

/** Runs histories until all are done or enough violations are found. */
export async function search({ runs, seed, findingsMax, ...terms }: SearchProps): Promise<SearchResult> {
  const tally = emptyTally();
  const findings: Finding[] = [];
  let done = 0;
  let events = 0;
  const isOver = () => done >= runs || regressionsOf(findings, runs).length >= findingsMax;
  while (!isOver()) {
    await runOutside(() => {
      for (let left = batch; left > 0 && !isOver(); left--, done++) {
        const history = runHistory({ seed: seedOf(seed, done), ...terms });
        addTally(tally, history.tally);
        events += history.events;
        if (history.violation !== null) findings.push({ seed: history.seed, ...history.violation });
      }
    });
  }
  return { runs: done, tally, events, findings };
}

/**
 * The first history that is harmless, and without that safeguard is not: what the safeguard is for. Null if there is none
 * among so many.
 */
export async function searchHarm(name: SabotageName, runs: number, seed: number): Promise<Finding | null> {
  for (let index = 0; index < runs; index++) {
    const harm = await harmIn(seedOf(seed, index), name);
    if (harm !== null) return harm;
  }
  return null;
}

/** The harm of one history that is harmless with that safeguard; null if there is none. */
export async function harmIn(seed: number, name: SabotageName): Promise<Finding | null> {
  const judged = (safeguards: Safeguards) =>
    runOutside(() => runHistory({ seed, isNoise: false, safeguards }).violation);
  const violation = await judged(safeguardsOf(name));
  if (violation === null || (await judged(safeguardsWith(name))) !== null) return null;
  if ((await judged(allSafeguards)) !== null) return null;
  return { seed, ...violation };
}

/**
 * The same history with as few faults as still violate the same invariant, as a story. Faults are taken out
 * one after the other, for as long as one can be spared.
 */
export function minimalStory(seed: number, terms: HistoryTerms): Promise<History> {
  return runOutside(() => {
    const whole = runHistory({ seed, ...terms });
    const invariant = whole.violation?.invariant;
    const violates = (faults: readonly SimFault[]) =>
      runHistory({ seed, ...terms, faults }).violation?.invariant === invariant;
    let faults = whole.faults;
    for (let spared = true; spared; ) {
      spared = false;
      for (const fault of faults) {
        const fewer = faults.filter((other) => other !== fault);
        if (!violates(fewer)) continue;
        faults = fewer;
        spared = true;
      }
    }
    return runHistory({ seed, ...terms, faults, tellsStory: true });
  });
}

/** One history, told line by line. */
export function replay(seed: number, terms: HistoryTerms): Promise<History> {
  return runOutside(() => runHistory({ seed, ...terms, tellsStory: true }));
}
