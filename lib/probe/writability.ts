/** Makes a node take no writes, or take them. */
import type { Closed } from '../core/evidence/probe-results.ts';
import type { Source } from './channel-rows.ts';
import { endGlobalLock } from './global-lock.ts';
import { commitHeartbeat } from './heartbeat-row.ts';
import { endPendingOrders, killApplications } from './kill-clients.ts';
import type { ProbeFailed } from './protocol.ts';
import { type Kills, setReadOnly, takesWritesAgain } from './read-only.ts';
import { type EventsPolicy, pauseEvents, runEvents } from './scheduled-events.ts';
import { askSettledPosition } from './settled-position.ts';
import { askPulse, type Command, CommandFailure, carryOut, type Way } from './statement-session.ts';
import { keyOf } from './verify.ts';
import { late, within } from './waiting.ts';

/** How long a commit may take before a lock on the new holder is looked for; and how often. Milliseconds. */
const COMMIT = { limitMs: 250, rounds: 4 } as const;

/** What to close. */
export interface Closing {
  readonly peer: Source;
  readonly kills: Kills;
  readonly events: EventsPolicy;
}

/**
 * Closes the node, kills the application's connections, and reads where its history ends.
 *
 * A variable that reads as on is no proof: while an order waits, MySQL shows `super_read_only` as on and enforces
 * nothing. So the order is given in any case; a server that is closed already answers it at once. Orders of an earlier
 * invocation that still wait are ended first.
 */
export function close(
  way: Way,
  { peer, kills, events }: Closing,
  limitMs: number,
): Promise<Closed | ProbeFailed> {
  return carryOut(way, limitMs, async (command) => {
    const pending = await endPendingOrders(command);
    const { writable, halfClosed } = await askPulse(command);
    const wasWritable = writable || halfClosed || pending > 0;
    const before = { writable, wasWritable };
    let killed = await setReadOnly(command, before, { peer, kills });
    if (events === 'managed') await pauseEvents(command);
    killed += await killApplications(command, peer);
    const end = await askSettledPosition(command, peer);
    killed += end.killed;
    if (end.kind === 'still') return { wasWritable, killed, position: end.position };
    if (writable) await reopen(command, events);
    const writers = end.writers.length === 0 ? '' : `: ${end.writers.join(', ')}`;
    throw new CommandFailure(
      'unsuccessful',
      `it is read-only, and privileged sessions still write${writers}; it was opened again`,
    );
  });
}

/** Takes back what closing did; throws `timeout` where that is not certain. */
async function reopen(command: Command, events: EventsPolicy): Promise<void> {
  await setOff(command);
  if (events === 'managed') await runEvents(command);
  if (!(await takesWritesAgain(command)))
    throw new CommandFailure('timeout', 'it was opened again, and no commit goes through');
}

/**
 * Opens the node; can be repeated. An order to close it that still waits is ended first. A lock on the whole server, such
 * as a backup's, is ended too: nobody could write.
 */
export function open(
  way: Way,
  events: EventsPolicy,
  limitMs: number,
): Promise<{ readonly wasWritable: boolean } | ProbeFailed> {
  return carryOut(way, limitMs, async (command) => {
    const pending = await endPendingOrders(command);
    const { writable, identity } = await askPulse(command);
    const wasWritable = writable && pending === 0;
    if (!wasWritable) {
      command.changing();
      await setOff(command);
      if (!(await askPulse(command)).writable)
        throw new CommandFailure('unsuccessful', 'it is read-only again at once');
    }
    if (events === 'managed') await runEvents(command);
    if (!wasWritable) await freeCommits(command, identity);
    return { wasWritable };
  });
}

/** `super_read_only` goes first: it may not be left on alone. */
async function setOff({ link, ask }: Command): Promise<void> {
  if (link.dialect.superReadOnly) await ask('SET GLOBAL super_read_only = 0');
  await ask('SET GLOBAL read_only = 0');
}

/** While a commit of ours does not return, looks for a lock on the server, and ends its owner. Best effort: it is open. */
async function freeCommits(command: Command, identity: string): Promise<void> {
  await endGlobalLock(command);
  const held = await command.way.connect(command.leftMs() / 2).catch(() => null);
  if (held === null) return;
  // A commit that the server refuses does not hang.
  const commit = commitHeartbeat(held.link, keyOf(identity)).catch(() => null);
  let isThrough = false;
  for (let round = 0; !isThrough && round < COMMIT.rounds; round += 1) {
    isThrough = (await within(commit, Math.min(COMMIT.limitMs, command.leftMs() / 2))) !== late;
    if (!isThrough && (await endGlobalLock(command)).ended === 0) break;
  }
  if (!isThrough) held.link.destroy();
  held.release();
}
