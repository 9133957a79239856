/**
 * The pulse of one connection. A connection leads to one process of a server, so the server's identity cannot change on
 * it. The identity, and the variables that a person sets, are asked once a second; what changes by itself is asked with
 * every look.
 */
import type { StatusRow } from './columns.ts';
import type { MysqlLink } from './connection.ts';
import { spreadBeat, spreadPulse } from './pulse-row.ts';
import { nowMs } from './waiting.ts';

/** How often all is asked. Milliseconds: a little less than a second, because looks are not on the dot. */
const EVERY_MS = 900;

interface Known {
  readonly row: StatusRow;
  readonly atMs: number;
}

const known = new WeakMap<MysqlLink, Known>();

/** Asks it. Throws a `MysqlFailure`. With a limit, a connection that is too late is lost. */
export async function askPulse(link: MysqlLink, limitMs: number | null): Promise<StatusRow> {
  const ask = (sql: string) => link.queryAgain(sql, [], limitMs);
  const before = known.get(link);
  if (before !== undefined && nowMs() - before.atMs < EVERY_MS) {
    const [row] = await ask(link.dialect.beat);
    return { ...before.row, ...spreadBeat(row ?? {}) };
  }
  const [row] = await ask(link.dialect.pulse);
  const all = spreadPulse(row ?? {});
  known.set(link, { row: all, atMs: nowMs() });
  return all;
}
