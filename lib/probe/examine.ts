/** What doctor wants to know of a server: read statement by statement, each within a limit. Changes nothing. */
import type { ChannelFacts, ServerFacts, TableFacts, Unread } from '../core/doctor/facts.ts';
import { readChannels } from './channel-rows.ts';
import type { StatusRow } from './columns.ts';
import { valuesOf } from './counter-rows.ts';
import type { Dialect } from './dialect.ts';
import { isLost, MysqlFailure } from './errors.ts';
import {
  channelFacts,
  daysUntil,
  passwordDaysOf,
  readLogFilters,
  readOnlyAtStart,
  readVariables,
  tableNames,
} from './fact-rows.ts';
import { accountLimit, FACT_LIMIT_MS, type FactStatements, factStatements } from './fact-statements.ts';
import { askObstacles } from './inspect.ts';
import type { ProbeFailed } from './protocol.ts';
import { clockOffOf, type Pulse, readPulse } from './pulse-row.ts';
import { type Command, carryOut, type Way } from './statement-session.ts';
import { eventsOf } from './troubles.ts';
import { nowMs } from './waiting.ts';

/** `quick`: what is read at every hour. `full`: the lists of tables too. */
export type Depth = 'quick' | 'full';

/**
 * Only the version and the identity must be there. Whatever else the server refuses, does not know or does not say in
 * time is left out and listed (`unread`). The list of tables comes last: nothing is left to ask after it.
 */
export function examine(way: Way, depth: Depth, limitMs: number): Promise<ServerFacts | ProbeFailed> {
  return carryOut(way, limitMs, async (command) => {
    const reader = createReader(command);
    const { dialect } = command.link;
    const statements = factStatements(dialect);
    const startedMs = nowMs();
    const [row] = await command.ask(dialect.pulse);
    const pulse = readPulse(row ?? {});
    const clockOffMs = clockOffOf(pulse, Date.now(), nowMs() - startedMs);
    await reader.rows('a limit on the time of statements', statements.limit);
    const status = valuesOf(await reader.rows('counters', statements.status));
    const asking = { reader, dialect, statements, status };
    return {
      flavor: dialect.flavor,
      version: pulse.version,
      identity: pulse.identity,
      clockOffMs,
      ...(await readSettings(asking)),
      channels: await readChannelFacts(asking, pulse),
      ...(await readAccount(reader)),
      obstacles: await reader.take('sessions', askObstacles, []),
      tables: depth === 'full' ? await readTables(reader, statements) : null,
      unread: reader.unread,
    };
  });
}

interface Asking {
  readonly reader: Reader;
  readonly dialect: Dialect;
  readonly statements: FactStatements;
  /** Counters, by name. */
  readonly status: ReadonlyMap<string, string>;
}

interface Reader {
  readonly unread: readonly Unread[];
  /** Rows; none where the server refuses, or where there is no statement. */
  rows(what: string, sql: string | null): Promise<readonly StatusRow[]>;
  /** The same, with null where the server refuses. */
  known(what: string, sql: string): Promise<readonly StatusRow[] | null>;
  take<T>(what: string, work: (command: Command) => Promise<T>, otherwise: T): Promise<T>;
}

function createReader(command: Command): Reader {
  const unread: Unread[] = [];
  const leftMs = () => Math.min(command.leftMs(), FACT_LIMIT_MS);
  const limited: Command = {
    ...command,
    leftMs,
    ask: (sql, values = []) => command.link.query(sql, values, leftMs()),
  };
  async function take<T>(what: string, work: (with_: Command) => Promise<T>, otherwise: T): Promise<T> {
    try {
      return await work(limited);
    } catch (error) {
      if (!(error instanceof MysqlFailure)) throw error;
      const because = isLost(error) ? 'the connection was lost' : error.message.replace(/^query: /, '');
      unread.push({ what, because });
      return otherwise;
    }
  }
  return {
    unread,
    take,
    rows: (what, sql) => (sql === null ? Promise.resolve([]) : take(what, ({ ask }) => ask(sql), [])),
    known: (what, sql) => take<readonly StatusRow[] | null>(what, ({ ask }) => ask(sql), null),
  };
}

type Settings = Pick<
  ServerFacts,
  | 'variables'
  | 'logFilters'
  | 'readOnlyAtStart'
  | 'connectionsUsed'
  | 'certificateDays'
  | 'events'
  | 'passwordDays'
>;

async function readSettings({ reader, dialect, statements, status }: Asking): Promise<Settings> {
  const rows = await reader.rows('variables', statements.variables);
  const variables = readVariables(rows);
  const used = status.get('max_used_connections');
  const scheduler = variables.event_scheduler ?? '';
  return {
    variables,
    logFilters: readLogFilters(await reader.rows('the binary log', dialect.binaryLogStatus)),
    readOnlyAtStart: readOnlyAtStart(await reader.rows('the origin of read_only', statements.readOnlyOrigin)),
    connectionsUsed: used === undefined ? null : Number(used),
    certificateDays: daysUntil(status.get('ssl_server_not_after'), Date.now()),
    events: eventsOf(await reader.rows('scheduled events', dialect.events), scheduler),
    passwordDays: passwordDaysOf(await reader.rows('our account', statements.account), rows),
  };
}

async function readChannelFacts(
  { reader, dialect, statements, status }: Asking,
  pulse: Pulse,
): Promise<readonly ChannelFacts[] | null> {
  const rows = await reader.known('replication', dialect.replicaStatus);
  if (rows === null) return null;
  const periods = await reader.rows('the heartbeat of replication', statements.heartbeatPeriods);
  const ofOld = status.get('slave_heartbeat_period');
  return readChannels(rows, pulse).map(({ row, channel }) => {
    const period = periods.find(({ channel: name }) => name === channel.name)?.seconds ?? ofOld;
    const port = Number(row.Source_Port ?? row.Master_Port);
    return channelFacts(row, channel, port, period === undefined ? null : Number(period));
  });
}

async function readAccount(reader: Reader): Promise<Pick<ServerFacts, 'grants' | 'accountConnections'>> {
  const grants = await reader.known('grants', 'SHOW GRANTS');
  const [limit] = await reader.rows('the limits of our account', accountLimit);
  return {
    grants: grants?.map(grantOf) ?? null,
    accountConnections: Number(limit?.connections ?? 0),
  };
}

/** A line of SHOW GRANTS. Some servers show the hash of the password in it, which must not leave them. */
function grantOf(row: StatusRow): string {
  return String(Object.values(row)[0]).replace(/ IDENTIFIED .*$/s, '');
}

async function readTables(reader: Reader, statements: FactStatements): Promise<TableFacts> {
  const tools = await reader.rows('tables of schema-change tools', statements.tablesOfTools);
  const keyless = await reader.rows('tables without a key', statements.tablesWithoutKey);
  const others = await reader.rows('tables that are not InnoDB', statements.tablesNotInnodb);
  return {
    ofTools: tableNames(tools),
    withoutKey: tableNames(keyless),
    notInnodb: others.map((row) => `${tableNames([row])[0]} (${row.engine})`),
  };
}
