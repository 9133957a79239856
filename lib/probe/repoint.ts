/**
 * Chain replicas: what a replica reports of itself, which replicas a node feeds, and how to point one at another source
 * without a gap.
 */
import { type ChainReplica, type Fed, obstacleToFollow, type Repointed } from '../core/evidence/chain.ts';
import { heartbeatToKeep } from './channel.ts';
import { type Channel, isCaughtUp, readChannels, type Source } from './channel-rows.ts';
import { changeStatement, heartbeatOption, quoted, threadStatement } from './channel-statements.ts';
import type { ProbeFailed } from './protocol.ts';
import type { Pulse } from './pulse-row.ts';
import type { ProcessRow } from './sessions.ts';
import { askProcesses, askPulse, type Command, carryOut, type Way } from './statement-session.ts';
import { pause } from './waiting.ts';

/** Time between two looks at a thread. Milliseconds. */
const POLL_MS = 50;
/** This much of the limit is kept to point a replica back if it gets no connection to its new source. Milliseconds. */
const BACK_MS = 3000;

/** Where the replica is to go, and how its new source is asked. */
export interface Repointing {
  readonly from: Source;
  readonly to: Source & { readonly port: number };
  readonly wayToSource: Way;
}

/** Which source the replica follows, and how it fares. */
export function askReplica(way: Way, limitMs: number): Promise<ChainReplica | ProbeFailed> {
  return carryOut(way, limitMs, async (command) => {
    const [first] = await askChannels(command, await askPulse(command));
    if (first === undefined)
      return {
        sourceAddress: null,
        sourceIdentity: null,
        io: 'no',
        sql: 'no',
        lagSeconds: null,
        error: null,
      };
    const { sourceAddress, sourceIdentity, io, sql, lagSeconds } = first.channel;
    const error = errorOf(first.channel);
    return { sourceAddress, sourceIdentity, io, sql, lagSeconds, error };
  });
}

/** The replicas that the node feeds, but for the pair's other node. */
export function askFed(
  way: Way,
  peer: string,
  limitMs: number,
): Promise<{ readonly fed: readonly Fed[] } | ProbeFailed> {
  return carryOut(way, limitMs, async (command) => ({ fed: fedOf(await askProcesses(command), peer) }));
}

/**
 * By address, without its port; two threads of one host are two replicas. If the peer's own address is not among them,
 * the server shows names or another address for it (no `skip_name_resolve`): then no replica can be told from the peer.
 */
export function fedOf(processes: readonly ProcessRow[], peer: string): readonly Fed[] {
  const all = processes
    .filter(({ command }) => command.startsWith('Binlog Dump'))
    .map(({ host, user, forSeconds }) => ({ address: host.replace(/:\d+$/, ''), user, forSeconds }));
  return all.some(({ address }) => address === peer) ? all.filter(({ address }) => address !== peer) : [];
}

/**
 * Lets the replica apply what it has, compares it with its new source, and only then changes its channel. If something
 * prevents that, the answer says what, and the channel is as before. Can be repeated.
 */
export function repoint(way: Way, repointing: Repointing, limitMs: number): Promise<Repointed | ProbeFailed> {
  return carryOut(way, limitMs, async (command) => {
    const { from, to } = repointing;
    const pulse = await askPulse(command);
    const channels = await askChannels(command, pulse);
    const there = channels.find(({ channel }) => isFrom(channel, to));
    if (there !== undefined) return { now: 'followed', because: '' };
    const found = channels.find(({ channel }) => isFrom(channel, from));
    if (found === undefined) return apart('it follows neither of the two');
    const { channel, port } = found;
    command.changing();
    await tell(command, 'STOP', 'IO_THREAD', channel.name);
    const applied = await until(command, channel.name, (now) => isDrained(now, pulse) || now.sql === 'no');
    const obstacle =
      applied === null || !isDrained(applied, pulse)
        ? `it has not applied all that it received${applied === null ? '' : `: ${errorOf(applied) ?? 'its applier is stopped'}`}`
        : await obstacleBetween(command, repointing.wayToSource);
    if (obstacle !== null) {
      await tell(command, 'START', 'IO_THREAD', channel.name);
      return apart(obstacle);
    }
    const refused = await change(command, channel, { host: to.address, port: to.port });
    if (refused === null) return { now: 'repointed', because: '' };
    await change(command, channel, { host: channel.sourceAddress, port }, 0);
    return apart(`it gets nothing from ${to.address}: ${refused}. It was pointed back`);
  });
}

function apart(because: string): Repointed {
  return { now: 'apart', because };
}

