/** Ends the application's connections, and what of our own would keep a node open; nobody else's. */
import { askBlockers } from './blockers.ts';
import { readChannel, type Source } from './channel-rows.ts';
import { errnoOf, MysqlFailure } from './errors.ts';
import { applicationsOf, feedersOf, heartbeatsOf, pendingOrdersOf } from './sessions.ts';
import { askProcesses, askPulse, type Command, CommandFailure } from './statement-session.ts';
import { pause } from './waiting.ts';

/** How long the status of replication may take. Milliseconds. */
const STATUS_MS = 300;
/** How long a killed order may take to be gone, and time between two looks for it. Milliseconds. */
const GONE = { limitMs: 300, everyMs: 20 } as const;

/** Kills both, and gives back how many applications. One that ends by itself meanwhile is no error. */
export async function killApplications(command: Command, source: Source): Promise<number> {
  const processes = await askProcesses(command);
  // Who feeds a replica is seen by that.
  const sourceUser = feedersOf(processes).length > 0 ? null : await askSourceUser(command, source);
  const { user } = command.way.endpoint.credentials;
  for (const { id } of heartbeatsOf(processes, user)) await kill(command, id);
  let killed = 0;
  for (const { id } of applicationsOf(processes, user, sourceUser)) {
    if (await kill(command, id)) killed += 1;
  }
  return killed;
}

/**
 * The account of replication; null where it is not known. Whom the node follows does not matter here: a stranger's channel has
 * one too. The server may not answer this for minutes, as while STOP REPLICA waits for a transaction. So it is asked on a
 * connection of its own, and for a moment only: a node must be closed all the same.
 */
async function askSourceUser(command: Command, source: Source): Promise<string | null> {
  const held = await command.way.connect(command.leftMs() / 4).catch(() => null);
  const link = held?.link ?? command.link;
  try {
    const pulse = await askPulse(command);
    // A statement that is not answered in time takes its connection with it.
    const limitMs = held === null ? command.leftMs() : Math.min(STATUS_MS, command.leftMs());
    const rows = await link.query(link.dialect.replicaStatus, [], limitMs);
    return readChannel(rows, pulse, source)?.sourceUser ?? null;
  } catch (error) {
    if (held === null || !(error instanceof MysqlFailure) || !error.timedOut) throw error;
    return null;
  } finally {
    held?.release();
  }
}

/**
 * Ends sessions of our own account that hold what the session `waiting` waits for: an earlier invocation may have died
 * in the middle of something. Only our own sessions are ended, so no data of the application is lost.
 */
export async function killOwnHolders(command: Command, waiting: number): Promise<void> {
  const { user } = command.way.endpoint.credentials;
  const { holders } = await askBlockers(command, [waiting, command.link.id]);
  for (const process of holders.filter((holder) => holder.user === user)) await kill(command, process.id);
}

/** Ends orders of ours that still wait, and gives back how many there were. Throws when one does not go away. */
export async function endPendingOrders(command: Command): Promise<number> {
  const { user } = command.way.endpoint.credentials;
  const pending = async () => pendingOrdersOf(await askProcesses(command), user, command.link.id);
  const found = await pending();
  for (const { id } of found) await kill(command, id);
  for (let waitedMs = 0; found.length > 0; waitedMs += GONE.everyMs) {
    if ((await pending()).length === 0) break;
    if (waitedMs >= GONE.limitMs)
      throw new CommandFailure('timeout', 'an earlier order to close it still waits, and cannot be ended');
    await pause(GONE.everyMs);
  }
  return found.length;
}

/** False when the session was gone already. */
export async function kill(command: Command, id: number): Promise<boolean> {
  try {
    await command.ask(`KILL ${id}`);
    return true;
  } catch (error) {
    if (!(error instanceof MysqlFailure) || !isHarmless(errnoOf(error))) throw error;
    return false;
  }
}

/** ER_NO_SUCH_THREAD, ER_KILL_DENIED_ERROR: it is gone, or (SYSTEM_USER in 8.0) not ours to kill. */
function isHarmless(errno: number | null): boolean {
  return errno === 1094 || errno === 1095;
}
