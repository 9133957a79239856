/** Makes a node take no writes, or take them. */
import type { Position } from '../../core/sighting.ts';
import type { Closed } from '../../shell/ports.ts';
import type { ProbeFailed } from '../probe-protocol.ts';
import { asker, askPosition, askPulse, type Command, CommandFailure, carryOut } from './command.ts';
import { dial, type Endpoint, type Link } from './connection.ts';
import { MysqlFailure, sawOf } from './errors.ts';
import { killApplications } from './kill.ts';
import { late, pause, within } from './limit.ts';
import type { Source } from './status.ts';

/** How long an order to close may take before anybody is killed for it. Milliseconds. */
const FIRST_WAIT_MS = 20;
/** Time between two rounds of killing while the server cannot be closed. Milliseconds. */
const KILL_ROUND_MS = 100;
/** What is kept of the limit to take back an order that is not carried out in time. Milliseconds. */
const WITHDRAW_MS = 500;
/** Time between two readings of a position that must stand still. Milliseconds. */
const SETTLE_MS = 20;
/** How many readings at the most. */
const SETTLE_READINGS = 25;

/**
 * Closes the node, kills the application's connections, and reads where its history ends.
 *
 * `SET GLOBAL read_only` waits for statements and commits that are under way, and holds new ones up meanwhile
 * (MySQL manual, "read_only"). So the connections are killed while it waits, and again when it is through, for
 * those that got in between. When it is not through in time it is taken back: nothing is left pending that
 * would close the node later.
 */
export function close(endpoint: Endpoint, peer: Source, limitMs: number): Promise<Closed | ProbeFailed> {
  return carryOut(endpoint, limitMs, async (command) => {
    const { writable } = await askPulse(command);
    let killed = 0;
    if (writable) killed += await setReadOnly(command, peer);
    killed += await killApplications(command, peer);
    return { wasWritable: writable, killed, position: await askSettledPosition(command) };
  });
}

/** Opens the node. `super_read_only` goes first: it may not be left on alone. */
export function open(
  endpoint: Endpoint,
  limitMs: number,
): Promise<{ readonly wasWritable: boolean } | ProbeFailed> {
  return carryOut(endpoint, limitMs, async (command) => {
    if ((await askPulse(command)).writable) return { wasWritable: true };
    command.changing();
    if (command.link.dialect.superReadOnly) await command.ask('SET GLOBAL super_read_only = 0');
    await command.ask('SET GLOBAL read_only = 0');
    const { writable } = await askPulse(command);
    if (!writable) throw new CommandFailure('unsuccessful', 'it is read-only again at once');
    return { wasWritable: false };
  });
}

/** Gives back how many connections it had to kill meanwhile. */
async function setReadOnly(command: Command, peer: Source): Promise<number> {
  const { link, leftMs } = command;
  // Made before the order is given: once that waits, nothing else can be asked on its own connection.
  const { other, killed: forRoom } = await dialBeside(command, peer);
  const beside = { ...command, link: other, ask: asker(other, leftMs) };
  let killed = forRoom;
  command.changing();
  const variable = link.dialect.superReadOnly ? 'super_read_only' : 'read_only';
  const set = link.queryWithoutLimit(`SET GLOBAL ${variable} = 1`, []);
  try {
    for (let waitMs = FIRST_WAIT_MS; (await within(set, waitMs)) === late; waitMs = KILL_ROUND_MS) {
      if (leftMs() <= WITHDRAW_MS) await withdraw(beside, link.id, set);
      killed += await killApplications(beside, peer);
    }
  } finally {
    other.quit();
  }
  return killed;
}

/** A second connection. Where the table is full, the application's make room for it. */
async function dialBeside(
  command: Command,
  peer: Source,
): Promise<{ readonly other: Link; readonly killed: number }> {
  try {
    return { other: await dial(command.endpoint, command.leftMs()), killed: 0 };
  } catch (error) {
    if (!(error instanceof MysqlFailure) || sawOf(error).kind !== 'saturated') throw error;
  }
  const killed = await killApplications(command, peer);
  await pause(KILL_ROUND_MS);
  return { other: await dial(command.endpoint, command.leftMs()), killed };
}

/** Takes the pending order back. Throws in any case: `unsuccessful` if it is certain that it came to nothing. */
async function withdraw(beside: Command, id: number, set: Promise<unknown>): Promise<void> {
  await beside.ask(`KILL QUERY ${id}`);
  const ended = await within(
    set.then(
      () => 'closed' as const,
      () => 'withdrawn' as const,
    ),
    beside.leftMs() / 2,
  );
  if (ended === 'closed') return;
  const { writable } = await askPulse(beside);
  const because =
    'read_only could not be set in time: a statement or a commit is under way that does not end';
  throw new CommandFailure(ended === 'withdrawn' && writable ? 'unsuccessful' : 'timeout', because);
}

/**
 * The end of its history. Where there is no `super_read_only`, an account with SUPER may still have a statement
 * under way, so the position is read until it stands still.
 */
async function askSettledPosition(command: Command): Promise<Position> {
  let position = await askPosition(command);
  if (command.link.dialect.superReadOnly) return position;
  for (let reading = 1; reading < SETTLE_READINGS; reading += 1) {
    await pause(SETTLE_MS);
    const again = await askPosition(command);
    if (again.gtid === position.gtid && again.file === position.file && again.offset === position.offset)
      break;
    position = again;
  }
  return position;
}
