/** One connection to a server, over mysql2: made, asked and thrown away within limits. mysql2 stays in here. */
import { connect, type Socket } from 'node:net';
import { type Connection, createConnection, type PrepareStatementInfo } from 'mysql2';
import type { StatusRow } from './columns.ts';
import { type Dialect, dialectOf, versionQuery } from './dialect.ts';
import { MysqlFailure, type Phase } from './errors.ts';
import { type Ask, type AskPrepared, askAgain } from './prepared.ts';
import type { ProbeCredentials } from './protocol.ts';
import { tlsOf } from './tls.ts';
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

type LeftMs = (during: 'connect' | 'login', sinceMs: number) => number;

/** Connects and logs in, all within `limitMs`. Throws a `MysqlFailure`, with nothing left behind. */
export function dial(endpoint: NodeEndpoint, limitMs: number): Promise<MysqlLink> {
  const deadlineMs = nowMs() + limitMs;
  return new Dialling(endpoint, () => deadlineMs - nowMs()).make();
}

/** A connection that is being made, for a caller that wants to know how far it is. It is made once. */
export class Dialling {
  readonly #endpoint: NodeEndpoint;
  readonly #leftMs: LeftMs;
  readonly #startMs = nowMs();
  readonly #socket: Socket;
  readonly #gone: Promise<void>;
  #during: Phase = 'connect';
  #isMade = false;

  /** `leftMs` says how long a phase may still take. */
  constructor(endpoint: NodeEndpoint, leftMs: LeftMs) {
    this.#endpoint = endpoint;
    this.#leftMs = leftMs;
    this.#socket = connect({ host: endpoint.host, port: endpoint.port, noDelay: true });
    this.#gone = new Promise((resolve) => this.#socket.once('close', () => resolve()));
  }

  /** What it is at. */
  during(): Phase {
    return this.#during;
  }

  /** Rejects with a `MysqlFailure`, with nothing left behind. */
  make(): Promise<MysqlLink> {
    return this.#orNothing(async () => this.#greet(await this.#logIn()));
  }

  /** The same, but null where nobody wants the connection any more when it is let in: it is closed then. */
  makeIf(isWanted: () => boolean): Promise<MysqlLink | null> {
    return this.#orNothing(async () => {
      const letIn = await this.#logIn();
      if (isWanted()) return this.#greet(letIn);
      quit(letIn.connection, this.#socket, this.#gone);
      return null;
    });
  }

  /** Gives it up, unless it is made. */
  abandon(): void {
    if (!this.#isMade) this.#socket.destroy(new Error('it was given up'));
  }

  async #orNothing<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      this.#socket.destroy();
      throw error;
    }
  }

  async #logIn(): Promise<LetIn> {
    const connectMs = this.#leftMs('connect', this.#startMs);
    await phase('connect', this.#startMs, connectMs, connected(this.#socket));
    this.#during = 'login';
    const sinceMs = nowMs();
    this.#socket.setKeepAlive(true, KEEP_ALIVE_MS);
    const connection = createConnection(optionsOf(this.#endpoint, this.#socket));
    await this.#login(sinceMs, loggedIn(connection));
    return { connection, sinceMs };
  }

  /** Asks who the server is, and makes the settings of its sessions. */
  async #greet({ connection, sinceMs }: LetIn): Promise<MysqlLink> {
    const asker = askerOf(connection, this.#socket);
    const [row] = await this.#login(sinceMs, asker.ask(versionQuery, []));
    const dialect = dialectOf(String(row?.version), String(row?.comment));
    await this.#login(sinceMs, asker.ask(dialect.session, []).catch(notSet));
    this.#isMade = true;
    return link(connection, this.#socket, asker, this.#gone, dialect);
  }

  #login<T>(sinceMs: number, work: Promise<T>): Promise<T> {
    return phase('login', this.#startMs, this.#leftMs('login', sinceMs), work);
  }
}

/** A connection that the server has let in, and since when it has been logging in. */
interface LetIn {
  readonly connection: Connection;
  readonly sinceMs: number;
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
    // For `reconnect.ts`. What we ask holds values only as placeholders.
    multipleStatements: true,
    dateStrings: true,
    supportBigNumbers: true,
    // The server learns only this name of the process: a person finds it in the process list.
    connectAttributes: { program_name: 'keepalambda' },
  };
}
