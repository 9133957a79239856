/**
 * Scheduled events, where the pair has them moved with the role (`events: 'managed'`).
 *
 * An event that replication brought over is disabled on the replica, and its scheduler runs or not as that server's own
 * options say. On 5.6 and MariaDB an event of an account with SUPER writes on a closed node. If the server refuses
 * something here (a missing grant, a scheduler that is disabled for good), the command does not fail: looks show the
 * state of the events.
 */
import type { StatusRow } from './columns.ts';
import { askIfAllowed, type Command } from './statement-session.ts';

export type EventsPolicy = 'leave' | 'managed';

const asleep = `SELECT EVENT_SCHEMA AS \`schema\`, EVENT_NAME AS name, DEFINER AS definer FROM information_schema.EVENTS
  WHERE STATUS IN ('SLAVESIDE_DISABLED', 'REPLICA_SIDE_DISABLED')`;

/** On the new holder: events that were disabled because it was a replica run again, as their own definers. */
export async function runEvents(command: Command): Promise<void> {
  for (const event of await askIfAllowed(command, asleep)) {
    const statement = enableStatement(event);
    if (statement !== null) await askIfAllowed(command, statement);
  }
  await askIfAllowed(command, 'SET GLOBAL event_scheduler = ON');
}

/** On a closed node: no event begins any more. */
export async function pauseEvents(command: Command): Promise<void> {
  await askIfAllowed(command, 'SET GLOBAL event_scheduler = OFF');
}

/** Without DEFINER the event would become ours. Null where the definer has no host, which no server shows. */
export function enableStatement({ schema, name, definer }: StatusRow): string | null {
  const text = String(definer);
  const at = text.lastIndexOf('@');
  if (at < 0) return null;
  const who = `${quoted(text.slice(0, at))}@${quoted(text.slice(at + 1))}`;
  return `ALTER DEFINER = ${who} EVENT ${quoted(String(schema))}.${quoted(String(name))} ENABLE`;
}

function quoted(identifier: string): string {
  return `\`${identifier.replaceAll('`', '``')}\``;
}
