/** Rows of a server → the facts that doctor judges. Pure. */
import {
  type ChannelFacts,
  olderNames,
  type ServerFacts,
  type VariableName,
  type Variables,
  variableNames,
} from '../core/doctor/facts.ts';
import type { Channel } from './channel-rows.ts';
import { namedValues, type StatusRow } from './columns.ts';
import { valuesOf } from './counter-rows.ts';

const DAY_SECONDS = 86_400;
const DAY_MS = 86_400_000;

/** Rows of `Variable_name` and `Value`, under today's names. */
export function readVariables(rows: readonly StatusRow[]): Variables {
  const values = valuesOf(rows);
  const found = variableNames.flatMap((name): [VariableName, string][] => {
    const value = [name, ...olderNames(name)]
      .map((each) => values.get(each))
      .find((one) => one !== undefined);
    return value === undefined ? [] : [[name, value]];
  });
  const expires = expirySeconds(values);
  return {
    ...Object.fromEntries(found),
    ...(expires === null ? {} : { binlog_expire_logs_seconds: String(expires) }),
  };
}

/** Days until 5.7, seconds today, both in between. */
function expirySeconds(values: ReadonlyMap<string, string>): number | null {
  const seconds = values.get('binlog_expire_logs_seconds');
  const days = values.get('expire_logs_days');
  if (seconds === undefined && days === undefined) return null;
  return Math.round(Math.max(Number(seconds ?? 0), Number(days ?? 0) * DAY_SECONDS));
}

/**
 * A value that was never set is the vendor's default, which is off. One that was set in a file, or was persisted, is
 * there at each start.
 */
export function readOnlyAtStart(rows: readonly StatusRow[]): ServerFacts['readOnlyAtStart'] {
  const starts = rows.map(({ source, value }): 'yes' | 'no' | 'unknown' => {
    const origin = String(source).toUpperCase();
    if (origin === 'DYNAMIC' || origin === 'SQL') return 'unknown';
    if (origin === 'COMPILED' || origin === 'COMPILE-TIME') return 'no';
    return ['ON', '1', 'READ_ONLY'].includes(String(value).toUpperCase()) ? 'yes' : 'no';
  });
  // Either of the two is enough: `super_read_only` brings `read_only` with it.
  return (['yes', 'unknown', 'no'] as const).find((one) => starts.includes(one)) ?? 'unknown';
}

/** The row of the end of the binary log. */
export function readLogFilters(rows: readonly StatusRow[]): readonly string[] {
  return namedValues(rows[0] ?? {}, ['Binlog_Do_DB', 'Binlog_Ignore_DB']);
}

/** A channel as looks read it, and the columns of its row that only doctor wants. */
export function channelFacts(
  row: StatusRow,
  channel: Channel,
  sourcePort: number,
  heartbeatSeconds: number | null,
): ChannelFacts {
  const { name, sourceAddress, sourceIdentity, io, sql, ioError, sqlError, held } = channel;
  const barred = channel.barred || held;
  const own = row.Slave_heartbeat_period;
  const retries = row.Source_Retry_Count ?? row.Master_Retry_Count;
  const byGtid = row.Auto_Position === undefined ? row.Using_Gtid !== 'No' : Number(row.Auto_Position) === 1;
  return {
    name,
    sourceHost: sourceAddress,
    sourcePort,
    sourceIdentity,
    io,
    sql: held ? 'no' : sql,
    ioError,
    sqlError,
    barred,
    byGtid,
    delaySeconds: channel.delaySeconds,
    retrySeconds: channel.retrySeconds,
    retryCount: retries === undefined ? null : Number(retries),
    heartbeatSeconds: own === undefined ? heartbeatSeconds : Number(own),
    filters: channel.filters,
  };
}

/** `PASSWORD EXPIRE INTERVAL 90 DAY`, or the server's default, in days. */
export function passwordDaysOf(rows: readonly StatusRow[], variables: readonly StatusRow[]): number | null {
  const text = String(Object.values(rows[0] ?? {})[0] ?? '');
  const interval = /PASSWORD EXPIRE INTERVAL (\d+) DAY/i.exec(text)?.[1];
  if (interval !== undefined) return Number(interval);
  if (rows.length === 0 || /PASSWORD EXPIRE NEVER/i.test(text)) return null;
  return Number(valuesOf(variables).get('default_password_lifetime') ?? 0) || null;
}

/** `Nov 23 10:57:37 2036 GMT` → whole days from `nowMs` on. */
export function daysUntil(date: string | undefined, nowMs: number): number | null {
  const atMs = Date.parse(date ?? '');
  return Number.isNaN(atMs) ? null : Math.floor((atMs - nowMs) / DAY_MS);
}

/** InnoDB's `app/orders` → `app.orders`. */
export function tableNames(rows: readonly StatusRow[]): readonly string[] {
  return rows.map(({ name }) => String(name).replace('/', '.'));
}
