/** Rows of replication channels → the words of core. Pure: table-tested with rows of real servers. */
import { comparePlaces, noPlace } from '../core/evidence/log-place.ts';
import type { Inbound, Position, ReplicationError, ThreadState } from '../core/evidence/sighting.ts';
import { inOneLine } from '../core/one-line.ts';
import { compact, field, namedValues, type StatusRow, text } from './columns.ts';
import { isSubset } from './log-position.ts';
import type { Pulse } from './pulse-row.ts';

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
  /**
   * It was detached before all was applied, and the rest must not be applied by accident: its applier waits
   * `HELD_SECONDS` more.
   */
  readonly held: boolean;
  readonly retrySeconds: number;
  /** The heartbeat that it asks its source for; null while that was not read. */
  readonly heartbeatSeconds: number | null;
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
  /** What it leaves out or rewrites: `Replicate_Ignore_DB: logs`. */
  readonly filters: readonly string[];
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

/**
 * The rows of `Dialect.replicaStatus` → the channel from the pair's other node. Null when no replication is configured.
 *
 * The identity of the source decides, where it is known; else its address. An address alone proves little: a name may
 * lead elsewhere, and the server may know the peer by another address. If no channel is the peer's, one of the others
 * is given, with the identity of its source, so that a person sees the stranger.
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
  const { sourceIdentity, delaySeconds, retrySeconds, heartbeatSeconds, barred } = channel;
  // It applies nothing, even if somebody has started it.
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
    received: placedNow(received, channel),
    applied: placedNow(applied, channel),
    delaySeconds,
    retrySeconds,
    ...(heartbeatSeconds === null ? {} : { heartbeatSeconds }),
    barred,
    ...leavingOut(channel),
    applierBlocked: beside.applierBlocked,
    caughtUp: isCaughtUp(channel, pulse.workers),
    heardAgoMs: beside.heardAgoMs,
    receivedAgoMs: beside.receivedAgoMs,
  };
}

/** By ear, the GTIDs are of now, and the place is that of the whole row before: a place that is too old proves nothing. */
function placedNow(position: Position, { isByEar }: Channel): Position {
  return isByEar === true ? { ...position, ...noPlace } : position;
}

/**
 * Whether everything received has been applied. Offsets or GTIDs say it; where they do not, the SQL thread may.
 *
 * If a source dies in the middle of a transaction, the transaction is received in part, and is never applied. Offsets
 * stay apart for good, and 5.6 counts its GTID as retrieved. The SQL thread then waits at the end of the relay log, and
 * says so. That counts only when nothing more can come in (the IO thread is not running) and when the SQL thread
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
    heartbeatSeconds: row.Slave_heartbeat_period === undefined ? null : Number(row.Slave_heartbeat_period),
    ...accountOf(text(field(row, 'Source_User'))),
    received: { gtid: receivedGtid(row, pulse), file: received.file, offset: Number(received.offset ?? 0) },
    applied: { gtid: appliedGtid(row, pulse), file: applied.file, offset: Number(applied.offset ?? 0) },
    sqlState,
    readAll: /has read all relay log/i.test(sqlState),
    filters: namedValues(row, filterColumns),
    heartbeats: heartbeats === undefined || heartbeats === null ? null : Number(heartbeats),
  };
}

const filterColumns = [
  ...['Do_DB', 'Ignore_DB', 'Do_Table', 'Ignore_Table', 'Wild_Do_Table', 'Wild_Ignore_Table'],
  ...['Rewrite_DB', 'Do_Domain_Ids', 'Ignore_Domain_Ids', 'Ignore_Server_Ids'],
].map((name) => `Replicate_${name}`);

/** Databases of the servers themselves: no client has rows there. */
const SYSTEM = /^(mysql|information_schema|performance_schema|sys)(\.|$)/i;

function leavingOut({ filters }: Channel): { readonly leavesOut?: string } {
  const ofClients = filters.filter((filter) => !isOfSystem(filter));
  return ofClients.length === 0 ? {} : { leavesOut: ofClients.join('; ') };
}

/** It leaves out nothing but databases of the servers themselves. */
function isOfSystem(filter: string): boolean {
  const [, names] = /^Replicate_(?:Wild_)?Ignore_(?:DB|Table): (.*)$/.exec(filter) ?? [];
  return names?.split(',').every((name) => SYSTEM.test(name.trim())) ?? false;
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

/**
 * Since MySQL 8, the errors that stop a receiver have the numbers of the server's own log (seen on 9.7). They mean the
 * same as before, so each is given its older number here.
 */
const numbersOfOld: ReadonlyMap<number, number> = new Map([
  [13114, 1236], // Fatal error when reading the source's binary log
  [13117, 1593], // Fatal error: the same server id or UUID, or a value of the source that could not be read
]);

function errorOf(row: StatusRow, thread: 'Last_IO' | 'Last_SQL'): ReplicationError | null {
  const printed = Number(row[`${thread}_Errno`] ?? 0);
  const errno = numbersOfOld.get(printed) ?? printed;
  return errno === 0 ? null : { errno, message: inOneLine(text(row[`${thread}_Error`])) };
}

/** MySQL calls it `Channel_Name`, MariaDB `Connection_name`. */
function channelName(row: StatusRow): string {
  return text(row.Channel_Name ?? row.Connection_name);
}
