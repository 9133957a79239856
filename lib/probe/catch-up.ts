/** Waits until a node has applied what it received and, if asked, a position of its source. */

import { areOfOneSeries, comparePlaces } from '../core/evidence/log-place.ts';
import type { CaughtUp } from '../core/evidence/probe-results.ts';
import type { Position } from '../core/evidence/sighting.ts';
import { type Channel, isCaughtUp, type Source } from './channel-rows.ts';
import { readBinaryLog } from './counter-rows.ts';
import type { Dialect } from './dialect.ts';
import { endGlobalLock } from './global-lock.ts';
import { isGlobalLock } from './lock-owner.ts';
import { includes } from './log-position.ts';
import type { ProbeFailed } from './protocol.ts';
import type { Pulse } from './pulse-row.ts';
import { renderProcess } from './sessions.ts';
import { askChannel, askProcesses, askPulse, type Command, carryOut, type Way } from './statement-session.ts';
import { nowMs, pause } from './waiting.ts';

/** Time between two looks at how far it is. Milliseconds. */
const POLL_MS = 50;
/** After this long without progress, a lock on the server is looked for; then again after the same time. Milliseconds. */
const STUCK_MS = 300;
/** This much of the limit is kept to read the last position and to answer. Milliseconds. */
const ANSWER_MS = 100;

/** How far a node is. */
export interface Progress {
  readonly reached: boolean;
  /** Why not; empty when it is reached. */
  readonly because: string;
  /** Waiting longer cannot help. */
  readonly hopeless: boolean;
}

/**
 * Whether the node has reached its goal: `upTo`, a position in its source's history; without one, all that it had
 * `received` when it was first asked. A stopped SQL thread never gets there.
 *
 * The goal is not all that is received *now*: while the source writes, that grows all the time. But a node that is
 * caught up has reached the goal, even if the last transaction was received only in part.
 */
export function progressOf(
  channel: Channel | null,
  pulse: Pulse,
  goal: { readonly upTo: Position | null; readonly received: Position },
  flavor: Dialect['flavor'],
): Progress {
  const not = (because: string, hopeless: boolean) => ({ reached: false, because, hopeless });
  if (channel === null) return not('replication is not configured', true);
  const executed = { gtid: pulse.executed, file: '', offset: 0 };
  const standing = { applied: channel.applied, executed };
  const reached = includes(standing, goal.upTo ?? goal.received, flavor);
  const isAll =
    isCaughtUp(channel, pulse.workers) || isNothing(channel.received) || isPast(channel, goal.received);
  if (reached || (goal.upTo === null && isAll)) {
    return { reached: true, because: '', hopeless: false };
  }
  if (channel.sql === 'no') {
    const error = channel.sqlError;
    return not(`the SQL thread is stopped${error ? ` (error ${error.errno}: ${error.message})` : ''}`, true);
  }
  const { applied, received } = channel;
  const where = goal.upTo ?? goal.received;
  const io = channel.io === 'yes' ? '' : `, and the IO thread is ${channel.io}`;
  return not(`applied ${textOf(applied)}, received ${textOf(received)}, wanted ${textOf(where)}${io}`, false);
}

/**
 * It has applied the log of its source beyond that place. One whose own log was reset never records all that it had received, and
 * on a busy pair it never has all of it either.
 */
function isPast({ applied, isByEar }: Channel, received: Position): boolean {
  const isKnown = isByEar !== true && areOfOneSeries(received, applied);
  return isKnown && comparePlaces(applied, received) >= 0;
}

/** The channel has never received anything. */
function isNothing({ gtid, file }: Position): boolean {
  return file === '' && (gtid === null || gtid === '');
}

/**
 * Polls until the goal is reached, cannot be reached, or the limit is over; `because` says why it was not reached. A
 * backup's lock may hold up the node that becomes the holder: the session that holds the lock is ended.
 */
export function catchUp(
  way: Way,
  source: Source,
  upTo: Position | null,
  limitMs: number,
): Promise<CaughtUp | ProbeFailed> {
  return carryOut(way, limitMs, async (command) => {
    let received: Position | null = null;
    let applied = '';
    let stuckSinceMs = nowMs();
    let held = '';
    for (;;) {
      const pulse = await askPulse(command);
      const channel = await askChannel(command, pulse, source);
      received ??= channel?.received ?? nowhere;
      const progress = progressOf(channel, pulse, { upTo, received }, command.link.dialect.flavor);
      if (progress.reached || progress.hopeless || command.leftMs() <= ANSWER_MS + POLL_MS) {
        const because = progress.reached ? '' : `${progress.because}${held}`;
        return answer(command, pulse, channel, { ...progress, because });
      }
      const now = JSON.stringify(channel?.applied);
      if (now !== applied) {
        stuckSinceMs = nowMs();
        held = '';
      }
      applied = now;
      if (nowMs() - stuckSinceMs > STUCK_MS) {
        held = await freeApplier(command);
        stuckSinceMs = nowMs();
      }
      await pause(POLL_MS);
    }
  });
}

/**
 * Ends the session that holds a lock on the whole server, if the applier waits for it. A client that waits for it is no
 * reason: only the applier's threads are the server's own. Gives back, for a person, who holds the lock and cannot be
 * ended: on MySQL 8 a session with SYSTEM_USER, such as root's.
 */
async function freeApplier(command: Command): Promise<string> {
  const processes = await askProcesses(command);
  if (!processes.some(({ user, state }) => user === 'system user' && isGlobalLock(state))) return '';
  const { refused } = await endGlobalLock(command);
  if (refused.length === 0) return '';
  return `. A lock on the whole server keeps it from applying, and our account may not end ${refused.map(renderProcess).join(', ')}`;
}

async function answer(
  command: Command,
  pulse: Pulse,
  channel: Channel | null,
  { reached, because }: Progress,
): Promise<CaughtUp> {
  const log = readBinaryLog(await command.ask(command.link.dialect.binaryLogStatus));
  return {
    reached,
    because,
    applied: channel?.applied ?? nowhere,
    received: channel?.received ?? nowhere,
    executed: { gtid: pulse.executed, ...log },
  };
}

const nowhere: Position = { gtid: null, file: '', offset: 0 };

function textOf({ gtid, file, offset }: Position): string {
  return gtid === null || gtid === '' ? `${file}:${offset}` : gtid;
}
