/** Stops and starts what a node receives from its source. */
import type { Position } from '../../core/sighting.ts';
import type { Detached } from '../../shell/ports.ts';
import type { ProbeFailed } from '../probe-protocol.ts';
import { askChannel, askPulse, type Command, CommandFailure, carryOut, type Way } from './command.ts';
import type { Dialect } from './dialect.ts';
import { errnoOf, MysqlFailure } from './errors.ts';
import { pause } from './limit.ts';
import type { Channel, Source } from './status.ts';

/** Time between two looks at whether a thread has stopped or started. Milliseconds. */
const POLL_MS = 20;

const nowhere: Position = { gtid: null, file: '', offset: 0 };

/**
 * Stops the IO thread of the channel from the source: nothing more comes in. What was received is still applied. The SQL
 * thread is left alone: to stop that, the server would wait for the end of its transaction. Can be repeated.
 */
export function detach(way: Way, source: Source, limitMs: number): Promise<Detached | ProbeFailed> {
  return carryOut(way, limitMs, async (command) => {
    const before = await askFrom(command, source);
    if (before === null) return { was: 'unconfigured', received: nowhere };
    if (before.io === 'no') return { was: 'stopped', received: before.received };
    command.changing();
    await command.ask(threadStatement(command.link.dialect, 'STOP', 'IO_THREAD', before.name));
    const stopped = await until(command, source, ({ io }) => io === 'no');
    if (stopped === null) throw new CommandFailure('timeout', 'the IO thread has not stopped yet');
    return { was: 'running', received: stopped.received };
  });
}

/** Starts both threads of the channel from the source. Can be repeated: one that runs is not disturbed. */
export function attach(
  way: Way,
  source: Source,
  limitMs: number,
): Promise<{ readonly wasRunning: boolean } | ProbeFailed> {
  return carryOut(way, limitMs, async (command) => {
    const before = await askFrom(command, source);
    if (before === null)
      throw new CommandFailure('unsuccessful', `no channel is configured from ${source.address}`);
    if (isRunning(before)) return { wasRunning: true };
    command.changing();
    await start(command, before.name);
    const started = await until(command, source, isRunning);
    if (started === null)
      throw new CommandFailure('unsuccessful', 'the threads of the channel do not stay running');
    return { wasRunning: false };
  });
}

/** Whether both threads run; `connecting` is for the source to end. */
function isRunning({ io, sql }: Channel): boolean {
  return io !== 'no' && sql === 'yes';
}

/** MariaDB refuses to start one that runs (ER_CONNECTION_ALREADY_EXISTS 1934, ER_SLAVE_MUST_STOP 1198): as is wanted. */
async function start(command: Command, channel: string): Promise<void> {
  try {
    await command.ask(threadStatement(command.link.dialect, 'START', '', channel));
  } catch (error) {
    const errno = error instanceof MysqlFailure ? errnoOf(error) : null;
    if (errno !== 1198 && errno !== 1934) throw error;
  }
}

/** The channel as soon as it is as wanted; null when the time is over first. */
async function until(
  command: Command,
  source: Source,
  isWanted: (channel: Channel) => boolean,
): Promise<Channel | null> {
  for (;;) {
    const channel = await askFrom(command, source);
    if (channel !== null && isWanted(channel)) return channel;
    if (command.leftMs() <= 2 * POLL_MS) return null;
    await pause(POLL_MS);
  }
}

async function askFrom(command: Command, source: Source): Promise<Channel | null> {
  return askChannel(command, await askPulse(command), source);
}

/** `STOP REPLICA IO_THREAD FOR CHANNEL 'x'`, `STOP SLAVE 'x' IO_THREAD`: the same in each server's words. */
export function threadStatement(
  { flavor, replicaStatus }: Dialect,
  verb: 'START' | 'STOP',
  threads: 'IO_THREAD' | '',
  channel: string,
): string {
  const replica = replicaStatus.includes('REPLICA') ? 'REPLICA' : 'SLAVE';
  const name = `'${channel.replaceAll("'", "''")}'`;
  const words =
    flavor === 'mariadb'
      ? [verb, replica, channel === '' ? '' : name, threads]
      : [verb, replica, threads, channel === '' ? '' : `FOR CHANNEL ${name}`];
  return words.filter((word) => word !== '').join(' ');
}
