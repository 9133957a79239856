/** Stops and starts what a node receives from its source. */
import type { Attaching, Detached, DetachedThreads } from '../core/evidence/probe-results.ts';
import type { Position } from '../core/evidence/sighting.ts';
import { BARRED_MARK, type Channel, HELD_SECONDS, isCaughtUp, type Source } from './channel-rows.ts';
import { changeStatement, heartbeatOption, quoted, threadStatement } from './channel-statements.ts';
import type { Dialect } from './dialect.ts';
import { errnoOf, MysqlFailure } from './errors.ts';
import type { ProbeFailed } from './protocol.ts';
import {
  askChannel,
  askProcesses,
  askPulse,
  type Command,
  CommandFailure,
  carryOut,
  type Way,
} from './statement-session.ts';
import { nowMs, pause } from './waiting.ts';

/** Time between two looks at whether a thread has stopped or started. Milliseconds. */
const POLL_MS = 20;

const nowhere: Position = { gtid: null, file: '', offset: 0 };

/** Longer names are refused, or cut off, by some servers. Characters. */
const USER_LENGTH_MAX = 32;
/** How long the applier may take to end what was received, before the channel is only stopped. Milliseconds. */
const REST_MS = 300;

/**
 * Stops the IO thread of the channel from the source, and bars it from logging in: nothing more comes in, also after a
 * restart of the server or a person's START REPLICA. What was received is applied first, because some servers drop it
 * with the change; if that takes too long, the channel is only stopped. Where both threads are to stop, the rest is
 * then held back, if the server can do that. Can be repeated.
 */
export function detach(
  way: Way,
  source: Source,
  threads: DetachedThreads,
  limitMs: number,
): Promise<Detached | ProbeFailed> {
  return carryOut(way, limitMs, async (command) => {
    const before = await askFrom(command, source);
    if (before === null) return { was: 'unconfigured', received: nowhere, outlasts: false };
    const was = before.io === 'no' ? 'stopped' : 'running';
    const stopped = await stopReceiving(command, source, before);
    const outlasts = await bar(command, source, stopped);
    const { received } = stopped;
    if (threads === 'receiver') return { was, received, outlasts };
    await stopApplying(command, source, stopped);
    return { was, received, outlasts: outlasts || (await hold(command, source, before)) };
  });
}

/** Starts both threads of the channel from the source, with its own account. Can be repeated: one that runs is not disturbed. */
export function attach(
  way: Way,
  source: Source,
  attaching: Attaching,
  limitMs: number,
): Promise<{ readonly wasRunning: boolean } | ProbeFailed> {
  return carryOut(way, limitMs, async (command) => {
    const before = await askFrom(command, source);
    if (before === null)
      throw new CommandFailure('unsuccessful', `no channel is configured from ${source.address}`);
    const isWanted = attaching === 'afresh' ? isConnected : isRunning;
    if (isWanted(before) && !before.barred && !before.held) return { wasRunning: true };
    command.changing();
    if (before.barred) {
      const stopped = await stopReceiving(command, source, before);
      await setUser(command, stopped, stopped.sourceUser);
    }
    if (attaching === 'afresh') await expectApplied(command, source);
    if (before.held || attaching === 'afresh') await letGo(command, source, before);
    await startChannel(command, before.name);
    const started = await until(command, source, isWanted);
    if (started === null) throw new CommandFailure('unsuccessful', await whyNotStarted(command, source));
    return { wasRunning: false };
  });
}

/**
 * Only what is applied may be thrown away: the source does not send the rest again. A source whose log was reset counts its places
 * anew, so where the applier is said to be at need not be where the receiver is: whether its workers rest decides then.
 */
async function expectApplied(command: Command, source: Source): Promise<void> {
  const { workers } = await askPulse(command);
  const channel = await askFrom(command, source);
  if (channel === null || isCaughtUp(channel, workers)) return;
  if (isCaughtUp(channel, 0) && (await haveRest(command))) return;
  throw new CommandFailure('unsuccessful', 'the channel has not applied all that it has received');
}

