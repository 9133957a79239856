/** One connection to a server, over mysql2: made, asked and thrown away within limits. mysql2 stays in here. */
import { connect, type Socket } from 'node:net';
import { type Connection, createConnection, type PrepareStatementInfo, type SslOptions } from 'mysql2';
import type { StatusRow } from './columns.ts';
import { type Dialect, dialectOf, versionQuery } from './dialect.ts';
import { MysqlFailure, type Phase } from './errors.ts';
import { type Ask, type AskPrepared, askAgain } from './prepared.ts';
import type { ProbeCredentials } from './protocol.ts';
import { late, nowMs, within } from './waiting.ts';

export interface NodeEndpoint {
  readonly host: string;
  readonly port: number;
  readonly credentials: ProbeCredentials;
}

/** When TCP keep-alive probes an idle connection: a host that restarted unnoticed then resets it. Milliseconds. */
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
  /** As one of these two, in fewer bytes (`prepared.ts`): for the few statements that are asked again and again. */
  queryAgain(sql: string, values: readonly unknown[], limitMs: number | null): Promise<readonly StatusRow[]>;
  /** Ends it at once, without a word. */
  destroy(): void;
  /** Says goodbye first, so that the server does not count an aborted client. */
  quit(): void;
}

/** A connection that is being made. */
export interface Dialling<L = MysqlLink> {
  /** Null where nobody wanted it any more when it was let in. Rejects with a `MysqlFailure`, with nothing left behind. */
  readonly link: Promise<L>;
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

type LeftMs = (during: 'connect' | 'login', sinceMs: number) => number;

/**
 * The same, for a caller that wants to know how far it is. `leftMs` says how long a phase may still take. `isWanted`
 * says whether somebody will use the connection; if not, it is closed as soon as it is let in.
 */
export function startDial(endpoint: NodeEndpoint, leftMs: LeftMs): Dialling;
export function startDial(
  endpoint: NodeEndpoint,
  leftMs: LeftMs,
  isWanted: () => boolean,
): Dialling<MysqlLink | null>;
export function startDial(
  endpoint: NodeEndpoint,
  leftMs: LeftMs,
  isWanted = () => true,
): Dialling<MysqlLink | null> {
  const startMs = nowMs();
  const socket = connect({ host: endpoint.host, port: endpoint.port, noDelay: true });
  const gone = new Promise<void>((resolve) => socket.once('close', () => resolve()));
  let during: Phase = 'connect';
  let isMade = false;

  async function make(): Promise<MysqlLink | null> {
    try {
      await phase('connect', startMs, leftMs('connect', startMs), connected(socket));
      during = 'login';
      const loginMs = nowMs();
      const login = <T>(work: Promise<T>) => phase('login', startMs, leftMs('login', loginMs), work);
      socket.setKeepAlive(true, KEEP_ALIVE_MS);
      const connection = createConnection(optionsOf(endpoint, socket));
      await login(loggedIn(connection));
      if (!isWanted()) {
        quit(connection, socket, gone);
        return null;
      }
      const asker = askerOf(connection, socket);
      const [row] = await login(asker.ask(versionQuery, []));
      const dialect = dialectOf(String(row?.version), String(row?.comment));
      await login(asker.ask(dialect.session, []).catch(notSet));
      isMade = true;
      return link(connection, socket, asker, gone, dialect);
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

function link(
  connection: Connection,
  socket: Socket,
  { ask, prepare }: Asker,
  gone: Promise<void>,
  dialect: Dialect,
): MysqlLink {
  const again = askAgain(ask, prepare);
  const destroy = () => end(connection, socket);
  return {
    dialect,
    id: connection.threadId ?? 0,
    gone,
    isGone: () => socket.destroyed,
    destroy,
    quit: () => quit(connection, socket, gone),
    queryWithoutLimit: (sql, values) => limited(null, ask(sql, values)),
    query: (sql, values, limitMs) => limited(limitMs, ask(sql, values)),
    queryAgain: (sql, values, limitMs) => limited(limitMs, again(sql, values)),
  };

  async function limited(limitMs: number | null, answer: ReturnType<Ask>) {
    try {
      return await phase('query', nowMs(), limitMs, answer);
    } catch (error) {
      if (error instanceof MysqlFailure && error.timedOut) destroy();
      throw error;
    }
  }
}

function end(connection: Connection, socket: Socket): void {
  connection.destroy();
  // mysql2 only ends its half; a hung server would keep the other one open.
  socket.destroy();
}

function quit(connection: Connection, socket: Socket, gone: Promise<void>): void {
  connection.end(() => {});
  void within(gone, 1000).then(() => end(connection, socket));
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

interface Asker {
  readonly ask: Ask;
  prepare(sql: string): Promise<AskPrepared>;
}

/** How mysql2 reports the result of a command. */
type Told<T> = (error: Error | null, result: T) => void;

/** mysql2 never answers a command on a connection that we destroyed ourselves; this does, as lost. */
function askerOf(connection: Connection, socket: Socket): Asker {
  const waiting = new Set<(error: Error) => void>();
  socket.once('close', () => {
    for (const reject of waiting) reject(new Error('the connection was lost'));
  });
  async function told<T>(command: (told: Told<T>) => void): Promise<T> {
    let refuse: (error: Error) => void = () => {};
    try {
      return await new Promise((resolve, reject) => {
        refuse = reject;
        waiting.add(reject);
        command((error, result) => (error ? reject(error) : resolve(result)));
      });
    } finally {
      waiting.delete(refuse);
    }
  }
  const rowsOf = (result: unknown) => (Array.isArray(result) ? (result as StatusRow[]) : []);
  return {
    ask: async (sql, values) => rowsOf(await told((tell) => connection.query(sql, [...values], tell))),
    async prepare(sql) {
      const statement = await told<PrepareStatementInfo>((tell) => connection.prepare(sql, tell));
      return async (values) => rowsOf(await told((tell) => statement.execute([...values], tell)));
    },
  };
}

function optionsOf({ host, port, credentials }: NodeEndpoint, socket: Socket) {
  const ssl = tlsOf(credentials);
  return {
    host,
    port,
    stream: socket,
    user: credentials.user,
    password: credentials.password,
    ...(ssl === null ? {} : { ssl }),
    // Limits are ours: see `dial` and `query`.
    connectTimeout: 0,
    // A few more than are asked again and again. mysql2's default is 16,000, and 100 pairs would then not fit into the
    // memory.
    maxPreparedStatements: 16,
    dateStrings: true,
    supportBigNumbers: true,
    // The server learns only this name of the process: a person finds it in the process list.
    connectAttributes: { program_name: 'keepalambda' },
  };
}

/**
 * `verify-ca` checks who signed the certificate, not the name on it: nodes are known by address, and mysqld's own
 * certificates carry no address.
 */
function tlsOf(credentials: ProbeCredentials): SslOptions | null {
  const { ca, tls = 'off' } = credentials;
  const key = `${tls} ${ca ?? ''}`;
  const known = tlsOptions.get(key);
  if (known !== undefined) return known;
  const made = makeTls(tls, ca);
  tlsOptions.set(key, made);
  return made;
}

/**
 * mysql2 caches the parsed certificates and the TLS sessions of a server by these objects, so there is one object for
 * each kind. A login that resumes a session needs no certificate, and a fraction of the bytes and of the CPU.
 */
const tlsOptions = new Map<string, SslOptions | null>();

function makeTls(tls: NonNullable<ProbeCredentials['tls']>, ca: string | undefined): SslOptions | null {
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
