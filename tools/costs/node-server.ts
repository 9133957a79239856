/** Simulated nodes that speak MySQL: the login and the commands by mysql2's own server side. */
import { createServer, type Socket } from 'node:net';
import { type Connection, type ConnectionOptions, createConnection, format, type SqlValue } from 'mysql2';
import type { NodePair, NodePlace } from './node-pair.ts';
import { encodeBinaryRow, encodePrepared, encodeRows } from './node-wire.ts';
import { answerTo, isBeat, isPulse } from './node-words.ts';

/** What clients asked of all nodes since they were started. */
export interface NodeCounts {
  /** Looks: each begins with one pulse, or the beat of one. */
  readonly looks: number;
  readonly statements: number;
  /** Both ways, without TCP and IP. */
  readonly bytes: number;
  /** The same by the address that the client came from: each vantage has its own. */
  readonly by: Readonly<Record<string, Asked>>;
}

export interface Asked {
  readonly looks: number;
  readonly bytes: number;
}

export interface NodeServers {
  counts(): NodeCounts;
}

/** All that a server may say it can, but compression and TLS. */
const capabilities = 0xffffff & ~0x20 & ~0x800;
const UTF8MB4 = 45;

/** Starts two servers for each pair, all on this port. Rejects when it is taken. */
export async function startNodes(pairs: readonly NodePair[], port: number): Promise<NodeServers> {
  const counter = new Counter();
  let connections = 0;
  const start = (pair: NodePair, place: NodePlace) =>
    new Promise<void>((resolve, reject) => {
      const server = createServer({ noDelay: true }, (socket) => {
        connections += 1;
        counter.follow(socket);
        serve(socket, pair, place, connections, counter);
      });
      server.once('error', reject).listen(port, pair.addresses[place], () => resolve());
    });
  await Promise.all(pairs.flatMap((pair) => [start(pair, 'first'), start(pair, 'second')]));
  return { counts: () => counter.counts() };
}

class Counter {
  readonly #sockets = new Map<Socket, string>();
  readonly #ended = new Map<string, Asked>();
  #statements = 0;

  follow(socket: Socket): void {
    const address = socket.remoteAddress ?? '';
    this.#sockets.set(socket, address);
    socket.once('close', () => {
      this.#sockets.delete(socket);
      this.#add(address, { looks: 0, bytes: bytesOf(socket) });
    });
  }

  heard(sql: string, address: string): void {
    this.#statements += 1;
    if (isPulse.test(sql) || isBeat.test(sql)) this.#add(address, { looks: 1, bytes: 0 });
  }

  #add(address: string, { looks, bytes }: Asked): void {
    const before = this.#ended.get(address) ?? { looks: 0, bytes: 0 };
    this.#ended.set(address, { looks: before.looks + looks, bytes: before.bytes + bytes });
  }

  counts(): NodeCounts {
    const by: Record<string, Asked> = Object.fromEntries(this.#ended);
    for (const [socket, address] of this.#sockets) {
      const { looks, bytes } = by[address] ?? { looks: 0, bytes: 0 };
      by[address] = { looks, bytes: bytes + bytesOf(socket) };
    }
    const all = Object.values(by);
    return {
      looks: all.reduce((sum, { looks }) => sum + looks, 0),
      statements: this.#statements,
      bytes: all.reduce((sum, { bytes }) => sum + bytes, 0),
      by,
    };
  }
}

function bytesOf({ bytesRead, bytesWritten }: Socket): number {
  return bytesRead + bytesWritten;
}

/** What mysql2 reads of a server's side; its types know the client's only. */
interface ServerOptions extends ConnectionOptions {
  readonly isServer: true;
}

function serve(
  socket: Socket,
  pair: NodePair,
  place: NodePlace,
  connectionId: number,
  counter: Counter,
): void {
  // Without the last one, each connection would come with room for 16,000 prepared statements.
  const options: ServerOptions = { stream: socket, isServer: true, maxPreparedStatements: 1 };
  const connection = createConnection(options);
  const from = socket.remoteAddress ?? '';
  const prepared: string[] = [];
  const answer = (sql: string, encode?: typeof encodeBinaryRow) => {
    counter.heard(sql, from);
    const words = answerTo(pair, place, sql, Date.now());
    switch (words.kind) {
      case 'done':
        connection.writeOk();
        break;
      case 'error':
        connection.writeError({ code: words.errno, message: words.message });
        break;
      case 'rows':
        socket.write(encodeRows(words.columns, words.rows, encode));
        break;
    }
    // Each command begins a count of its own; mysql2's server side goes on with the last one's.
    connection.sequenceId = 0;
  };
  const prepare = (sql: string) => {
    prepared.push(sql);
    socket.write(encodePrepared(prepared.length, sql.split('?').length - 1));
    connection.sequenceId = 0;
  };
  connection.on('query', (sql: string) => answer(sql));
  // mysql2 takes a SET for a kind of PREPARE.
  connection.on('stmt_prepare', (sql: string) => (sql.startsWith('SET ') ? answer(sql) : prepare(sql)));
  connection.on('stmt_execute', (id: number, _flags: number, _times: number, values: SqlValue[]) =>
    answer(format(prepared[id - 1] ?? '', values), encodeBinaryRow),
  );
  // A client that goes away is no concern of a server.
  connection.on('error', () => {});
  letIn(connection, connectionId);
}

/** Every login is let in. mysql2 says so in the callback, and a new count begins after it. */
function letIn(connection: Connection, connectionId: number): void {
  connection.serverHandshake({
    protocolVersion: 10,
    serverVersion: '8.4.6',
    connectionId,
    statusFlags: 2,
    characterSet: UTF8MB4,
    capabilityFlags: capabilities,
    authCallback: (_who: unknown, done: (error: null) => void) => {
      done(null);
      connection.sequenceId = 0;
    },
  });
}
