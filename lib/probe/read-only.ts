/**
 * The order to take no more writes.
 *
 * `SET GLOBAL read_only` waits for statements and commits that are under way, and holds new ones up meanwhile (MySQL
 * manual, "read_only"). A waiting session does not notice that its client is gone, so the server itself bounds the wait
 * (`lock_wait_timeout`): a probe that is killed in the middle leaves nothing pending for longer than that.
 */
import { askBlockers, type Blockers, nobody, renderBlockers } from './blockers.ts';
import type { Source } from './channel-rows.ts';
import { LOCK_WAIT_SECONDS } from './dialect.ts';
import { errnoOf, heartbeatOf, MysqlFailure, sawOf } from './errors.ts';
import { askWhy } from './hang-cause.ts';
import { commitHeartbeat } from './heartbeat-row.ts';
import { killApplications, killOwnHolders } from './kill-clients.ts';
import { askPulse, type Command, CommandFailure, type Held, on } from './statement-session.ts';
import { keyOf } from './verify.ts';
import { late, pause, within } from './waiting.ts';

/** When connections are killed: also while the order waits for them, or only after it has taken effect. */
export type Kills = 'to-close' | 'once-closed';

/** How long an order to close may take before sessions that block it are looked for, or killed. Milliseconds. */
const FIRST_WAIT_MS = 20;
/** Time between two rounds while the server cannot be closed. Milliseconds. */
const ROUND_MS = 100;
/** This much of the limit is kept to take back an order that is not carried out in time. Milliseconds. */
const WITHDRAW_MS = 500;
/** A planned closing holds up writes for no longer than this. Seconds: the least that a server accepts. */
const PLANNED_SECONDS = 1;
/** How long a commit may take that shows that an order was taken back. Milliseconds. */
const COMMIT_MS = 1000;

export interface Before {
  /** It was open, by both variables. */
  readonly writable: boolean;
  /** It may have taken writes from anybody. */
  readonly wasWritable: boolean;
}

export interface Wanted {
  readonly peer: Source;
  readonly kills: Kills;
}

/** Gives back how many connections it had to kill meanwhile. Throws a `CommandFailure` when it cannot be closed. */
export async function setReadOnly(command: Command, before: Before, wanted: Wanted): Promise<number> {
  // Made before the order is given: the connection of an order that waits cannot be asked anything.
  const room = before.wasWritable ? await besideOf(command, wanted) : { held: null, killed: 0 };
  let killed = room.killed;
  command.changing();
  try {
    for (;;) {
      const tried = await tryOnce(command, wanted, room.held);
      killed += tried.killed;
      if (tried.kind === 'closed') return killed;
      if (wanted.kills === 'once-closed' || command.leftMs() <= WITHDRAW_MS + 1000)
        return await takenBack(command, before, tried.blockers);
      if (room.held === null) killed += await killApplications(command, wanted.peer);
    }
  } finally {
    room.held?.release();
    // A connection that was lent goes back to looks as it was.
    setLockWait(command, LOCK_WAIT_SECONDS).catch(() => {});
  }
}

/**
 * A second connection. If the server has no room for one, connections of the application are killed for it, where that
 * is allowed now.
 */
async function besideOf(
  command: Command,
  { peer, kills }: Wanted,
): Promise<{ readonly held: Held | null; readonly killed: number }> {
  const connect = () => command.way.connect(command.leftMs() / 2);
  try {
    return { held: await connect(), killed: 0 };
  } catch (error) {
    if (!(error instanceof MysqlFailure)) throw error;
    if (kills === 'once-closed' || sawOf(error).kind !== 'saturated') return { held: null, killed: 0 };
  }
  const killed = await killApplications(command, peer);
  await pause(ROUND_MS);
  return { held: await connect().catch(() => null), killed };
}

interface Tried {
  readonly kind: 'closed' | 'not in time';
  readonly killed: number;
  readonly blockers: Blockers;
}