/** What keeps the replica from going on behind the new source, by the sets of both. */
async function obstacleBetween(command: Command, wayToSource: Way): Promise<string | null> {
  const held = await wayToSource.connect(command.leftMs() / 2);
  try {
    const source: Command = {
      ...command,
      link: held.link,
      ask: (sql, values = []) => held.link.query(sql, values, command.leftMs()),
    };
    const [replica, holder] = [await askPulse(command), await askPulse(source)];
    return obstacleToFollow({
      replica: setsOf(replica),
      holder: setsOf(holder),
      purged: await askPurged(source, holder),
    });
  } finally {
    held.release();
  }
}

/** MariaDB does not say it: its source refuses a replica that it cannot feed (error 1236). */
async function askPurged({ ask, link }: Command, { executed }: Pulse): Promise<string | null> {
  if (link.dialect.flavor === 'mariadb' || executed === null) return null;
  const [row] = await ask('SELECT @@global.gtid_purged AS purged');
  return String(row?.purged ?? '');
}

/** What MariaDB applied is not in its own binary log where `log_slave_updates` is off. */
function setsOf({ executed, applied }: Pulse): readonly string[] | null {
  if (executed === null) return null;
  return applied === null ? [executed] : [executed, applied];
}

interface Place {
  readonly host: string;
  readonly port: number;
}

/** Null when both threads run behind the source; else why not, when the time is over. */
async function change(
  command: Command,
  { name }: Channel,
  place: Place,
  keptMs = BACK_MS,
): Promise<string | null> {
  const heartbeatSeconds = await heartbeatToKeep(command, name);
  await tell(command, 'STOP', '', name);
  await command.ask(repointStatement(command.link.dialect, name, place, heartbeatSeconds));
  await tell(command, 'START', '', name);
  // There is no time to wait when the replica is pointed back: its source may be dead.
  if (keptMs === 0) return null;
  let last: Channel | null = null;
  const isOver = (now: Channel) => {
    last = now;
    return (now.io === 'yes' && now.sql === 'yes') || now.io === 'no' || now.sql === 'no';
  };
  const end = await until(command, name, isOver, keptMs);
  if (end?.io === 'yes' && end.sql === 'yes') return null;
  return (last === null ? null : errorOf(last)) ?? 'it does not get a connection';
}

/** The channel to another source, by GTID. Account and all else stay. */
export function repointStatement(
  dialect: Command['link']['dialect'],
  channel: string,
  { host, port }: Place,
  heartbeatSeconds: number | null,
): string {
  return changeStatement(dialect, channel, (side) => [
    `${side}_HOST = ${quoted(host)}`,
    `${side}_PORT = ${port}`,
    dialect.flavor === 'mariadb' ? 'MASTER_USE_GTID = slave_pos' : `${side}_AUTO_POSITION = 1`,
    ...heartbeatOption(side, heartbeatSeconds),
  ]);
}

async function tell(
  { ask, link }: Command,
  verb: 'START' | 'STOP',
  threads: 'IO_THREAD' | '',
  channel: string,
): Promise<void> {
  await ask(threadStatement(link.dialect, verb, threads, channel));
}

/** Everything that came is applied, and nothing more comes. */
function isDrained(channel: Channel, { workers }: Pulse): boolean {
  return channel.io === 'no' && channel.sql === 'yes' && isCaughtUp(channel, workers);
}

/** The channel of that name once it is as wanted; null when the time is over. */
async function until(
  command: Command,
  name: string,
  isWanted: (channel: Channel) => boolean,
  keptMs = BACK_MS,
): Promise<Channel | null> {
  for (;;) {
    const channels = await askChannels(command, await askPulse(command));
    const found = channels.find(({ channel }) => channel.name === name)?.channel;
    if (found !== undefined && isWanted(found)) return found;
    if (command.leftMs() <= keptMs) return null;
    await pause(POLL_MS);
  }
}

async function askChannels(command: Command, pulse: Pulse) {
  const rows = await command.ask(command.link.dialect.replicaStatus);
  return readChannels(rows, pulse).map(({ row, channel }) => ({
    channel,
    port: Number(row.Source_Port ?? row.Master_Port ?? 0),
  }));
}

/** The address of the channel decides: another server may have answered there before. */
function isFrom(channel: Channel, { address }: Source): boolean {
  return channel.sourceAddress === address;
}

function errorOf({ ioError, sqlError }: Channel): string | null {
  const error = ioError ?? sqlError;
  return error === null ? null : `error ${error.errno}: ${error.message}`;
}