/** What a thread of replication does that has nothing to do, in the words of MySQL of old and of today. */
const RESTS =
  /^Waiting for an event from Coordinator|has read all relay log|to send event|^(Connecting|Reconnecting|Waiting to reconnect)/;

/** Whether no worker of an applier is at work. */
async function haveRest(command: Command): Promise<boolean> {
  const threads = (await askProcesses(command)).filter(({ user }) => user === 'system user');
  return threads.every(({ state }) => RESTS.test(state));
}

async function whyNotStarted(command: Command, source: Source): Promise<string> {
  const channel = await askFrom(command, source);
  const error = channel?.ioError ?? channel?.sqlError ?? null;
  const because = error === null ? '' : `: error ${error.errno}: ${error.message}`;
  return `the threads of the channel do not stay running${because}`;
}

async function stopReceiving(command: Command, source: Source, channel: Channel): Promise<Channel> {
  if (channel.io === 'no') return channel;
  command.changing();
  await command.ask(threadStatement(command.link.dialect, 'STOP', 'IO_THREAD', channel.name));
  const stopped = await until(command, source, ({ io }) => io === 'no');
  if (stopped === null) throw new CommandFailure('timeout', 'the IO thread has not stopped yet');
  return stopped;
}

async function stopApplying(command: Command, source: Source, { sql, name }: Channel): Promise<void> {
  if (sql === 'no') return;
  command.changing();
  await command.ask(threadStatement(command.link.dialect, 'STOP', 'SQL_THREAD', name));
  const stopped = await until(command, source, (channel) => channel.sql === 'no');
  if (stopped === null) throw new CommandFailure('timeout', 'the SQL thread has not stopped yet');
}

/** Whether the channel is barred now. A channel that cannot be barred is stopped all the same. */
async function bar(command: Command, source: Source, stopped: Channel): Promise<boolean> {
  if (stopped.barred) return true;
  const user = `${BARRED_MARK}${stopped.sourceUser}`;
  if (stopped.sourceUser === '' || user.length > USER_LENGTH_MAX) return false;
  const { workers } = await askPulse(command);
  const applied = await until(command, source, (channel) => isCaughtUp(channel, workers), REST_MS);
  if (applied === null) return false;
  command.changing();
  try {
    await setUser(command, applied, user);
    return true;
  } catch (error) {
    if (error instanceof MysqlFailure && !error.timedOut) return false;
    throw error;
  }
}

/**
 * Makes the applier wait with what was received, no matter who starts it; says whether that worked. If both threads are
 * stopped, a server throws away what it has received with this change (seen on 9.7), so the receiver runs meanwhile. A
 * receiver that an error has stopped would not keep running, so its channel is left as it is.
 */
async function hold(command: Command, source: Source, before: Channel): Promise<boolean> {
  const { dialect } = command.link;
  const { name, io, ioError, delaySeconds } = before;
  if (before.held) return true;
  if (!canHold(dialect) || (io === 'no' && ioError !== null)) return false;
  command.changing();
  try {
    await command.ask(threadStatement(dialect, 'START', 'IO_THREAD', name));
    const running = await until(command, source, (channel) => channel.io !== 'no', REST_MS);
    if (running === null) return false;
    await command.ask(delayStatement(dialect, name, HELD_SECONDS + delaySeconds, null));
    await stopReceiving(command, source, running);
    return true;
  } catch (error) {
    if (!(error instanceof MysqlFailure) || error.timedOut) throw error;
    await command.ask(threadStatement(dialect, 'STOP', 'IO_THREAD', name));
    return false;
  }
}

/**
 * Ends what `hold` began, and throws away what was held back, with the list of all that the channel has ever received: the
 * source sends it again if it still has it. A source that was made anew does not have it, and then it must not be applied.
 */
async function letGo(command: Command, source: Source, { name, delaySeconds }: Channel): Promise<void> {
  const { dialect } = command.link;
  const held = await askFrom(command, source);
  if (held === null)
    throw new CommandFailure('unsuccessful', `no channel is configured from ${source.address}`);
  await stopApplying(command, source, await stopReceiving(command, source, held));
  await command.ask(delayStatement(dialect, name, delaySeconds, await heartbeatToKeep(command, name)));
}

