/** Stops and starts what a node receives from its source. */
import type { Position } from '../../core/sighting.ts';
import type { Detached } from '../../shell/ports.ts';
import type { ProbeFailed } from '../probe-protocol.ts';
import { askChannel, askPulse, type Command, carryOut } from './command.ts';
import type { Endpoint } from './connection.ts';
import type { Dialect } from './dialect.ts';
import type { Channel, Source } from './status.ts';

const nowhere: Position = { gtid: null, file: '', offset: 0 };

/** Stops the IO thread of the channel from the source: nothing more comes in. What was received is still applied. */
export function detach(endpoint: Endpoint, source: Source, limitMs: number): Promise<Detached | ProbeFailed> {
  return carryOut(endpoint, limitMs, async (command) => {
    const before = await askFrom(command, source);
    if (before === null) return { was: 'unconfigured', received: nowhere };
    if (before.io === 'no') return { was: 'stopped', received: before.received };
    command.changing();
    await command.ask(threadStatement(command.link.dialect, 'STOP', 'IO_THREAD', before.name));
    return { was: 'running', received: (await askFrom(command, source))?.received ?? before.received };
  });
}

/** Starts both threads of the channel from the source. */
export function attach(
  endpoint: Endpoint,
  source: Source,
  limitMs: number,
): Promise<{ readonly wasRunning: boolean } | ProbeFailed> {
  return carryOut(endpoint, limitMs, async (command) => {
    const before = await askFrom(command, source);
    if (before !== null && before.io !== 'no' && before.sql === 'yes') return { wasRunning: true };
    command.changing();
    await command.ask(threadStatement(command.link.dialect, 'START', '', before?.name ?? ''));
    return { wasRunning: false };
  });
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
