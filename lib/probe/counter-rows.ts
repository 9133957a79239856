/** Counters, variables and the place in the binary log, as a server gives them → values. Pure. */
import { isOff, type StatusRow, spread, text } from './columns.ts';

export interface Counters {
  /** 0 where that is not known. */
  readonly uptimeSeconds: number;
  /** The same as the server counts it: below 0 where its clock was set back to before its start. Null where it did not say. */
  readonly ageSeconds: number | null;
  readonly connections: number;
  readonly heartbeats: number | null;
  /** The heartbeat that its channel asks its source for; null where the server does not say it here. Seconds. */
  readonly heartbeatSeconds: number | null;
  /** Semi-synchronous replication as a source; null where the server has none. */
  readonly semiSync: SemiSyncCounters | null;
}

export interface SemiSyncCounters {
  /** Whether commits wait for a replica at all: without one, it falls back to asynchronous. */
  readonly on: boolean;
  /** Sessions that wait now. */
  readonly waiting: number;
  /** Transactions that were acknowledged so far. */
  readonly acknowledged: number;
}

/** The rows of `Dialect.counters`. */
export function readCounters(rows: readonly StatusRow[]): Counters {
  const values = valuesOf(rows);
  const heartbeats = values.get('slave_received_heartbeats');
  const ageSeconds = ageOf(values.get('uptime'));
  const period = values.get('slave_heartbeat_period');
  return {
    uptimeSeconds: Math.max(0, ageSeconds ?? 0),
    ageSeconds,
    connections: Number(values.get('threads_connected') ?? 0),
    heartbeats: heartbeats === undefined ? null : Number(heartbeats),
    heartbeatSeconds: period === undefined ? null : Number(period),
    semiSync: readSemiSync(values),
  };
}

/** Below 0, the server prints it without a sign, as 2^64 minus the seconds. */
function ageOf(printed: string | undefined): number | null {
  return printed === undefined || !/^-?\d+$/.test(printed)
    ? null
    : Number(BigInt.asIntN(64, BigInt(printed)));
}

type Values = ReadonlyMap<string, string>;

/** Rows of `Variable_name` and `Value`, or of both joined as `c`, by the name in small letters. */
export function valuesOf(rows: readonly StatusRow[]): Values {
  const names = ['Variable_name', 'Value'] as const;
  const apart = rows.map((row) => ('c' in row ? spread(row.c, names) : row));
  return new Map(apart.map(({ Variable_name, Value }) => [text(Variable_name).toLowerCase(), text(Value)]));
}

/** A variable or counter of semi-synchronous replication on the source's side, by its new or its old name. */
export function semiSyncValue(values: Values, name: string): string | undefined {
  return values.get(`rpl_semi_sync_source_${name}`) ?? values.get(`rpl_semi_sync_master_${name}`);
}

function readSemiSync(values: Values): SemiSyncCounters | null {
  const read = (name: string) => semiSyncValue(values, name);
  const status = read('status');
  if (status === undefined) return null;
  return {
    on: !isOff(status),
    waiting: Number(read('wait_sessions') ?? 0),
    acknowledged: Number(read('yes_tx') ?? 0),
  };
}

/** The row of `Dialect.binaryLogStatus`; an empty file where the binary log is off. */
export function readBinaryLog(rows: readonly StatusRow[]): {
  readonly file: string;
  readonly offset: number;
} {
  const row = rows[0];
  return { file: text(row?.File), offset: Number(row?.Position ?? 0) };
}
