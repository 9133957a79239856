/** What doctor asks of a server, in its words. Every statement only reads. */
import { olderNames, TABLES_MAX, variableNames } from '../core/doctor/facts.ts';
import type { Dialect } from './dialect.ts';

export interface FactStatements {
  /** The server itself ends a statement that takes too long; null where it cannot. */
  readonly limit: string | null;
  /** Rows of `Variable_name` and `Value`. */
  readonly variables: string;
  readonly status: string;
  /** Rows of `source`, `value`: where `read_only` has its value from; null where the server does not say. */
  readonly readOnlyOrigin: string | null;
  /** Rows of `channel`, `seconds`; null where `SHOW STATUS` or the channel's own row has it. */
  readonly heartbeatPeriods: string | null;
  /** One column: how our account was made; null where the server has no such statement. */
  readonly account: string | null;
  /** Rows of `name` in InnoDB's words (`app/orders`): tables that have no key of their own. */
  readonly tablesWithoutKey: string;
  /** Rows of `name`, in the same words: tables of schema-change tools. */
  readonly tablesOfTools: string;
  /** Rows of `name`, `engine`, of those tables that our account may see. */
  readonly tablesNotInnodb: string;
}

/** No statement of doctor's takes longer than this. Milliseconds. */
export const FACT_LIMIT_MS = 2000;

/** One row: how many connections our account may have. */
export const accountLimit = 'SELECT @@session.max_user_connections AS connections';

const quotedNames = variableNames
  .flatMap((name) => [name, ...olderNames(name)])
  .concat('expire_logs_days', 'default_password_lifetime')
  .map((name) => `'${name}'`)
  .join(', ');

const systemSchemas = "('mysql', 'sys', 'information_schema', 'performance_schema')";
/** `_orders_new` and `_orders_old` of pt-online-schema-change; `_orders_gho`, `_ghc` and `_del` of gh-ost. */
const toolTables = "'/_.*_(new|old|gho|ghc|del)$'";

export function factStatements({ flavor, superReadOnly, ear, names }: Dialect): FactStatements {
  const innodb = names === 'today' ? 'INNODB' : 'INNODB_SYS';
  const keyless = `SELECT t.NAME AS name FROM information_schema.${innodb}_INDEXES i
    JOIN information_schema.${innodb}_TABLES t ON t.TABLE_ID = i.TABLE_ID
    WHERE i.NAME = 'GEN_CLUST_INDEX' AND t.NAME NOT LIKE 'mysql/%' AND t.NAME NOT LIKE 'sys/%'
      AND t.NAME LIKE '%/%' ORDER BY t.NAME LIMIT ${TABLES_MAX}`;
  return {
    limit: limitOf(flavor, superReadOnly),
    variables: `SHOW GLOBAL VARIABLES WHERE Variable_name IN (${quotedNames})`,
    status: `SHOW GLOBAL STATUS WHERE Variable_name IN
      ('Max_used_connections', 'Slave_heartbeat_period', 'Ssl_server_not_after')`,
    readOnlyOrigin: originOf(flavor, names),
    heartbeatPeriods:
      ear === null
        ? null
        : `SELECT CHANNEL_NAME AS channel, HEARTBEAT_INTERVAL AS seconds
           FROM performance_schema.replication_connection_configuration`,
    account: flavor === 'mariadb' || superReadOnly ? 'SHOW CREATE USER CURRENT_USER()' : null,
    tablesWithoutKey: keyless,
    tablesOfTools: `SELECT NAME AS name FROM information_schema.${innodb}_TABLES
      WHERE NAME REGEXP ${toolTables} ORDER BY NAME LIMIT ${TABLES_MAX}`,
    tablesNotInnodb: `SELECT CONCAT(TABLE_SCHEMA, '/', TABLE_NAME) AS name, ENGINE AS engine
      FROM information_schema.TABLES WHERE TABLE_TYPE = 'BASE TABLE' AND ENGINE <> 'InnoDB'
      AND TABLE_SCHEMA NOT IN ${systemSchemas} LIMIT ${TABLES_MAX}`,
  };
}

function limitOf(flavor: Dialect['flavor'], isNew: boolean): string | null {
  if (flavor === 'mariadb') return `SET SESSION max_statement_time = ${FACT_LIMIT_MS / 1000}`;
  return isNew ? `SET SESSION max_execution_time = ${FACT_LIMIT_MS}` : null;
}

function originOf(flavor: Dialect['flavor'], names: Dialect['names']): string | null {
  if (flavor === 'mariadb')
    return `SELECT GLOBAL_VALUE_ORIGIN AS source, GLOBAL_VALUE AS value
      FROM information_schema.SYSTEM_VARIABLES WHERE VARIABLE_NAME = 'READ_ONLY'`;
  if (names === 'of-old') return null;
  return `SELECT i.VARIABLE_SOURCE AS source, v.VARIABLE_VALUE AS value
    FROM performance_schema.variables_info i
    JOIN performance_schema.global_variables v ON v.VARIABLE_NAME = i.VARIABLE_NAME
    WHERE i.VARIABLE_NAME IN ('read_only', 'super_read_only')`;
}
