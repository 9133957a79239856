/** What all commands of a plan share: a connection of their own, a deadline, and what to say when they fail. */
import type { Position } from '../../core/sighting.ts';
import type { ProbeFailed, ProbeFailure } from '../probe-protocol.ts';
import { dial, type Endpoint, type Link } from './connection.ts';
import { failedOf, MysqlFailure } from './errors.ts';
import { nowMs } from './limit.ts';
import {
  type Channel,
  type Pulse,
  type Row,
  readBinaryLog,
  readChannel,
  readPulse,
  type Source,
} from './status.ts';

/** A command ends itself, saying why. */
export class CommandFailure extends Error {
  override readonly name = 'CommandFailure';
  readonly failure: ProbeFailure;

  constructor(failure: ProbeFailure, message: string) {
    super(message);
    this.failure = failure;
  }
}

export interface Command {
  readonly link: Link;
  readonly endpoint: Endpoint;
  /** Milliseconds until the command must have ended; never below 0. */
  leftMs(): number;
  /** Rows of a statement, within the deadline. Throws a `MysqlFailure`. */
  ask(sql: string, values?: readonly unknown[]): Promise<readonly Row[]>;
  /** From here on a lost connection may have left something changed. */
  changing(): void;
}

/**
 * Carries a command out on a fresh connection, which is thrown away afterwards. What it throws becomes a
 * `failed`, in the words of the protocol; a bug is thrown on.
 */
export async function carryOut<T>(
  endpoint: Endpoint,
  limitMs: number,
  work: (command: Command) => Promise<T>,
): Promise<T | ProbeFailed> {
  const deadlineMs = nowMs() + limitMs;
  const leftMs = () => Math.max(0, deadlineMs - nowMs());
  let changed = false;
  let link: Link | null = null;
  try {
    const made = await dial(endpoint, leftMs());
    link = made;
    return await work({
      link: made,
      endpoint,
      leftMs,
      ask: asker(made, leftMs),
      changing: () => {
        changed = true;
      },
    });
  } catch (error) {
    if (error instanceof MysqlFailure) return failedOf(error, changed);
    if (error instanceof CommandFailure)
      return { kind: 'failed', failure: error.failure, because: error.message };
    throw error;
  } finally {
    link?.quit();
  }
}

/** Asks on a connection within the command's deadline. */
export function asker(link: Link, leftMs: () => number): Command['ask'] {
  return (sql, values = []) => link.query(sql, values, leftMs());
}

/** What the server says of itself. */
export async function askPulse({ ask, link }: Command): Promise<Pulse> {
  const [row] = await ask(link.dialect.pulse);
  return readPulse(row ?? {});
}

/** The inbound channel from this source; null when none is configured. */
export async function askChannel(
  { ask, link }: Command,
  pulse: Pulse,
  source: Source,
): Promise<Channel | null> {
  return readChannel(await ask(link.dialect.replicaStatus), pulse, source);
}

/** The end of its own history, GTIDs and binary log from the same moment or the log's a little later. */
export async function askPosition(command: Command): Promise<Position> {
  const { executed } = await askPulse(command);
  return { gtid: executed, ...readBinaryLog(await command.ask(command.link.dialect.binaryLogStatus)) };
}
