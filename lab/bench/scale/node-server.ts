/** Simulated nodes that speak MySQL: the login and the commands by mysql2's own server side. */
import type { Socket } from 'node:net';
import { type Connection, createServer } from 'mysql2';
import type { NodePair, NodePlace } from './node-pair.ts';
import { encodeRows } from './node-wire.ts';
import { answerTo } from './node-words.ts';

/** What clients asked of all nodes since they were started. */
export interface NodeCounts {
  /** Looks: each begins with one pulse. */
  readonly looks: number;
  readonly statements: number;
  /** Both ways, without TCP and IP. */
  readonly bytes: number;
}

export interface NodeServers {
  counts(): NodeCounts;
}

/** All that a server may say it can, but compression and TLS. */
const capabilities = 0xffffff & ~0x20 & ~0x800;
const UTF8MB4 = 45;

/** mysql2's types know the port only. */
interface Listening {
  listen(port: number, host: string, backlog: number, done: () => void): unknown;
}

/** Starts two servers for each pair, all on this port. A port that is taken ends the process. */
export async function startNodes(pairs: readonly NodePair[], port: number): Promise<NodeServers> {
  const counter = new Counter();
  let connections = 0;
  const start = (pair: NodePair, place: NodePlace) =>
    new Promise<void>((resolve) => {
      const server = createServer((connection) => {
        connections += 1;
        serve(connection, pair, place, connections, counter);
      });
      (server as unknown as Listening).listen(port, pair.addresses[place], 128, resolve);
    });
  await Promise.all(pairs.flatMap((pair) => [start(pair, 'first'), start(pair, 'second')]));
  return { counts: () => counter.counts() };
}

class Counter {
  readonly #sockets = new Set<Socket>();
  #looks = 0;
  #statements = 0;
  #closedBytes = 0;

  follow(socket: Socket): void {
    this.#sockets.add(socket);
    socket.once('close', () => {
      this.#sockets.delete(socket);
      this.#closedBytes += bytesOf(socket);
    });
  }

  heard(sql: string): void {
    this.#statements += 1;
    if (sql.startsWith('SELECT @@global.server_uuid')) this.#looks += 1;
  }

  counts(): NodeCounts {
    const open = [...this.#sockets].reduce((sum, socket) => sum + bytesOf(socket), 0);
    return { looks: this.#looks, statements: this.#statements, bytes: this.#closedBytes + open };
  }
}

function bytesOf({ bytesRead, bytesWritten }: Socket): number {
  return bytesRead + bytesWritten;
}

function serve(
  connection: Connection,
  pair: NodePair,
  place: NodePlace,
  connectionId: number,
  counter: Counter,
): void {
  const { stream } = connection as unknown as { readonly stream: Socket };
  counter.follow(stream);
  stream.setNoDelay(true);
  const answer = (sql: string) => {
    counter.heard(sql);
    const words = answerTo(pair, place, sql, Date.now());
    switch (words.kind) {
      case 'done':
        connection.writeOk();
        break;
      case 'error':
        connection.writeError({ code: words.errno, message: words.message });
        break;
      case 'rows':
        stream.write(encodeRows(words.columns, words.rows));
        break;
    }
    // Each command begins a count of its own; mysql2's server side goes on with the last one's.
    connection.sequenceId = 0;
  };
  connection.on('query', answer);
  // mysql2 takes a SET for a kind of PREPARE.
  connection.on('stmt_prepare', answer);
  // A client that goes away is no concern of a server.
  connection.on('error', () => {});
  connection.serverHandshake({
    protocolVersion: 10,
    serverVersion: '8.4.6',
    connectionId,
    statusFlags: 2,
    characterSet: UTF8MB4,
    capabilityFlags: capabilities,
    // Whoever comes is let in. mysql2 says so in the callback, and a new count begins after it.
    authCallback: (_who: unknown, letIn: (error: null) => void) => {
      letIn(null);
      connection.sequenceId = 0;
    },
  });
}
