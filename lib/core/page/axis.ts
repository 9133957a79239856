/** The time axis: a few round moments, and where a moment is on it. */

/** Milliseconds between two ticks, from the shortest. */
const STEPS_MS = [
  100, 200, 500, 1000, 2000, 5000, 10_000, 20_000, 30_000, 60_000, 120_000, 300_000, 600_000, 1_200_000,
  1_800_000, 3_600_000, 7_200_000, 21_600_000, 43_200_000, 86_400_000,
];
const TICKS_MAX = 7;

/** A part of the time that is shown. Milliseconds since 1970; `zeroMs` is where the times that are shown begin. */
export interface Span {
  readonly fromMs: number;
  readonly toMs: number;
  readonly zeroMs: number;
}

export interface Tick {
  readonly atMs: number;
  readonly text: string;
}

/** Round moments after the zero, at most seven. */
export function ticksOf({ fromMs, toMs, zeroMs }: Span): readonly Tick[] {
  const lengthMs = Math.max(1, toMs - fromMs);
  const day = STEPS_MS.at(-1) ?? 1;
  const stepMs =
    STEPS_MS.find((step) => lengthMs / step <= TICKS_MAX) ?? Math.ceil(lengthMs / day / TICKS_MAX) * day;
  const first = Math.ceil((fromMs - zeroMs) / stepMs);
  const count = Math.floor((toMs - zeroMs) / stepMs) - first + 1;
  return Array.from({ length: Math.max(0, count) }, (_, index) => {
    const afterMs = (first + index) * stepMs;
    return { atMs: zeroMs + afterMs, text: offsetText(afterMs) };
  });
}

/** Where a moment is on the span: percent with two decimals, never outside. */
export function placeOn({ fromMs, toMs }: Span, atMs: number): number {
  const share = (atMs - fromMs) / Math.max(1, toMs - fromMs);
  return Math.round(Math.min(1, Math.max(0, share)) * 10_000) / 100;
}

/** `+0.4 s`, `+12 s`, `+3 min 20 s`, `+2 h 5 min`. */
export function offsetText(ms: number): string {
  return `${ms < 0 ? '-' : '+'}${lengthText(Math.abs(ms))}`;
}

/** The same without a sign: `0.41 s` below ten seconds. */
export function lengthText(ms: number): string {
  if (ms < 10_000) return `${Number((ms / 1000).toFixed(2))} s`;
  const seconds = Math.round(ms / 1000);
  if (seconds < 60) return `${seconds} s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return joined(minutes, 'min', seconds % 60, 's');
  return joined(Math.floor(minutes / 60), 'h', minutes % 60, 'min');
}

function joined(great: number, greatUnit: string, small: number, smallUnit: string): string {
  return small === 0 ? `${great} ${greatUnit}` : `${great} ${greatUnit} ${small} ${smallUnit}`;
}
