/** mysql2 with one connection, which is made anew after an error that ended it. */
import { type Connection, createConnection } from 'mysql2/promise';
import { insert, readOrder, writeOn } from './loop.ts';

const order = readOrder();
const recommended = order.settings === 'recommended';
const statementMs = order.statementSeconds * 1000;
let connection: Connection | null = null;

await writeOn(order, async (seq) => {
  connection ??= await connect();
  try {
    const values = [order.name, seq];
    if (recommended) await connection.query({ sql: insert, values, timeout: statementMs });
    else await connection.query(insert, values);
  } catch (error) {
    // By default an application looks only at whether the connection is over.
    if (recommended || (error as { fatal?: boolean }).fatal) {
      connection?.destroy();
      connection = null;
    }
    throw error;
  }
});

async function connect(): Promise<Connection> {
  const { host, port, user, password, connectSeconds } = order;
  const made = await createConnection({
    host,
    port,
    user,
    password,
    ...(recommended
      ? { connectTimeout: connectSeconds * 1000, enableKeepAlive: true, keepAliveInitialDelay: 10_000 }
      : {}),
  });
  made.on('error', () => {
    made.destroy();
    if (connection === made) connection = null;
  });
  return made;
}
