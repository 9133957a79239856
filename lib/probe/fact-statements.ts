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
  /** Rows of `name`, as `app/orders`: InnoDB tables that have no key of their own. */
  readonly tablesWithoutKey: string;
  /** Rows of `name`, in the same form: tables of schema-change tools. */
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
const toolTable = '_.*_(new|old|gho|ghc|del)$';

/** The statements of `examine`, as this server takes them. */
export function factStatements({ flavor, superReadOnly, ear, names }: Dialect): FactStatements {
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
    ...(names === 'today' ? tablesOfToday : tablesOfOld),
    tablesNotInnodb: `SELECT ${fullName('TABLE')} AS name, ENGINE AS engine
      FROM information_schema.TABLES WHERE TABLE_TYPE = 'BASE TABLE' AND ENGINE <> 'InnoDB'
      AND TABLE_SCHEMA NOT IN ${systemSchemas} LIMIT ${TABLES_MAX}`,
  };
}

type OfInnodb = Pick<FactStatements, 'tablesWithoutKey' | 'tablesOfTools'>;

/** Before MySQL 8, InnoDB's own tables name all tables and indexes, and open none. */
const tablesOfOld: OfInnodb = {
  tablesWithoutKey: `SELECT t.NAME AS name FROM information_schema.INNODB_SYS_INDEXES i
    JOIN information_schema.INNODB_SYS_TABLES t ON t.TABLE_ID = i.TABLE_ID
    WHERE i.NAME = 'GEN_CLUST_INDEX' AND t.NAME NOT LIKE 'mysql/%' AND t.NAME NOT LIKE 'sys/%'
      AND t.NAME LIKE '%/%' ORDER BY t.NAME LIMIT ${TABLES_MAX}`,
  tablesOfTools: `SELECT NAME AS name FROM information_schema.INNODB_SYS_TABLES
    WHERE NAME REGEXP '/${toolTable}' ORDER BY NAME LIMIT ${TABLES_MAX}`,
};

/**
 * From MySQL 8 on, these open each table, and wait for a schema change. The data dictionary opens none. A unique key counts
 * where all of its columns are whole and never NULL: InnoDB takes such a key, where there is no primary one.
 */
const tablesOfToday: OfInnodb = {
  tablesWithoutKey: `SELECT ${fullName('t.TABLE')} AS name FROM information_schema.TABLES t
    LEFT JOIN (SELECT DISTINCT TABLE_SCHEMA, TABLE_NAME FROM (
      SELECT TABLE_SCHEMA, TABLE_NAME, INDEX_NAME FROM information_schema.STATISTICS WHERE NON_UNIQUE = 0
      GROUP BY TABLE_SCHEMA, TABLE_NAME, INDEX_NAME
      HAVING SUM(NULLABLE = 'YES' OR COLUMN_NAME IS NULL OR SUB_PART IS NOT NULL) = 0) each_key
    ) k ON k.TABLE_SCHEMA = t.TABLE_SCHEMA AND k.TABLE_NAME = t.TABLE_NAME
    WHERE t.TABLE_TYPE = 'BASE TABLE' AND t.ENGINE = 'InnoDB' AND t.TABLE_SCHEMA NOT IN ${systemSchemas}
      AND k.TABLE_NAME IS NULL ORDER BY name LIMIT ${TABLES_MAX}`,
  tablesOfTools: `SELECT ${fullName('TABLE')} AS name FROM information_schema.TABLES
    WHERE TABLE_TYPE = 'BASE TABLE' AND TABLE_NAME REGEXP '^${toolTable}'
    ORDER BY name LIMIT ${TABLES_MAX}`,
};

function fullName(table: string): string {
  return `CONCAT(${table}_SCHEMA, '/', ${table}_NAME)`;
}

function limitOf(flavor: Dialect['flavor'], isNew: boolean): string | null {
  if (flavor === 'mariadb') return `SET SESSION max_statement_time = ${FACT_LIMIT_MS / 1000}`;
  // A primary key that the server made itself counts, though it may be hidden.
  const seesAll = '/*!80030 , show_gipk_in_create_table_and_information_schema = 1 */';
  return isNew ? `SET SESSION max_execution_time = ${FACT_LIMIT_MS} ${seesAll}` : null;
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
