/**
 * Statements that are asked again and again on a connection. Their text is most of what goes to the server, and the server
 * parses it each time; prepared, it goes there once, and a number of four bytes after that.
 *
 * The first two times a statement goes as text, and it is prepared behind the second answer: nobody waits for it, and on a
 * connection for one command nothing is prepared at all. It stays text where it cannot be prepared: `max_prepared_stmt_count` is a limit of the whole server, and an application that
 * leaks statements must not make a server look ill.
 */
import type { StatusRow } from './columns.ts';

export type Ask = (sql: string, values: readonly unknown[]) => Promise<readonly StatusRow[]>;
export type AskPrepared = (values: readonly unknown[]) => Promise<readonly StatusRow[]>;

/** ER_UNKNOWN_STMT_HANDLER, ER_NEED_REPREPARE: these are about the preparation, not about the statement. */
const ofPreparing = new Set([1243, 1615]);

/** `ask` for statements that come again. There must be few of them, because a prepared statement is kept for good. */
export function askAgain(ask: Ask, prepare: (sql: string) => Promise<AskPrepared>): Ask {
  const known = new Map<string, AskPrepared | 'once' | 'text'>();

  async function begin(sql: string): Promise<void> {
    known.set(sql, 'text');
    const prepared = await prepare(sql).catch(() => null);
    if (prepared !== null) known.set(sql, prepared);
  }

  return async (sql, values) => {
    const prepared = known.get(sql);
    if (typeof prepared === 'function') {
      try {
        return await prepared(values);
      } catch (error) {
        if (!ofPreparing.has(Number((error as { errno?: unknown }).errno))) throw error;
        known.set(sql, 'text');
      }
    }
    const rows = await ask(sql, values);
    if (prepared === undefined) known.set(sql, 'once');
    else if (known.get(sql) === 'once') void begin(sql);
    return rows;
  };
}
