/** mysql2 with its pool. */
import { createPool } from 'mysql2/promise';
import { insert, readOrder, type Write, writeOn } from './loop.ts';

const order = readOrder();
const { host, port, user, password } = order;
const account = { host, port, user, password };

/** As its manual begins: the pool does all. */
function byDefault(): Write {
  const pool = createPool(account);
  return async (seq) => {
    await pool.query(insert, [order.name, seq]);
  };
}

/** A connection that had an error is thrown away: its answer may still come, or its server may be read-only. */
function asRecommended(): Write {
  const pool = createPool({
    ...account,
    connectTimeout: order.connectSeconds * 1000,
    enableKeepAlive: true,
    keepAliveInitialDelay: 10_000,
    maxIdle: 10,
    idleTimeout: 60_000,
  });
  return async (seq) => {
    const connection = await pool.getConnection();
    try {
      const timeout = order.statementSeconds * 1000;
      await connection.query({ sql: insert, values: [order.name, seq], timeout });
      connection.release();
    } catch (error) {
      connection.destroy();
      throw error;
    }
  };
}

await writeOn(order, order.settings === 'recommended' ? asRecommended() : byDefault());
