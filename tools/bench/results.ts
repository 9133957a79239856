/** What the runs leave, and what they come to. Pure. */

/** One fault on one contender. */
export interface Run {
  readonly outageMs: number;
  /** Acknowledged writes that the new holder does not have. */
  readonly lost: number;
  /** Whether writes went on before the limit. */
  readonly resumed: boolean;
  /** What CPU functions really got: `lambda`, `whole`, or `whole (no cgroup: …)`. */
  readonly functionCpu: string;
  /** What happened, line by line, with times from the fault on. */
  readonly story: readonly string[];
}

export interface Summary {
  readonly outagesMs: readonly number[];
  readonly medianMs: number;
  readonly worstMs: number;
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
    lost: runs.reduce((sum, { lost }) => sum + lost, 0),
  };
}

export function summarizeAll(results: Results<readonly Run[]>): Results<Summary> {
  return mapResults(results, summarize);
}

/** The value under each fault and contender, made anew. */
export function mapResults<From, To>(results: Results<From>, make: (value: From) => To): Results<To> {
  const inner = (byContender: Readonly<Record<string, From>>) =>
    Object.fromEntries(Object.entries(byContender).map(([contender, value]) => [contender, make(value)]));
  return Object.fromEntries(Object.entries(results).map(([fault, value]) => [fault, inner(value)]));
}

/** The middle one; of an even number, the mean of the two in the middle. */
export function medianOf(values: readonly number[]): number {
  const sorted = [...values].sort((one, other) => one - other);
  const upper = sorted[Math.floor(sorted.length / 2)] ?? 0;
  const lower = sorted[Math.floor((sorted.length - 1) / 2)] ?? 0;
  return Math.round((upper + lower) / 2);
}
