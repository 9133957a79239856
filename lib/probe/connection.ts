/** One connection to a server, over mysql2: made, asked and thrown away within limits. mysql2 stays in here. */
import { connect, type Socket } from 'node:net';
import { type Connection, createConnection, type SslOptions } from 'mysql2';
import { type Dialect, dialectOf, versionQuery } from './dialect.ts';
import { MysqlFailure, type Phase } from './errors.ts';
import type { ProbeCredentials } from './protocol.ts';
import type { StatusRow } from './status-rows.ts';
import { late, nowMs, within } from './waiting.ts';

export interface NodeEndpoint {
  readonly host: string;
  readonly port: number;
  readonly credentials: ProbeCredentials;
}

/** Probes of silence on an idle connection: a host that restarted unseen then resets it. Milliseconds. */
const KEEP_ALIVE_MS = 1000;

/** A connection that is logged in, has the session settings of `Dialect.session`, and knows its server's dialect. */
export interface MysqlLink {
  readonly dialect: Dialect;
  readonly id: number;
  /** Resolves when the connection is gone, whoever ended it. */
  readonly gone: Promise<void>;
  isGone(): boolean;
  /**
   * Rows of a statement; none for one that returns no rows. Throws a `MysqlFailure`. A statement that is not
   * answered within `limitMs` takes the connection with it: nothing could be asked on it any more.
   */
  query(sql: string, values: readonly unknown[], limitMs: number): Promise<readonly StatusRow[]>;
  /** As `query`, for as long as it takes. */
  queryWithoutLimit(sql: string, values: readonly unknown[]): Promise<readonly StatusRow[]>;
  /** Ends it at once, without a word. */
  destroy(): void;
  /** Says goodbye first, so that the server does not count an aborted client. */
  quit(): void;
}

/** A connection that is being made. */
export interface Dialling {
  /** Rejects with a `MysqlFailure`, with nothing left behind. */
  readonly link: Promise<MysqlLink>;
  /** What it is at. */
  during(): Phase;
  /** Gives it up, unless it is made. */
  abandon(): void;
}

/** Connects and logs in, all within `limitMs`. Throws a `MysqlFailure`, with nothing left behind. */
export function dial(endpoint: NodeEndpoint, limitMs: number): Promise<MysqlLink> {
  const deadlineMs = nowMs() + limitMs;
  return startDial(endpoint, () => deadlineMs - nowMs()).link;
}

/** The same, for a caller that wants to know how far it is. `leftMs` says how long a phase may still take. */
export function startDial(
  endpoint: NodeEndpoint,
  leftMs: (during: 'connect' | 'login', sinceMs: number) => number,
): Dialling {
  const startMs = nowMs();
  const socket = connect({ host: endpoint.host, port: endpoint.port, noDelay: true });
  const gone = new Promise<void>((resolve) => socket.once('close', () => resolve()));
  let during: Phase = 'connect';
  let isMade = false;

  async function make(): Promise<MysqlLink> {
    try {
      await phase('connect', startMs, leftMs('connect', startMs), connected(socket));
      during = 'login';
      const loginMs = nowMs();
      const login = <T>(work: Promise<T>) => phase('login', startMs, leftMs('login', loginMs), work);
      socket.setKeepAlive(true, KEEP_ALIVE_MS);
      const connection = createConnection(optionsOf(endpoint, socket));
      await login(loggedIn(connection));
      const ask = asker(connection, socket);
      const [row] = await login(ask(versionQuery, []));
      const dialect = dialectOf(String(row?.version), String(row?.comment));
      await login(ask(dialect.session, []).catch(notSet));
      isMade = true;
      return link(connection, socket, ask, gone, dialect);
    } catch (error) {
      socket.destroy();
      throw error;
    }
  }

  return {
    link: make(),
    during: () => during,
    abandon() {
      if (!isMade) socket.destroy(new Error('it was given up'));
    },
  };
}

/** The server names the setting that it refuses; this says what it was for. */
function notSet(error: unknown): never {
  if (!(error instanceof Error)) throw error;
  error.message = `a setting that keepalambda's sessions need was refused: ${error.message}`;
  throw error;
}

