/** What all commands of a plan share: a way to the server, a deadline, and what to say when they fail. */
import type { Position } from '../core/evidence/sighting.ts';
import { type Channel, isStranger, readChannel, type Source } from './channel-rows.ts';
import type { StatusRow } from './columns.ts';
import { dial, type MysqlLink, type NodeEndpoint } from './connection.ts';
import { readBinaryLog } from './counter-rows.ts';
import { failedOf, MysqlFailure, sawOf } from './errors.ts';
import type { Lent } from './kept-connection.ts';
import type { Parking } from './parking.ts';
import type { ProbeFailed, ProbeFailure } from './protocol.ts';
import { type Pulse, readPulse } from './pulse-row.ts';
import { type ProcessRow, readProcessRow } from './sessions.ts';
import { nowMs } from './waiting.ts';

/** A command ends itself, saying why. */
export class CommandFailure extends Error {
  override readonly name = 'CommandFailure';
  readonly failure: ProbeFailure;

  constructor(failure: ProbeFailure, message: string) {
    super(message);
    this.failure = failure;
  }
}

/** A connection that a command has until it gives it back. */
export interface Held {
  readonly link: MysqlLink;
  /** Gives it back. */
  release(): void;
  /** The same after a command that went well: the next one may find it. */
  leave(): void;
}

/** How a command gets to its server. */
export interface Way {
  readonly endpoint: NodeEndpoint;
  /** One more connection. Throws a `MysqlFailure`. */
  connect(limitMs: number): Promise<Held>;
}

export interface Command {
  readonly link: MysqlLink;
  readonly way: Way;
  /** Milliseconds until the command must have ended; never below 0. */
  leftMs(): number;
  /** Rows of a statement, within the deadline. Throws a `MysqlFailure`. */
  ask(sql: string, values?: readonly unknown[]): Promise<readonly StatusRow[]>;
  /** From here on a lost connection may have left something changed. */
  changing(): void;
}

/** With less time than this, a fresh login gets all of it. Milliseconds. */
const LOGIN_MS_MIN = 500;

/** Connections that a way may use, and whether it leaves its own to the next command. */
export interface WayParts {
  /** A connection that looks have kept, if one is free. */
  readonly lend: () => Lent | null;
  /** Connections that commands have left. @default none */
  readonly parking?: Parking;
  /** Whether this command leaves its connection to the next one. @default false */
  readonly leaves?: boolean;
}

/**
 * The way by a connection that the command before has left, or by a fresh login. If the server refuses a login (1040,
 * 1129, 1045 and the like), or is too slow to let us in, the way takes a connection that looks have kept: an old holder
 * must be closed even if it lets nobody in.
 */
export function wayTo(endpoint: NodeEndpoint, { lend, parking, leaves = false }: WayParts): Way {
  const own = (link: MysqlLink): Held => {
    const release = () => link.quit();
    return { link, release, leave: () => (leaves ? parking?.leave(endpoint, link) : release()) };
  };
  return {
    endpoint,
    async connect(limitMs) {
      const parked = parking?.take(endpoint) ?? null;
      if (parked !== null) return own(parked);
      try {
        return own(await dial(endpoint, limitMs < LOGIN_MS_MIN ? limitMs : limitMs / 2));
      } catch (error) {
        const lent = error instanceof MysqlFailure && isDoorShut(error) ? lend() : null;
        if (lent === null) throw error;
        const giveBack = () => lent.giveBack();
        return { link: lent.link, release: giveBack, leave: giveBack };
      }
    },
  };
}

/** No answer at all is something else: the kept connections of a dead server are dead too. */
function isDoorShut(failure: MysqlFailure): boolean {
  const { kind } = sawOf(failure);
  return kind === 'saturated' || kind === 'locked-out' || (failure.timedOut && failure.during === 'login');
}

/** Carries a command out. What it throws becomes a `failed`, in the words of the protocol; a bug is thrown on. */
export async function carryOut<T>(
  way: Way,
  limitMs: number,
  work: (command: Command) => Promise<T>,
): Promise<T | ProbeFailed> {
  const deadlineMs = nowMs() + limitMs;
  const leftMs = () => Math.max(0, deadlineMs - nowMs());
  let changed = false;
  let held: Held | null = null;
  try {
    held = await way.connect(leftMs());
    const { link } = held;
    const changing = () => {
      changed = true;
    };
    const done = await work({ link, way, leftMs, ask: asker(link, leftMs), changing });
    held.leave();
    held = null;
    return done;
  } catch (error) {
    if (error instanceof MysqlFailure) return failedOf(error, changed);
    if (error instanceof CommandFailure)
      return { kind: 'failed', failure: error.failure, because: error.message };
    throw error;
  } finally {
    held?.release();
  }
}

/** Asks on a connection within the command's deadline. */
function asker(link: MysqlLink, leftMs: () => number): Command['ask'] {
  return (sql, values = []) => link.query(sql, values, leftMs());
}

/** The same command on another connection. */
export function on(link: MysqlLink, command: Command): Command {
  return { ...command, link, ask: asker(link, command.leftMs) };
}

/** Rows of a statement that the server may refuse to our account, or not know: none then. */
export async function askIfAllowed(command: Command, sql: string | null): Promise<readonly StatusRow[]> {
  if (sql === null) return [];
  try {
    return await command.ask(sql);
  } catch (error) {
    if (error instanceof MysqlFailure && sawOf(error).kind === 'locked-out') return [];
    throw error;
  }
}

/** The same for a statement that names sessions: their ids. */
export async function askIds(command: Command, sql: string | null): Promise<readonly number[]> {
  return (await askIfAllowed(command, sql)).map(({ id }) => Number(id));
}

/** All sessions of the server; those of other accounts only with PROCESS. */
export async function askProcesses({ ask }: Command): Promise<readonly ProcessRow[]> {
  return (await ask('SHOW FULL PROCESSLIST')).map(readProcessRow);
}

/** What the server says of itself. */
export async function askPulse({ ask, link }: Command): Promise<Pulse> {
  const [row] = await ask(link.dialect.pulse);
  return readPulse(row ?? {});
}

/**
 * The inbound channel from this source, by the rule that looks have too; null when none is configured. Where all
 * channels are known to follow somebody else, the command fails: what they received says nothing of this source.
 */
export async function askChannel(command: Command, pulse: Pulse, source: Source): Promise<Channel | null> {
  const channel = readChannel(await command.ask(command.link.dialect.replicaStatus), pulse, source);
  if (channel === null || isFrom(channel, source)) return channel;
  const { sourceAddress, sourceIdentity } = channel;
  const found = `${sourceAddress}${sourceIdentity === null ? '' : ` (${sourceIdentity})`}`;
  const wanted = `${source.address}${source.identity === null ? '' : ` (${source.identity})`}`;
  throw new CommandFailure('unsuccessful', `no channel replicates from ${wanted}: it follows ${found}`);
}

/** By its identity where that is known on both sides, else by its address. */
function isFrom(channel: Channel, source: Source): boolean {
  if (isStranger(channel, source)) return false;
  const isKnown = channel.sourceIdentity !== null && source.identity !== null;
  return isKnown || channel.sourceAddress === source.address;
}

/** The end of its own history, GTIDs and binary log from the same moment or the log's a little later. */
export async function askPosition(command: Command): Promise<Position> {
  const { executed } = await askPulse(command);
  return { gtid: executed, ...readBinaryLog(await command.ask(command.link.dialect.binaryLogStatus)) };
}
