/** The results of the runs, and the figures made of them. Pure. */
import type { Moment } from './moments.ts';

/** One fault on one contender. */
export interface Run {
  readonly outageMs: number;
  /** Writes that the client began and that were not acknowledged. It has one connection at a time. */
  readonly failedWrites: number;
  /** Acknowledged writes that the new holder does not have. */
  readonly lost: number;
  /** Whether writes went on before the limit. */
  readonly resumed: boolean;
  /** What CPU functions really got: `lambda`, `whole`, or `whole (no cgroup: …)`. */
  readonly functionCpu: string;
  /** What happened, line by line, with times from the fault on. */
  readonly story: readonly string[];
  /** The same for programs, from the fault on. */
  readonly moments: readonly Moment[];
}

export interface Summary {
  readonly outagesMs: readonly number[];
  readonly medianMs: number;
  readonly worstMs: number;
  /** The most in one run. */
  readonly failedWrites: number;
  /** Over all runs. */
  readonly lost: number;
}

/** By fault, then by contender. */
export type Results<Value> = Readonly<Record<string, Readonly<Record<string, Value>>>>;

export function summarize(runs: readonly Run[]): Summary {
  const outagesMs = runs.map(({ outageMs }) => outageMs);
  return {
    outagesMs,
    medianMs: medianOf(outagesMs),
    worstMs: Math.max(...outagesMs),
    failedWrites: Math.max(...runs.map(({ failedWrites }) => failedWrites)),
    lost: runs.reduce((sum, { lost }) => sum + lost, 0),
  };
}

export function summarizeAll(results: Results<readonly Run[]>): Results<Summary> {
  return mapResults(results, (runs) => summarize(runs));
}

/** The value under each fault and contender, made anew. */
export function mapResults<From, To>(
  results: Results<From>,
  make: (value: From, fault: string, contender: string) => To,
): Results<To> {
  return Object.fromEntries(
    Object.entries(results).map(([fault, byContender]) => {
      const made = Object.entries(byContender).map(([name, value]) => [name, make(value, fault, name)]);
      return [fault, Object.fromEntries(made)];
    }),
  );
}

/** The middle one; of an even number, the mean of the two in the middle. */
export function medianOf(values: readonly number[]): number {
  const sorted = [...values].sort((one, other) => one - other);
  const upper = sorted[Math.floor(sorted.length / 2)] ?? 0;
  const lower = sorted[Math.floor((sorted.length - 1) / 2)] ?? 0;
  return Math.round((upper + lower) / 2);
}

/** What CPU the functions of a contender really got: the same in every run, it is a matter of the machine. */
export function functionCpuOf(results: Results<readonly Run[]>, contender: string): string {
  const [run] = Object.values(results).flatMap((byContender) => byContender[contender] ?? []);
  return run?.functionCpu ?? 'none ran';
}
