/** From a client's lines to its figures. Pure. Times in milliseconds since 1970. */
import { type Acknowledged, type Found, gapsOf, lostOf } from '../../../lab/client/account.ts';
import type { ClientLine } from './words.ts';

/** A client that has not written for this long when watching ends counts as stopped. Milliseconds. */
export const SILENT_MS = 3000;

export interface Reckoning {
  /** The longest time between two acknowledged writes; null: it had not ended when watching ended. */
  readonly outageMs: number | null;
  readonly acknowledged: number;
  /** Statements, and attempts to connect for one, that failed since the fault. */
  readonly failed: number;
  /** How many of them had each code. */
  readonly errors: Readonly<Record<string, number>>;
  /** Acknowledged, and not on the holder afterwards. */
  readonly lost: number;
}

export interface Span {
  /** The moment of the fault. */
  readonly sinceMs: number;
  readonly untilMs: number;
}

/** `found` are the rows of all clients that the holder has. */
export function reckon(
  client: string,
  lines: readonly ClientLine[],
  span: Span,
  found: readonly Found[],
): Reckoning {
  const writes = lines.flatMap((line): Acknowledged[] =>
    line.kind === 'acknowledged'
      ? [{ client, seq: line.seq, sentMs: line.sentMs, acknowledgedMs: line.atMs, server: '' }]
      : [],
  );
  const codes = lines.flatMap((line) =>
    line.kind === 'failed' && line.atMs >= span.sinceMs ? [line.code] : [],
  );
  return {
    outageMs: outageOf(writes, span),
    acknowledged: writes.length,
    failed: codes.length,
    errors: counted(codes),
    lost: lostOf(writes, found).length,
  };
}

function outageOf(writes: readonly Acknowledged[], span: Span): number | null {
  const gaps = gapsOf(writes, span, 0);
  const last = gaps.find(({ toMs }) => toMs === null);
  if (gaps.length === 0 || (last !== undefined && last.forMs >= SILENT_MS)) return null;
  return Math.round(Math.max(...gaps.map(({ forMs }) => forMs)));
}

/** The most frequent first. */
function counted(codes: readonly string[]): Record<string, number> {
  const counts = new Map<string, number>();
  for (const code of codes) counts.set(code, (counts.get(code) ?? 0) + 1);
  return Object.fromEntries([...counts].sort(([, one], [, other]) => other - one));
}
