/** The floor: the time that proving a death and moving an address by EC2 takes at least, and how far above it we are. Pure. */
import { resolveSettings } from '../../../lib/core/config/settings.ts';
import { TAKE_AFTER_MS } from '../../../lib/core/time-budget.ts';
import { medianOf, type Run } from '../results.ts';
import type { TrialName } from '../trials.ts';
import { milestonesOf } from './bars.ts';

const settings = resolveSettings({});
const stoppedMs = (settings.stoppedLooks - 1) * settings.stoppedIntervalMs;

/** The least time in which the default settings let a death be believed, and why. */
export const proofs: Readonly<Record<TrialName, { readonly ms: number; readonly because: string }>> = {
  'mysqld-kill': { ms: stoppedMs, because: `the port refuses ${settings.stoppedLooks} times` },
  'probe-kill': { ms: stoppedMs, because: `the port refuses ${settings.stoppedLooks} times` },
  'host-down': { ms: settings.witnessMs, because: 'the standby has not heard the holder for so long' },
  'mysqld-hang': { ms: settings.hungWitnessMs, because: 'the standby has not heard mysqld for so long' },
  switchover: { ms: 0, because: 'an order needs no proof' },
  'watch-kill': { ms: TAKE_AFTER_MS, because: 'the lease of the dead watch stands still' },
  'watch-kill-steps': { ms: TAKE_AFTER_MS, because: 'the lease of the dead watch stands still' },
};

/** Where the time of a fault went: medians over its runs. Milliseconds. */
export interface Spent {
  readonly proveMs: number;
  readonly storeMs: number;
  /** The steps before the move, and what is stored between them. */
  readonly stepsMs: number;
  readonly answerMs: number;
  readonly effectMs: number;
  readonly clientMs: number;
  readonly wholeMs: number;
  readonly floorMs: number;
  /** The whole without the floor; below 0 where the standby had not heard the holder for a while before its death. */
  readonly aboveMs: number;
}

/** Null when no run had all its moments. */
export function spentOf(fault: TrialName, runs: readonly Run[]): Spent | null {
  const all = runs.flatMap(({ moments }) => milestonesOf(moments) ?? []);
  if (all.length === 0) return null;
  const median = (value: (one: (typeof all)[number]) => number) => medianOf(all.map(value));
  const answerMs = median((one) => one.answeredMs - one.moveMs);
  const effectMs = median((one) => one.effectMs - one.answeredMs);
  const floorMs = proofs[fault].ms + answerMs + effectMs;
  const wholeMs = median((one) => one.writesMs);
  return {
    proveMs: median((one) => one.decidedMs),
    storeMs: median((one) => one.storedMs - one.decidedMs),
    stepsMs: median((one) => one.moveMs - one.storedMs),
    answerMs,
    effectMs,
    clientMs: median((one) => one.writesMs - one.effectMs),
    wholeMs,
    floorMs,
    aboveMs: wholeMs - floorMs,
  };
}
