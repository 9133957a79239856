/** Whether a run came out as its fault says that it must. Pure. */
import type { VerdictKind } from '../lib/core/evidence/verdict.ts';
import type { ExpectedCode } from './faults/codes.ts';
import type { ExpectedOutcome, LabFault } from './faults/fault.ts';
import { sawOnly } from './verdicts.ts';

/** The result of a run. */
export interface Facts {
  readonly outcome: ExpectedOutcome;
  /** Every alert since the fault began. */
  readonly codes: readonly ExpectedCode[];
  readonly verdicts: readonly VerdictKind[];
  readonly lost: number;
  readonly twoWriters: number;
  /** Whether exactly the holder took writes in the end, where that had to be. */
  readonly whole: boolean;
  /** Calls of the functions that their policies do not allow: each is a fault of the product. */
  readonly denied: readonly string[];
  /** What the fault's own judge found. */
  readonly complaints: readonly string[];
}

export type Standard = Pick<LabFault, 'expected' | 'alerts' | 'verdict' | 'planned'>;

/** Everything that is not as it must be, in words. */
export function wrongsOf(fault: Standard, facts: Facts): readonly string[] {
  const { outcome, codes, verdicts, lost, twoWriters, whole, denied, complaints } = facts;
  const right = outcome === fault.expected;
  const missing = fault.alerts.filter((code) => !codes.includes(code));
  const judged = fault.verdict === undefined || sawOnly(verdicts, fault.verdict);
  return [
    ...(right ? [] : [`${outcome}, expected ${fault.expected}`]),
    ...missing.map((code) => `${code} was not alerted`),
    ...(judged ? [] : [`the holder was taken for ${verdicts.join(', ')}, expected ${fault.verdict}`]),
    ...(whole ? [] : ['in the end not exactly the holder takes writes']),
    ...(fault.planned && lost > 0 ? [`a planned move lost ${lost}`] : []),
    ...(twoWriters === 0 ? [] : [`two writers took ${twoWriters} writes`]),
    ...denied.map((call) => `denied by IAM: ${call}`),
    ...complaints,
  ];
}
