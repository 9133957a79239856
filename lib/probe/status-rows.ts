/** Rows as the servers give them → the words of core. Pure: table-tested with rows of real servers. */
import { comparePlaces } from '../core/evidence/log-place.ts';
import type { Inbound, Position, ReplicationError, ThreadState } from '../core/evidence/sighting.ts';
import { inOneLine } from '../core/one-line.ts';
import { beatFields, NONE, pulseFields, SEPARATOR } from './dialect.ts';
import { isSubset } from './log-position.ts';

export type StatusRow = Readonly<Record<string, unknown>>;

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
}

/**
 * Marks the account of a detached channel. A command that only stops a channel does not outlast the server, which starts
 * its channels by itself when it comes up.
 */
export const BARRED_MARK = '!';
/**
 * What is added to the delay of an applier (`SQL_Delay`) that must not apply what it has received: 34 years, half of what a server
 * takes. It outlasts restarts, and START REPLICA. Seconds.
 */
export const HELD_SECONDS = 2 ** 30;

/** The server's own default of `SOURCE_CONNECT_RETRY`. */
const RETRY_SECONDS = 60;

/** One replication channel. */
export interface Channel {
  readonly name: string;
  readonly io: ThreadState;
  readonly sql: 'yes' | 'no';
  readonly lagSeconds: number | null;
  readonly ioError: ReplicationError | null;
  readonly sqlError: ReplicationError | null;
  readonly sourceAddress: string;
  /** Who the source is, in the words of `Pulse.identity`; null while the channel has never connected. */
  readonly sourceIdentity: string | null;
  /** Seconds that the applier waits on purpose; without those of `held`. */
  readonly delaySeconds: number;
  /** It was detached with a rest that must not be applied by accident: its applier waits for `HELD_SECONDS` more. */
  readonly held: boolean;
  readonly retrySeconds: number;
  /** The account that it logs in to its source with. */
  readonly sourceUser: string;
  /** It was detached: its account is marked, so that the source refuses it. `sourceUser` is without the mark. */
  readonly barred: boolean;
  readonly received: Position;
  readonly applied: Position;
  /** What the SQL thread is at, in the server's words. */
  readonly sqlState: string;
  /** The SQL thread has nothing left to read in the relay log. */
  readonly readAll: boolean;
  /** How many of its source's heartbeats it heard; null where this row does not say. */
  readonly heartbeats: number | null;
  /** GTIDs are of this look, file and offset of an earlier one. */
  readonly isByEar?: true;
}

/** Whose channel is meant: the pair's other node. */
export interface Source {
  readonly address: string;
  /** Its `Pulse.identity`, where it has been seen; else null. */
  readonly identity: string | null;
}

