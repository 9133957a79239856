/** Statements about a replication channel, in each server's words. */
import type { Dialect } from './dialect.ts';

/** `STOP REPLICA IO_THREAD FOR CHANNEL 'x'`, `STOP SLAVE 'x' IO_THREAD`: the same in each server's words. */
export function threadStatement(
  { flavor, replicaStatus }: Dialect,
  verb: 'START' | 'STOP',
  threads: 'IO_THREAD' | 'SQL_THREAD' | '',
  channel: string,
): string {
  const replica = replicaStatus.includes('REPLICA') ? 'REPLICA' : 'SLAVE';
  const name = quoted(channel);
  const words =
    flavor === 'mariadb'
      ? [verb, replica, channel === '' ? '' : name, threads]
      : [verb, replica, threads, channel === '' ? '' : `FOR CHANNEL ${name}`];
  return words.filter((word) => word !== '').join(' ');
}

/** What the names of a channel's options begin with. The old words are gone in 8.4; the new ones came with 8.0.23. */
export type Side = 'SOURCE' | 'MASTER';

/** `CHANGE REPLICATION SOURCE TO … FOR CHANNEL 'x'`, `CHANGE MASTER 'x' TO …`: all that is not named stays as it is. */
export function changeStatement(
  { flavor, binaryLogStatus }: Dialect,
  channel: string,
  optionsOf: (side: Side) => readonly string[],
): string {
  const side = binaryLogStatus === 'SHOW BINARY LOG STATUS' ? 'SOURCE' : 'MASTER';
  const whose = side === 'SOURCE' ? 'REPLICATION SOURCE' : 'MASTER';
  const options = optionsOf(side).join(', ');
  if (channel === '') return `CHANGE ${whose} TO ${options}`;
  const name = quoted(channel);
  return flavor === 'mariadb'
    ? `CHANGE ${whose} ${name} TO ${options}`
    : `CHANGE ${whose} TO ${options} FOR CHANNEL ${name}`;
}

/** Names the heartbeat again that `heartbeatToKeep` has found. */
export function heartbeatOption(side: Side, seconds: number | null): readonly string[] {
  return seconds === null ? [] : [`${side}_HEARTBEAT_PERIOD = ${seconds}`];
}

/** A string literal of SQL. */
export function quoted(text: string): string {
  return `'${text.replaceAll('\\', '\\\\').replaceAll("'", "''")}'`;
}