type Ask = (sql: string, values: readonly unknown[]) => Promise<readonly StatusRow[]>;

function link(
  connection: Connection,
  socket: Socket,
  ask: Ask,
  gone: Promise<void>,
  dialect: Dialect,
): MysqlLink {
  const destroy = () => {
    connection.destroy();
    // mysql2 only ends its half; a hung server would keep the other one open.
    socket.destroy();
  };
  return {
    dialect,
    id: connection.threadId ?? 0,
    gone,
    isGone: () => socket.destroyed,
    destroy,
    quit() {
      connection.end(() => {});
      void within(gone, 1000).then(destroy);
    },
    queryWithoutLimit: (sql, values) => phase('query', nowMs(), null, ask(sql, values)),
    async query(sql, values, limitMs) {
      const startMs = nowMs();
      try {
        return await phase('query', startMs, limitMs, ask(sql, values));
      } catch (error) {
        if (error instanceof MysqlFailure && error.timedOut) destroy();
        throw error;
      }
    },
  };
}

/** Runs one phase: every way in which it can fail becomes a `MysqlFailure`. */
async function phase<T>(
  during: Phase,
  startMs: number,
  limitMs: number | null,
  work: Promise<T>,
): Promise<T> {
  const failed = (reason: 'timeout' | Error) => new MysqlFailure(during, nowMs() - startMs, reason);
  try {
    const answer = limitMs === null ? await work : await within(work, limitMs);
    if (answer === late) throw failed('timeout');
    return answer;
  } catch (error) {
    throw error instanceof MysqlFailure ? error : failed(error as Error);
  }
}

function connected(socket: Socket): Promise<void> {
  return new Promise((resolve, reject) => {
    socket.once('connect', () => resolve());
    // Kept for the life of the socket: an error without a listener would end the process.
    socket.on('error', reject);
  });
}

function loggedIn(connection: Connection): Promise<void> {
  return new Promise((resolve, reject) => {
    connection.once('connect', () => resolve());
    // Kept for the life of the connection: mysql2 reports a loss while idle as an error event.
    connection.on('error', reject);
  });
}

/** mysql2 never answers a statement on a connection that we destroyed ourselves; this does, as lost. */
function asker(connection: Connection, socket: Socket): Ask {
  const waiting = new Set<(error: Error) => void>();
  socket.once('close', () => {
    for (const reject of waiting) reject(new Error('the connection was lost'));
  });
  return async (sql, values) => {
    let refuse: (error: Error) => void = () => {};
    try {
      return await new Promise((resolve, reject) => {
        refuse = reject;
        waiting.add(reject);
        connection.query(sql, [...values], (error, result) => {
          if (error) reject(error);
          else resolve(Array.isArray(result) ? (result as StatusRow[]) : []);
        });
      });
    } finally {
      waiting.delete(refuse);
    }
  };
}

function optionsOf({ host, port, credentials }: NodeEndpoint, socket: Socket) {
  const ssl = tlsOf(credentials);
  return {
    ...{ host, port, stream: socket },
    user: credentials.user,
    password: credentials.password,
    ...(ssl === null ? {} : { ssl }),
    // Limits are ours: see `dial` and `query`.
    connectTimeout: 0,
    // We prepare none, and mysql2 makes room for 16,000 on each connection: 100 pairs would not fit into the memory.
    maxPreparedStatements: 1,
    dateStrings: true,
    supportBigNumbers: true,
    // Nothing of the process is told to the server but a name that a person finds in its process list.
    connectAttributes: { program_name: 'keepalambda' },
  };
}

/**
 * `verify-ca` checks who signed the certificate, not the name on it: nodes are known by address, and mysqld's own
 * certificates carry no address.
 */
function tlsOf(credentials: ProbeCredentials): SslOptions | null {
  const { ca, tls = 'off' } = credentials;
  switch (tls) {
    case 'off':
      return null;
    case 'encrypt':
      return { rejectUnauthorized: false };
    case 'verify-ca':
      // Without an authority of its own, mysqld's certificate would be checked against Node's list, and refused.
      return { rejectUnauthorized: true, verifyIdentity: false, ...(ca === undefined ? {} : { ca }) };
  }
}
