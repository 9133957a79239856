/** Broken pairs: our account, tables, and who is at work. On db1, where nothing stands in the way of a change. */
import { accounts } from '../servers/accounts.ts';
import type { Instance } from '../servers/instance.ts';
import type { LabWorld } from '../world.ts';
import { type Broken, restarted, session, statements, variable, withLines, withoutLines } from './broken.ts';

const who = `'${accounts.monitor.user}'@'%'`;
const grant = (right: string) => `GRANT ${right} TO ${who}`;
const revoke = (right: string) => `REVOKE ${right} FROM ${who}`;
const lost = (right: string) => statements([revoke(right)], [grant(right)]);
const unlocked = 'it shows only once somebody waits for it';

export const ofAccess: readonly Broken[] = [
  { name: 'without PROCESS', finds: 'rights-missing', on: 'db1', break: lost('PROCESS ON *.*') },
  {
    name: 'without the right to stop replication',
    finds: 'rights-missing',
    on: 'db1',
    break: (world, node) => lost(adminOf(node))(world, node),
  },
  { name: 'without SHOW VIEW', finds: 'rights-to-see-missing', on: 'db1', break: lost('SHOW VIEW ON *.*') },
  {
    name: 'with FILE',
    finds: 'rights-unneeded',
    on: 'db1',
    break: statements([grant('FILE ON *.*')], [revoke('FILE ON *.*')]),
  },
  {
    name: 'with all rights on the application',
    finds: 'rights-unneeded',
    on: 'db1',
    break: statements([grant('ALL ON app.*')], [revoke('ALL ON app.*')]),
  },
  {
    name: 'five connections for the account',
    finds: 'account-limited',
    on: 'db1',
    break: (world, node) => statements([limit(node, 5)], [limit(node, 0)])(world, node),
  },
  {
    name: 'a password that expires',
    finds: 'password-expires',
    on: 'db1',
    notOn: { 'mysql-5': 'its passwords have no lifetime' },
    break: statements(
      [`ALTER USER ${who} PASSWORD EXPIRE INTERVAL 90 DAY`],
      [`ALTER USER ${who} PASSWORD EXPIRE NEVER`],
    ),
  },
  {
    name: 'max_connect_errors = 100',
    finds: 'hosts-blocked-soon',
    break: variable('max_connect_errors', '100'),
  },
  {
    name: 'a table without a key',
    finds: 'tables-without-key',
    on: 'db1',
    break: statements(['CREATE TABLE app.keyless (it INT) ENGINE=InnoDB'], ['DROP TABLE app.keyless']),
  },
  {
    name: 'a table in MyISAM',
    finds: 'tables-not-innodb',
    on: 'db1',
    break: statements(['CREATE TABLE app.old (id INT PRIMARY KEY) ENGINE=MyISAM'], ['DROP TABLE app.old']),
  },
  {
    name: 'a table that gh-ost left',
    finds: 'tables-of-tools',
    on: 'db1',
    break: statements(
      ['CREATE TABLE app._writes_gho (id INT PRIMARY KEY) ENGINE=InnoDB'],
      ['DROP TABLE app._writes_gho'],
    ),
  },
  { name: 'a dump at work', finds: 'backup-at-work', on: 'db1', break: dumping },
  { name: 'an ALTER at work', finds: 'schema-change-at-work', on: 'db1', break: altering },
  {
    name: 'a read lock on the whole server',
    finds: 'lock-at-work',
    on: 'db1',
    notOn: { 'mysql-5': unlocked, mariadb: unlocked },
    break: locking,
  },
  {
    name: 'names that are looked up',
    finds: 'names-resolved',
    restarts: true,
    break: restarted((myCnf) =>
      withLines('max-connect-errors=1000000')(withoutLines('skip-name-resolve', 'skip_name_resolve')(myCnf)),
    ),
  },
];

function adminOf({ product: { dialect } }: Instance): string {
  switch (dialect) {
    case 'mysql-5':
      return 'SUPER ON *.*';
    case 'mysql-8':
      return 'REPLICATION_SLAVE_ADMIN ON *.*';
    case 'mariadb':
      return 'REPLICATION SLAVE ADMIN ON *.*';
  }
}

/** Before 5.7 a limit is given with a grant. */
function limit({ product: { dialect } }: Instance, connections: number): string {
  const begins = dialect === 'mysql-5' ? `GRANT USAGE ON *.* TO ${who}` : `ALTER USER ${who}`;
  return `${begins} WITH MAX_USER_CONNECTIONS ${connections}`;
}

async function dumping(_: LabWorld, node: Instance) {
  const { end } = await session(node, 'SELECT /*!40001 SQL_NO_CACHE */ SLEEP(60)');
  return end;
}

/** It waits for a transaction that has read the table. */
async function altering(_: LabWorld, node: Instance) {
  const reader = await session(node, 'BEGIN', 'SELECT COUNT(*) FROM app.writes');
  const alter = await session(
    node,
    'SET SESSION sql_log_bin = 0',
    "ALTER TABLE app.writes COMMENT = 'other'",
  );
  return async () => {
    await alter.end();
    await reader.end();
  };
}

async function locking(_: LabWorld, node: Instance) {
  const { end } = await session(node, 'FLUSH TABLES WITH READ LOCK');
  return end;
}
