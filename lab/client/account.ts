/** What a client's list of acknowledged writes proves. Pure: lists in, figures out. Times in milliseconds since 1970. */

/** A write that the server said is committed. */
export interface Acknowledged {
  readonly client: string;
  readonly seq: number;
  readonly sentMs: number;
  readonly acknowledgedMs: number;
  /** The identity of the server that took it: `@@server_uuid`, or `server_id:N` on MariaDB. */
  readonly server: string;
}

/** A time without a write acknowledged. `toMs` null: there was none after it. */
export interface Gap {
  readonly fromMs: number;
  readonly toMs: number | null;
  readonly forMs: number;
}

/** Shorter ones are a busy machine's, in milliseconds. */
export const gapFloorMs = 250;

/**
 * The gaps between successive acknowledged writes that are longer than `floorMs`, and the one at the end if
 * the client was stopped in it. `sinceMs` leaves out those that were over before.
 */
export function gapsOf(
  writes: readonly Acknowledged[],
  span: { readonly sinceMs: number; readonly untilMs: number },
  floorMs = gapFloorMs,
): readonly Gap[] {
  const times = writes.map(({ acknowledgedMs }) => acknowledgedMs).sort((one, other) => one - other);
  const gaps = times.flatMap((fromMs, index): Gap[] => {
    const toMs = times[index + 1] ?? null;
    return [{ fromMs, toMs, forMs: (toMs ?? span.untilMs) - fromMs }];
  });
  return gaps.filter(({ toMs, forMs }) => (toMs ?? span.untilMs) > span.sinceMs && forMs > floorMs);
}

/**
 * The longest time without an acknowledged write that a fault at `sinceMs` can have caused, in milliseconds. `restMs`: how far apart
 * the writes of a client are that seldom writes, which is no outage.
 */
export function outageMs(
  writes: readonly Acknowledged[],
  span: { readonly sinceMs: number; readonly untilMs: number },
  restMs = 0,
): number {
  // Half an hour of writes is too many for the arguments of one call.
  return gapsOf(writes, span, restMs).reduce(
    (longestMs, { forMs }) => Math.max(longestMs, forMs - restMs),
    0,
  );
}

/**
 * How many writes the old server acknowledged that were sent after the new one's first acknowledgement: two
 * servers took writes at one time. Give it the writes of one move of the VIP; old is who took the first.
 */
export function countTwoWriters(writes: readonly Acknowledged[]): number {
  const ordered = [...writes].sort((one, other) => one.acknowledgedMs - other.acknowledgedMs);
  const old = ordered[0]?.server;
  const first = ordered.find(({ server }) => server !== old);
  if (!first) return 0;
  return ordered.filter(({ server, sentMs }) => server === old && sentMs > first.acknowledgedMs).length;
}

/** A row as it is read back from a node. */
export interface Found {
  readonly client: string;
  readonly seq: number;
}

/** The acknowledged writes that are not among the rows found. */
export function lostOf(writes: readonly Acknowledged[], found: readonly Found[]): readonly Acknowledged[] {
  const keys = new Set(found.map(({ client, seq }) => `${client}/${seq}`));
  return writes.filter(({ client, seq }) => !keys.has(`${client}/${seq}`));
}