/** MySQL 5.6 and MariaDB change a delay only while both threads are stopped, and throw away what was received. */
function canHold({ flavor, superReadOnly }: Dialect): boolean {
  return flavor === 'mysql' && superReadOnly;
}

/** The password, the positions and all else of the channel stay as they are. */
async function setUser(command: Command, { name, sql }: Channel, user: string): Promise<void> {
  const { dialect } = command.link;
  const heartbeatSeconds = await heartbeatToKeep(command, name);
  // Since 5.7 only the thread that logs in must be stopped for this.
  const stopsApplier = !dialect.superReadOnly && sql === 'yes';
  if (stopsApplier) await command.ask(threadStatement(dialect, 'STOP', 'SQL_THREAD', name));
  try {
    await command.ask(userStatement(dialect, name, user, heartbeatSeconds));
  } finally {
    if (stopsApplier) await command.ask(threadStatement(dialect, 'START', 'SQL_THREAD', name));
  }
}

/**
 * MySQL before 5.7 and MariaDB give a channel the default heartbeat (half a minute) with every change that does not
 * name one. So a change must name the present one. Null where that is not needed, or where it is not known.
 */
export async function heartbeatToKeep({ link, ask }: Command, channel: string): Promise<number | null> {
  const { flavor, superReadOnly } = link.dialect;
  if (flavor === 'mysql' && superReadOnly) return null;
  const rows =
    flavor === 'mariadb'
      ? (await ask('SHOW ALL SLAVES STATUS')).filter((row) => row.Connection_name === channel)
      : await ask("SHOW GLOBAL STATUS LIKE 'Slave_heartbeat_period'");
  const seconds = rows[0]?.Slave_heartbeat_period ?? rows[0]?.Value;
  return seconds === undefined || seconds === null ? null : Number(seconds);
}

/** Whether both threads run; `connecting` is for the source to end. */
function isRunning({ io, sql }: Channel): boolean {
  return io !== 'no' && sql === 'yes';
}

function isConnected(channel: Channel): boolean {
  return channel.io === 'yes' && channel.sql === 'yes';
}

/**
 * MariaDB refuses to start a channel that runs (ER_CONNECTION_ALREADY_EXISTS 1934, ER_SLAVE_MUST_STOP 1198): that is a
 * success.
 */
export async function startChannel(command: Command, channel: string): Promise<void> {
  try {
    await command.ask(threadStatement(command.link.dialect, 'START', '', channel));
  } catch (error) {
    const errno = error instanceof MysqlFailure ? errnoOf(error) : null;
    if (errno !== 1198 && errno !== 1934) throw error;
  }
}

/** The channel as soon as it is as wanted; null when the time is over first. */
export async function until(
  command: Command,
  source: Source,
  isWanted: (channel: Channel) => boolean,
  limitMs = Number.POSITIVE_INFINITY,
): Promise<Channel | null> {
  const deadlineMs = nowMs() + limitMs;
  for (;;) {
    const channel = await askFrom(command, source);
    if (channel !== null && isWanted(channel)) return channel;
    if (command.leftMs() <= 2 * POLL_MS || nowMs() >= deadlineMs) return null;
    await pause(POLL_MS);
  }
}

/** The channel from the source; null where there is none. */
export async function askFrom(command: Command, source: Source): Promise<Channel | null> {
  return askChannel(command, await askPulse(command), source);
}

/** All else of the channel stays. */
function delayStatement(
  dialect: Dialect,
  channel: string,
  seconds: number,
  heartbeatSeconds: number | null,
): string {
  return changeStatement(dialect, channel, (side) => [
    `${side}_DELAY = ${seconds}`,
    ...heartbeatOption(side, heartbeatSeconds),
  ]);
}

/** Changes only the user that logs in: the channel's source, password and positions stay. */
function userStatement(
  dialect: Dialect,
  channel: string,
  user: string,
  heartbeatSeconds: number | null,
): string {
  return changeStatement(dialect, channel, (side) => [
    `${side}_USER = ${quoted(user)}`,
    ...heartbeatOption(side, heartbeatSeconds),
  ]);
}
