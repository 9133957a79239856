/** The row that a server answers at each look → what it says of itself. Pure: table-tested with rows of real servers. */
import { compact, isOff, isOn, type StatusRow, spread, text } from './columns.ts';
import { beatFields, pulseFields } from './dialect.ts';

/** What a server says of itself without waiting for any lock that a stuck commit could hold. */
export interface Pulse {
  readonly identity: string;
  readonly version: string;
  readonly writable: boolean;
  /** Only one of `read_only` and `super_read_only` is on, where there are both. */
  readonly halfClosed: boolean;
  /** `offline_mode` is on. */
  readonly offline: boolean;
  /**
   * GTIDs at the end of its own history; null where they do not say all: GTIDs are off, or transactions without one may come
   * in (`gtid_mode` is ON_PERMISSIVE).
   */
  readonly executed: string | null;
  /** MariaDB only: GTIDs applied from its source (`gtid_slave_pos`). */
  readonly applied: string | null;
  /** Parallel appliers; 0 for the one SQL thread of old. */
  readonly workers: number;
  readonly maxConnections: number;
  readonly binaryLog: 'on' | 'off' | 'unknown';
  /** By the server's own clock. Milliseconds since 1970; null where it does not say. */
  readonly clockMs: number | null;
  /** Null where it does not say. */
  readonly serverId: number | null;
}

/** The row of `Dialect.pulse`, with its values by their names. */
export function spreadPulse({ p }: StatusRow): StatusRow {
  return spread(p, pulseFields);
}

/** The row of `Dialect.beat`, the same. */
export function spreadBeat({ b }: StatusRow): StatusRow {
  return spread(b, beatFields);
}

/** The row of `Dialect.pulse`. `read_only` is a number or a word: MariaDB 12 made it one of several words. */
export function readPulse(joined: StatusRow): Pulse {
  const row = 'p' in joined ? spreadPulse(joined) : joined;
  const isNumbered = text(row.gtid_mode).toUpperCase() === 'ON';
  return {
    identity: text(row.identity),
    version: text(row.version),
    writable: isOff(row.read_only) && (row.super_read_only === null || isOff(row.super_read_only)),
    halfClosed: row.super_read_only !== null && isOff(row.read_only) !== isOff(row.super_read_only),
    offline: isOn(row.offline_mode),
    executed: isNumbered ? compact(row.executed) : null,
    applied: row.applied === null || row.applied === undefined ? null : compact(row.applied),
    workers: Number(row.workers ?? 0),
    maxConnections: Number(row.max_connections),
    binaryLog: row.log_bin === undefined ? 'unknown' : isOff(row.log_bin) ? 'off' : 'on',
    clockMs: row.clock === undefined || row.clock === null ? null : Math.round(Number(row.clock) * 1000),
    serverId: row.server_id === undefined || row.server_id === null ? null : Number(row.server_id),
  };
}

/** `Server.clockOffMs`, from an answer that came at `atMs` by the probe's clock, and took no longer than `tookMs`. */
export function clockOffOf({ clockMs }: Pulse, atMs: number, tookMs: number): number | null {
  if (clockMs === null) return null;
  // The server read its clock at some moment between the question and the answer.
  const [least, most] = [clockMs - atMs, clockMs - (atMs - tookMs)];
  if (least > 0) return least;
  return Math.min(most, 0);
}
