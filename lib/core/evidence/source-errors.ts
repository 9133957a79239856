/** Which errors of a replication channel are of its source's making, and which of them prove that the source lives. */
import type { Inbound, ReplicationError } from './sighting.ts';

/**
 * A source that sends one of these has answered: it lets the channel in no further. Those from 2000 on are what the channel
 * makes of its answer. (MySQL manual, "Server Error Message Reference" and "Client Error Message Reference".)
 */
const refusals: ReadonlySet<number> = new Set([
  1040, // Too many connections
  1044, // Access denied to a database
  1045, // Access denied
  1129, // Host is blocked
  1130, // Host is not allowed to connect
  1142, // Command denied
  1203, // User has max_user_connections already
  1226, // A limit of the account is reached
  1227, // A privilege is missing
  1236, // Fatal error when reading the binary log: purged, reset, or behind the replica
  1251, // The account's way to log in is not known to the client
  1275, // The password has the format of old
  1593, // Fatal error: the same server id or UUID, or a value of the source that could not be read
  1698, // Access denied without a password
  1820, // The password must be changed first
  1862, // The password has expired
  2026, // TLS does not come about: an expired certificate, a version
  2049, // The source asks for a way to log in that is too old for the client
  2059, // The account's way to log in cannot be loaded
  2061, // The account's way to log in failed: caching_sha2_password without TLS
  3032, // The server is in offline mode
  3118, // The account is locked
  3159, // TLS is required
  4151, // The account is locked (MariaDB)
]);

/**
 * Errors of a connection that was cut, as servers number them: ER_SERVER_SHUTDOWN, ER_FORCING_CLOSE, ER_ABORTING_CONNECTION, the network
 * errors, ER_QUERY_INTERRUPTED, ER_CONNECTION_KILLED (MariaDB), ER_CLIENT_INTERACTION_TIMEOUT.
 */
const cuts: ReadonlySet<number> = new Set([
  ...[1053, 1080, 1152, 1158, 1159, 1160, 1161, 1184],
  ...[1317, 1927, 4031],
]);

/** Whether a connection that ended with this error was cut: by that alone, the server may live or not. */
export function isCut(errno: number): boolean {
  return cuts.has(errno);
}

/** The source answered the channel, and refuses it. */
export function isRefusal(error: ReplicationError | null): boolean {
  return error !== null && refusals.has(error.errno);
}

/** What stands in the way of the channel lies at its source, or on the way to it. */
export function isOfSource(error: ReplicationError | null): boolean {
  if (error === null) return false;
  const { errno } = error;
  return refusals.has(errno) || isCut(errno) || isOfClient(errno);
}

/**
 * The channel is not connected, because its source refuses it. While it connects, whatever a server says is an answer of that source;
 * once it has stopped, the error may be one of the replica's own.
 */
export function isRefusedBySource(inbound: Inbound): boolean {
  if (inbound.kind !== 'configured' || inbound.io === 'yes' || inbound.ioError === null) return false;
  return isRefusal(inbound.ioError) || (inbound.io === 'connecting' && isAnswer(inbound.ioError));
}

/** A try to connect ended with an answer of the source, if only with one that refuses it. */
export function isAnswer(error: ReplicationError | null): boolean {
  return error !== null && (isRefusal(error) || isOfServer(error.errno));
}

/** ER_SOURCE_FATAL_ERROR_READING_BINLOG. */
const CANNOT_SEND = 1236;

/** Errors with which a receiver ends by itself. After any other it tries again, or somebody stopped it while it did. */
const ends: ReadonlySet<number> = new Set([
  CANNOT_SEND,
  1593, // Fatal error: the same server id or UUID, or a value of the source that could not be read
  1595, // The relay log cannot be written
]);

/** The source cannot go on from where the channel is: purged, reset, or behind the replica. */
export function cannotBeSent(error: ReplicationError | null): boolean {
  return error?.errno === CANNOT_SEND;
}

/** Whether the receiver has ended with this error: what it would do again if it were started. */
export function endsReceiver(error: ReplicationError | null): boolean {
  return error !== null && ends.has(error.errno);
}

/** Numbered by a server, as an answer. From 10000 on are the words of its log. */
function isOfServer(errno: number): boolean {
  return errno > 0 && errno < 10_000 && !isOfClient(errno) && !isCut(errno);
}

/** Numbered by the client's library: mostly because nobody answered. */
function isOfClient(errno: number): boolean {
  return errno >= 2000 && errno < 3000;
}
