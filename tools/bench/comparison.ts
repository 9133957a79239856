/** What the figures of the runs say beside each other. Pure. */
import { mapResults, type Results, type Summary } from './results.ts';
import { trials } from './trials.ts';

/** Whose median ours is divided by: what a team that runs keepalived on AWS can have. */
export const reference = 'keepalived-tuned-ec2';

export interface Compared extends Summary {
  /** How far the worst run is from the median. */
  readonly worstByMedian: number;
  /** The median, divided by the reference's; null where that did not play. */
  readonly ratio: number | null;
  /** What the median has more than the same contender's without the death of our own part; null where there is none. */
  readonly beyondMs: number | null;
}

export function compareAll(results: Results<Summary>): Results<Compared> {
  return mapResults(results, (summary, fault, contender) => {
    const { medianMs, worstMs } = summary;
    const referenceMs = results[fault]?.[reference]?.medianMs;
    const base = beyondOf(fault);
    const baseMs = base === undefined ? undefined : results[base]?.[contender]?.medianMs;
    return {
      ...summary,
      worstByMedian: rounded(worstMs / medianMs),
      ratio: referenceMs === undefined ? null : rounded(medianMs / referenceMs),
      beyondMs: baseMs === undefined ? null : medianMs - baseMs,
    };
  });
}

function beyondOf(fault: string): string | undefined {
  return Object.entries(trials).find(([name]) => name === fault)?.[1].beyond;
}

/** To two places. */
function rounded(value: number): number {
  return Math.round(value * 100) / 100;
}
