/** The end of a closed node's own history, once it stands still. */
import type { Position } from '../core/evidence/sighting.ts';
import type { Source } from './channel-rows.ts';
import { killApplications } from './kill-clients.ts';
import { applicationsOf, heartbeatsOf, type ProcessRow, renderProcess } from './sessions.ts';
import { askPosition, askProcesses, askPulse, type Command } from './statement-session.ts';
import { pause } from './waiting.ts';

/** Time between two readings. Milliseconds. */
const EVERY_MS = 20;
/** How many equal readings in a row show that it stands still. */
const SAME = 3;
const READINGS_MAX = 25;
/** This much of the command's time is kept to take the closing back. Milliseconds. */
const TAKE_BACK_MS = 1000;

export type End =
  | { readonly kind: 'still'; readonly position: Position; readonly killed: number }
  /** Somebody writes all the same; the sessions that were seen at it. */
  | { readonly kind: 'moving'; readonly writers: readonly string[]; readonly killed: number };

/**
 * Where there is no `super_read_only`, accounts with SUPER write on a closed node. They are killed like all others, but
 * may come back: each time that the history has grown, they are killed again. Rows from replication do not count as
 * growth.
 *
 * A heartbeat of ours that is under way is waited for, though it was killed. `SET GLOBAL read_only` shows in the
 * variable only after it has let statements go on, so that heartbeat may have read the variable just before.
 */
export async function askSettledPosition(command: Command, peer: Source): Promise<End> {
  let position = await askPosition(command);
  if (command.link.dialect.superReadOnly) return { kind: 'still', position, killed: 0 };
  const { identity } = await askPulse(command);
  const own = ({ gtid, file, offset }: Position) => ownPart(gtid, identity) ?? `${file}:${offset}`;
  let killed = 0;
  let same = 1;
  const writers = new Map<number, string>();
  for (let reading = 1; reading < READINGS_MAX && command.leftMs() > TAKE_BACK_MS; reading += 1) {
    await pause(EVERY_MS);
    const beating = await isBeating(command);
    const again = await askPosition(command);
    const isSame = own(again) === own(position);
    same = isSame && !beating ? same + 1 : 1;
    position = again;
    if (same >= SAME) return { kind: 'still', position, killed };
    if (isSame) continue;
    for (const writer of await askWriters(command)) writers.set(writer.id, renderProcess(writer));
    killed += await killApplications(command, peer);
  }
  return { kind: 'moving', writers: [...writers.values()].slice(-3), killed };
}

async function isBeating(command: Command): Promise<boolean> {
  const { user } = command.way.endpoint.credentials;
  return heartbeatsOf(await askProcesses(command), user).length > 0;
}

async function askWriters(command: Command): Promise<readonly ProcessRow[]> {
  const { user } = command.way.endpoint.credentials;
  return applicationsOf(await askProcesses(command), user, null);
}

/** What the node itself has written: the part of its GTIDs that is its own. Null where GTIDs are off. */
export function ownPart(gtid: string | null, identity: string): string | null {
  if (gtid === null) return null;
  const server = /^server_id:(\d+)$/.exec(identity)?.[1];
  const isOwn = (part: string) =>
    server === undefined
      ? part.toLowerCase().startsWith(identity.toLowerCase())
      : part.split('-')[1] === server;
  return gtid.split(',').filter(isOwn).join(',');
}
