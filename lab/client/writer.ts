/**
 * The client's process: one row every 20 ms through the VIP, as an application would write them. It runs
 * apart from the lab, so that nothing the lab does can hold its clock up.
 */
import { connect as connectSocket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { type Connection, createConnection } from 'mysql2/promise';
import { type Acknowledged, gapFloorMs } from './account.ts';
import { type FromClient, type Order, orderVariable, type Tale, type ToClient } from './words.ts';

/** The first wait before a new attempt, and the longest: short, because its users are waiting. */
const backoffMs = { first: 20, last: 100 };

interface Session {
  readonly connection: Connection;
  readonly server: string;
}

const order = JSON.parse(process.env[orderVariable] ?? '{}') as Order;
const writes: Acknowledged[] = [];
let attempts = 0;
let stopping = false;
/** The longer of what was and what is wrong: told once, not at each attempt. */
let failing = false;

async function main(): Promise<void> {
  let session: Session | null = null;
  let waitMs: number = backoffMs.first;
  while (!stopping) {
    const beganMs = Date.now();
    try {
      session ??= await connect();
      await write(session);
      waitMs = backoffMs.first;
      await delay(Math.max(0, order.everyMs - (Date.now() - beganMs)));
    } catch (error) {
      tellFailure(error);
      session?.connection.destroy();
      session = null;
      await delay(waitMs);
      waitMs = Math.min(waitMs * 2, backoffMs.last);
    }
  }
  session?.connection.destroy();
}

async function connect(): Promise<Session> {
  const connection = await createConnection({
    user: order.user,
    password: order.password,
    connectTimeout: order.timeoutMs,
    stream: () =>
      connectSocket({ host: order.host, port: order.port, localAddress: order.localAddress, noDelay: true }),
  });
  // Its next write fails, and says why.
  connection.on('error', () => {});
  try {
    // An application relies on no default either.
    await connection.query({ sql: 'SET autocommit = 1', timeout: order.timeoutMs });
    const server = await identify(connection);
    tell({ kind: 'connected', atMs: Date.now(), server });
    return { connection, server };
  } catch (error) {
    connection.destroy();
    throw error;
  }
}

/** Who answered. MariaDB has no `@@server_uuid`. */
async function identify(connection: Connection): Promise<string> {
  const ask = async (expression: string) => {
    const [rows] = await connection.query({ sql: `SELECT ${expression} AS it`, timeout: order.timeoutMs });
    return String((rows as { it: unknown }[])[0]?.it);
  };
  const version = await ask('@@version');
  return /mariadb/i.test(version) ? `server_id:${await ask('@@server_id')}` : ask('@@server_uuid');
}

async function write({ connection, server }: Session): Promise<void> {
  attempts += 1;
  const seq = attempts;
  const sentMs = Date.now();
  await connection.query({
    sql: 'INSERT INTO app.writes (client, seq) VALUES (?, ?)',
    values: [order.name, seq],
    timeout: order.timeoutMs,
  });
  const last = writes.at(-1);
  writes.push({ client: order.name, seq, sentMs, acknowledgedMs: Date.now(), server });
  failing = false;
  const afterMs = last ? Date.now() - last.acknowledgedMs : 0;
  if (afterMs > gapFloorMs) tell({ kind: 'resumed', atMs: Date.now(), afterMs, server });
}

function tellFailure(error: unknown): void {
  if (failing) return;
  failing = true;
  const { code, message } = error as { code?: string; message: string };
  tell({ kind: 'failing', atMs: Date.now(), because: code ? `${code}: ${message}` : message });
}

function tell(tale: Tale): void {
  send({ kind: 'tale', tale });
}

function send(message: FromClient, sent?: () => void): void {
  process.send?.(message, undefined, undefined, sent);
}

process.on('message', (message: ToClient) => {
  if (message.kind === 'stop') stopping = true;
});
// The lab is gone: nobody will ask for the result.
process.on('disconnect', () => process.exit());
if (!process.connected) process.exit();

await main();
send({ kind: 'result', writes, attempts, untilMs: Date.now() }, () => process.disconnect());
