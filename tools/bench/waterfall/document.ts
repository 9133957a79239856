/** `docs/performance.md`: where the milliseconds of a failover go, printed from the runs' own logs. */
import type { Results, Run } from '../results.ts';
import { markdownTable } from '../table.ts';
import { type TrialName, trialNames } from '../trials.ts';
import { type Bar, barsOf } from './bars.ts';
import { proofs, spentOf } from './floor.ts';

/** The bars of one run of each fault: the one whose outage is in the middle, at the CPU that Lambda gives. */
export function waterfallOf(results: Results<readonly Run[]>): Readonly<Record<string, readonly Bar[]>> {
  const entries = Object.entries(results).map(([fault, { keepalambda = [] }]) => {
    const told = keepalambda.filter(({ moments }) => barsOf(moments).length > 0);
    const ordered = told.toSorted((one, other) => one.outageMs - other.outageMs);
    return [fault, barsOf(ordered[Math.floor((ordered.length - 1) / 2)]?.moments ?? [])] as const;
  });
  return Object.fromEntries(entries.filter(([, bars]) => bars.length > 0));
}

/** `terms`: on what, and how it was measured. */
export function renderPerformance(terms: string, results: Results<readonly Run[]>): string {
  const faults = trialNames.filter((name) => results[name] !== undefined);
  return `# Performance: where the milliseconds of a failover go

Printed by \`npm run bench\` from the same runs as [benchmark.md](benchmark.md); do not edit. ${terms}.

![Waterfall](performance.svg)

The picture has the run in the middle of each fault, at the CPU that Lambda gives: from the fault to the next acknowledged write.
What lies between two bars is a record that is stored, or a function that waits for its share of the CPU. Times are those of the
functions' log, of EC2's emulator and of the client.

## Where it goes

Medians over the runs, in milliseconds. "Decided" is the time until the death is proven, or the order taken. The floor is the least
proof of a death, EC2's answer and EC2's effect: nobody can leave them out who is sure of a death and moves an address by EC2.

${markdownTable(
  columns,
  faults.flatMap((fault) => rowsOf(fault, results[fault] ?? {})),
)}

## The floor

The least time in which the default settings let a death be believed ([detection.md](detection.md)):

${faults.map((fault) => `- \`${fault}\`: ${proofs[fault].ms} ms, ${proofs[fault].because}.`).join('\n')}

The standby heard the holder up to half a second before its death (the replication heartbeat), so a proof by its silence can come
that much sooner than its floor says. The time of an order (\`switchover\`) is counted from the order on; clients are kept
from writing for less of it, as benchmark.md shows.
`;
}

const columns = [
  'fault',
  'contender',
  'decided',
  'plan stored',
  'steps before the move',
  'EC2 answers',
  'EC2 takes effect',
  'client connects',
  'whole',
  'floor',
  'above the floor',
];

function rowsOf(
  fault: TrialName,
  byContender: Readonly<Record<string, readonly Run[]>>,
): readonly (readonly string[])[] {
  return Object.entries(byContender).flatMap(([contender, runs]) => {
    const spent = spentOf(fault, runs);
    if (spent === null) return [];
    const { proveMs, storeMs, stepsMs, answerMs, effectMs, clientMs, wholeMs, floorMs, aboveMs } = spent;
    const figures = [proveMs, storeMs, stepsMs, answerMs, effectMs, clientMs, wholeMs, floorMs, aboveMs];
    return [[fault, contender, ...figures.map((ms) => String(Math.round(ms)))]];
  });
}
