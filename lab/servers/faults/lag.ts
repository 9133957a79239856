/**
 * Real lag: a session on the lagging node holds a table that its SQL thread needs, and its source keeps
 * sending it events for that table. Only `lab.ticks` is locked: the application's own writes go on.
 *
 * The events are `FLUSH TABLES lab.ticks`: servers log it, a replica needs the table to carry it out, and a
 * read-only server runs it too (a standby is one, and it is the source when the holder is to lag).
 */
import type { Instance } from '../instance.ts';
import type { Undo } from './undo.ts';

/** How often the source sends an event: `Seconds_Behind_Master` counts from the one that waits. */
const eventEveryMs = 500;

/** Makes `node` lag behind `source`, by one second per second. Undone by letting the table go. */
export async function lag(node: Instance, source: Instance): Promise<Undo> {
  const session = await node.openRoot();
  await session.query('LOCK TABLES lab.ticks WRITE');
  const sendEvent = () => source.sql('FLUSH TABLES lab.ticks').then(noop, noop);
  await sendEvent();
  const timer = setInterval(() => void sendEvent(), eventEveryMs);
  return async () => {
    clearInterval(timer);
    session.destroy();
  };
}

/** A source that is gone sends no events: the lag that there is stays until the table is let go. */
function noop(): void {}