/** Gives the order once, and looks after it while it waits. */
async function tryOnce(command: Command, wanted: Wanted, held: Held | null): Promise<Tried> {
  const { link, leftMs } = command;
  await setLockWait(command, waitSeconds(wanted.kills, leftMs()));
  const variable = link.dialect.superReadOnly ? 'super_read_only' : 'read_only';
  const order = link.queryWithoutLimit(`SET GLOBAL ${variable} = 1`, []).then(() => 'closed' as const, ended);
  let killed = 0;
  let blockers = nobody;
  for (let waitMs = FIRST_WAIT_MS; ; waitMs = ROUND_MS) {
    const outcome = await within(order, held === null ? leftMs() : Math.min(waitMs, leftMs()));
    if (outcome !== late) return { kind: outcome, killed, blockers };
    if (held === null) throw new CommandFailure('timeout', 'the order to close it was not answered');
    const beside = on(held.link, command);
    blockers = await askBlockers(beside, [link.id, held.link.id]);
    if (leftMs() <= WITHDRAW_MS) await withdraw(beside, link.id, order);
    else if (wanted.kills === 'to-close') {
      killed += await killApplications(beside, wanted.peer);
      await killOwnHolders(beside, link.id);
    }
  }
}

/** Always below the command's own limit, with time left to report the result; whole seconds. */
function waitSeconds(kills: Kills, leftMs: number): number {
  if (kills === 'once-closed') return PLANNED_SECONDS;
  return Math.max(1, Math.floor((leftMs - WITHDRAW_MS) / 1000));
}

async function setLockWait({ ask }: Command, seconds: number): Promise<void> {
  await ask(`SET SESSION lock_wait_timeout = ${seconds}`);
}

/** ER_LOCK_WAIT_TIMEOUT, ER_QUERY_INTERRUPTED: the server has given the order up, and says so. */
function ended(error: unknown): 'not in time' {
  const errno = error instanceof MysqlFailure ? errnoOf(error) : null;
  if (errno === 1205 || errno === 1317) return 'not in time';
  throw error;
}

/** Makes the server give the order up. Throws when it is not certain that it does. */
async function withdraw(beside: Command, id: number, order: Promise<unknown>): Promise<void> {
  await beside.ask(`KILL QUERY ${id}`);
  if ((await within(order, beside.leftMs() / 2)) === late)
    throw new CommandFailure('timeout', 'read_only could not be set in time, nor be taken back for certain');
}

/**
 * The server's own answer says that the order had no effect. Throws in any case: `unsuccessful` says that all is as
 * before.
 */
async function takenBack(command: Command, before: Before, blockers: Blockers): Promise<never> {
  const named = renderBlockers(blockers);
  const because = `read_only could not be set in time${named === '' ? ': something is under way that does not end' : `; ${named}`}`;
  const { writable } = await askPulse(command);
  const isAsBefore = writable === before.writable && (!writable || (await takesWritesAgain(command)));
  // Behind a lock that others hold, our commit hangs as it would have hung before.
  const isTheirs = writable === before.writable && named !== '';
  throw new CommandFailure(isAsBefore || isTheirs ? 'unsuccessful' : 'timeout', because);
}

/** Whether a commit goes through. An obstacle to our own table alone does not prove the contrary. */
export async function takesWritesAgain(command: Command): Promise<boolean> {
  const { identity } = await askPulse(command);
  // With a connection of its own: one that hangs is thrown away, and the server ends it after its own wait.
  const held = await command.way.connect(command.leftMs() / 2).catch(() => null);
  if (held === null) return true;
  try {
    const commit = commitHeartbeat(held.link, keyOf(identity));
    if ((await within(commit, Math.min(COMMIT_MS, command.leftMs() / 2))) !== late) return true;
    commit.catch(() => {});
    const why = await askWhy(command.link, held.link.id);
    held.link.destroy();
    return why?.kind === 'barred';
  } catch (error) {
    if (!(error instanceof MysqlFailure)) throw error;
    return heartbeatOf(error, 0).kind === 'barred';
  } finally {
    held.release();
  }
}