export interface Counters {
  readonly uptimeSeconds: number;
  readonly connections: number;
  readonly heartbeats: number | null;
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

/** A column that stands for several → the values by their names. */
export function spread(joined: unknown, names: readonly string[]): StatusRow {
  const values = text(joined).split(SEPARATOR);
  return Object.fromEntries(
    names.map((name, index) => [name, values[index] === NONE ? null : values[index]]),
  );
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

/**
 * The rows of `Dialect.replicaStatus` → the channel from the pair's other node. Null when no replication is configured.
 *
 * Who the source is decides, where that is known; else its address. An address alone proves little: a name may lead
 * elsewhere, and the peer may be known to the server by another address. Where none of the channels is the peer's, one
 * is shown all the same, with the identity of its source, so that the stranger is seen.
 */
export function readChannel(rows: readonly StatusRow[], pulse: Pulse, source: Source): Channel | null {
  let best: Channel | null = null;
  for (const { channel } of readChannels(rows, pulse)) {
    if (best === null || likeness(channel, source) > likeness(best, source)) best = channel;
  }
  return best;
}

/** Every channel that has a source, each beside the row that it was read from. */
export function readChannels(
  rows: readonly StatusRow[],
  pulse: Pulse,
): readonly { readonly row: StatusRow; readonly channel: Channel }[] {
  return rows
    .filter((row) => text(field(row, 'Source_Host')) !== '')
    .map((row) => ({ row, channel: channelOf(row, pulse) }));
}

/** Whether the channel is known to follow somebody else. */
export function isStranger(channel: Channel, { identity }: Source): boolean {
  return channel.sourceIdentity !== null && identity !== null && channel.sourceIdentity !== identity;
}

/**
 * How likely it is that the channel is from this source. Of those that are not, one that has ever connected says
 * more than one that has not, and the unnamed one more than a named one.
 */
function likeness(channel: Channel, source: Source): number {
  const { sourceIdentity, sourceAddress, name } = channel;
  const isPeer = sourceIdentity !== null && sourceIdentity === source.identity;
  const isThere = sourceAddress === source.address;
  return (
    (isPeer ? 16 : 0) +
    (isThere && !isStranger(channel, source) ? 8 : 0) +
    (isThere ? 4 : 0) +
    (sourceIdentity !== null ? 2 : 0) +
    (name === '' ? 1 : 0)
  );
}

/** How long ago the channel heard its source, and received an event: the probe's own knowledge. */
export interface Ages {
  readonly heardAgoMs: number | null;
  readonly receivedAgoMs: number | null;
}

const halted = { sql: 'no', sqlError: null, lagSeconds: null } as const;

/** `caughtUp` and the rest, in the words of core. */
export function inboundOf(
  channel: Channel | null,
  pulse: Pulse,
  beside: Ages & { readonly applierBlocked: string | null },
): Inbound {
  if (channel === null) return { kind: 'unconfigured' };
  const { io, ioError, sourceAddress, received, applied } = channel;
  const { sourceIdentity, delaySeconds, retrySeconds, barred } = channel;
  // Whoever has started it, it applies nothing.
  const { sql, sqlError, lagSeconds } = channel.held ? halted : channel;
  return {
    kind: 'configured',
    io,
    sql,
    lagSeconds,
    ioError,
    sqlError,
    sourceAddress,
    sourceIdentity,
    received,
    applied,
    delaySeconds,
    retrySeconds,
    barred,
    applierBlocked: beside.applierBlocked,
    caughtUp: isCaughtUp(channel, pulse.workers),
    heardAgoMs: beside.heardAgoMs,
    receivedAgoMs: beside.receivedAgoMs,
  };
}

/**
 * Whether everything received has been applied. Offsets or GTIDs say it; where they do not, the SQL thread may.
 *
 * A transaction of which the source died in the middle is received in part, and never applies: offsets stay
 * apart for good, and 5.6 counts its GTID as retrieved. The SQL thread then waits at the end of the relay log,
 * and says so. Its word counts only when nothing more can come in (the IO thread is not running) and when it
 * applies itself: a coordinator that has read everything may still have workers at work.
 */
export function isCaughtUp(channel: Channel, workers: number): boolean {
  const { received, applied } = channel;
  const byGtid = received.gtid !== null && received.gtid !== '' && applied.gtid !== null;
  const byOffset = channel.isByEar !== true && received.file !== '' && comparePlaces(received, applied) === 0;
  if (byOffset) return true;
  // By ear, a channel that has received nothing since its whole row is as caught up as it was then.
  if (channel.isByEar === true && received.gtid === '') return true;
  if (byGtid && isSubset(received.gtid, applied.gtid)) return true;
  return channel.sql === 'yes' && channel.io !== 'yes' && channel.readAll && workers === 0;
}

/** The row of `Dialect.binaryLogStatus`; an empty file where the binary log is off. */
export function readBinaryLog(rows: readonly StatusRow[]): {
  readonly file: string;
  readonly offset: number;
} {
  const row = rows[0];
  return { file: text(row?.File), offset: Number(row?.Position ?? 0) };
}

/** The rows of `Dialect.counters`. */
export function readCounters(rows: readonly StatusRow[]): Counters {
  const values = valuesOf(rows);
  const heartbeats = values.get('slave_received_heartbeats');
  return {
    uptimeSeconds: uptimeOf(values.get('uptime')),
    connections: Number(values.get('threads_connected') ?? 0),
    heartbeats: heartbeats === undefined ? null : Number(heartbeats),
    semiSync: readSemiSync(values),
  };
}

/** Where the clock was set back to before the start, it is less than 0, and printed as if it had no sign: 2^64 less so much. */
function uptimeOf(printed: string | undefined): number {
  const seconds = Number(printed ?? 0);
  return seconds < 2 ** 63 ? seconds : 0;
}

type Values = ReadonlyMap<string, string>;

/** Rows of `Variable_name` and `Value`, or of both joined as `c`, by the name in small letters. */
export function valuesOf(rows: readonly StatusRow[]): Values {
  const names = ['Variable_name', 'Value'] as const;
  const apart = rows.map((row) => ('c' in row ? spread(row.c, names) : row));
  return new Map(apart.map(({ Variable_name, Value }) => [text(Variable_name).toLowerCase(), text(Value)]));
}

/** A variable or counter of semi-synchronous replication on the source's side, in today's words or in those of old. */
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

function channelOf(row: StatusRow, pulse: Pulse): Channel {
  const lag = field(row, 'Seconds_Behind_Source');
  const received = { file: text(field(row, 'Source_Log_File')), offset: field(row, 'Read_Source_Log_Pos') };
  const applied = {
    file: text(field(row, 'Relay_Source_Log_File')),
    offset: field(row, 'Exec_Source_Log_Pos'),
  };
  const heartbeats = field(row, 'Replica_received_heartbeats');
  const sqlState = text(field(row, 'Replica_SQL_Running_State'));
  return {
    name: channelName(row),
    io: threadState(field(row, 'Replica_IO_Running')),
    sql: text(field(row, 'Replica_SQL_Running')).toLowerCase() === 'yes' ? 'yes' : 'no',
    lagSeconds: lag === null || lag === undefined ? null : Number(lag),
    ioError: errorOf(row, 'Last_IO'),
    sqlError: errorOf(row, 'Last_SQL'),
    sourceAddress: text(field(row, 'Source_Host')),
    sourceIdentity: sourceIdentity(row, pulse),
    ...delayOf(Number(row.SQL_Delay ?? 0)),
    retrySeconds: Number(row.Connect_Retry ?? RETRY_SECONDS),
    ...accountOf(text(field(row, 'Source_User'))),
    received: { gtid: receivedGtid(row, pulse), file: received.file, offset: Number(received.offset ?? 0) },
    applied: { gtid: appliedGtid(row, pulse), file: applied.file, offset: Number(applied.offset ?? 0) },
    sqlState,
    readAll: /has read all relay log/i.test(sqlState),
    heartbeats: heartbeats === undefined || heartbeats === null ? null : Number(heartbeats),
  };
}

function delayOf(seconds: number): Pick<Channel, 'delaySeconds' | 'held'> {
  const held = seconds >= HELD_SECONDS;
  return { delaySeconds: held ? seconds - HELD_SECONDS : seconds, held };
}

function accountOf(user: string): Pick<Channel, 'sourceUser' | 'barred'> {
  const barred = user.startsWith(BARRED_MARK);
  return { sourceUser: barred ? user.slice(BARRED_MARK.length) : user, barred };
}

/** MySQL says the UUID of the source, MariaDB only its server id; both are empty before the first connection. */
function sourceIdentity(row: StatusRow, pulse: Pulse): string | null {
  if (!pulse.identity.startsWith('server_id:')) return text(field(row, 'Source_UUID')) || null;
  const id = text(field(row, 'Source_Server_Id'));
  return id === '' || id === '0' ? null : `server_id:${id}`;
}

/** MariaDB names what it received `Gtid_IO_Pos`, and only where the channel uses GTIDs. */
function receivedGtid(row: StatusRow, pulse: Pulse): string | null {
  if (pulse.executed === null) return null;
  if (pulse.applied === null) return compact(field(row, 'Retrieved_Gtid_Set'));
  return compact(row.Gtid_IO_Pos) || null;
}

function appliedGtid(row: StatusRow, pulse: Pulse): string | null {
  if (pulse.executed === null) return null;
  if (pulse.applied === null) return compact(field(row, 'Executed_Gtid_Set'));
  return row.Gtid_Slave_Pos === undefined ? pulse.applied : compact(row.Gtid_Slave_Pos);
}

/** `Connecting`, and MariaDB's `Preparing`: the thread runs and has no source yet. */
function threadState(value: unknown): ThreadState {
  const word = text(value).toLowerCase();
  if (word === 'yes' || word === 'no') return word;
  return 'connecting';
}

function errorOf(row: StatusRow, thread: 'Last_IO' | 'Last_SQL'): ReplicationError | null {
  const errno = Number(row[`${thread}_Errno`] ?? 0);
  return errno === 0 ? null : { errno, message: inOneLine(text(row[`${thread}_Error`])) };
}

/** MySQL calls it `Channel_Name`, MariaDB `Connection_name`. */
function channelName(row: StatusRow): string {
  return text(row.Channel_Name ?? row.Connection_name);
}

/** A column by its name since 8.0.22, or by its old one. */
function field(row: StatusRow, name: string): unknown {
  if (name in row) return row[name];
  return row[name.replace('Replica', 'Slave').replace('Source', 'Master')];
}

/** Long sets are broken into lines. */
export function compact(value: unknown): string {
  return text(value).replace(/\s/g, '');
}

function isOff(value: unknown): boolean {
  return ['0', 'off'].includes(text(value).toLowerCase());
}

function isOn(value: unknown): boolean {
  return ['1', 'on'].includes(text(value).toLowerCase());
}

function text(value: unknown): string {
  return value === null || value === undefined ? '' : String(value);
}
