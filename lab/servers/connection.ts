/** The lab's own way in: root, through the server's socket, which no network fault can cut. */
import { type Connection, createConnection } from 'mysql2/promise';

/** Opens a root connection. Rejects after 5 s without an answer. */
export async function openRoot(socketPath: string): Promise<Connection> {
  const connection = await createConnection({
    socketPath,
    user: 'root',
    connectTimeout: 5_000,
    supportBigNumbers: true,
    bigNumberStrings: true,
    dateStrings: true,
  });
  // A server that dies under an idle connection is no error of ours: the next statement opens another.
  connection.on('error', () => {});
  // Whatever the server's default is, a statement of the lab's is done when it is answered.
  await connection.query('SET autocommit = 1');
  return connection;
}

/** One row of a result, by column name. */
export type QueryRow = Readonly<Record<string, string | number | null>>;

/** Runs a statement and gives back its rows (none if it has none). Rejects after `limitMs`. */
export async function rowsOf(
  connection: Connection,
  sql: string,
  limitMs = 10_000,
): Promise<readonly QueryRow[]> {
  const [result] = await connection.query({ sql, timeout: limitMs });
  return Array.isArray(result) ? (result as QueryRow[]) : [];
}
