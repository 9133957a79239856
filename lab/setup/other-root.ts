/** Part of `--scenario setup-from`: root of db2 gets in with another password than on db1, so a copy would lock it out. */
import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { locally } from '../doctor/broken.ts';
import type { Instance } from '../servers/instance.ts';
import type { LabWorld } from '../world.ts';
import { untilTaken } from './orders.ts';

/** Another account of root's, so that the lab's own gets in all the while. */
const keeper = "'keeper'@'localhost'";

/** Orders the copy, first where db1 has no such account, then where its password is another one: what is wrong then. */
export async function refusesOtherRoot(world: LabWorld): Promise<readonly string[]> {
  const [db1, db2] = [world.hosts.db1.instance, world.hosts.db2.instance];
  const settings = path.join(db2.directory, 'home/.my.cnf');
  const before = await readFile(settings, 'utf8');
  await locally(db2, made('of db2'));
  await db2.sql('CREATE DATABASE kept');
  await writeFile(settings, `${before.replace('user=root', 'user=keeper')}password="of db2"\n`, {
    mode: 0o600,
  });
  const missing = await refusal(world, 'has no account keeper@localhost');
  await locally(db1, made('of db1'));
  const other = await refusal(world, 'the password of keeper@localhost is another one');
  const kept = await db2.sql("SHOW DATABASES LIKE 'kept'");
  await writeFile(settings, before, { mode: 0o600 });
  for (const instance of [db1, db2]) await locally(instance, [`DROP USER ${keeper}`]);
  await locally(db2, ['DROP DATABASE kept']);
  const left = await leftOn(db2);
  return [
    ...[...missing, ...other].map((what) => `another root: ${what}`),
    ...(kept.length === 1 ? [] : ['another root: db2 lost what it had, though the copy was refused']),
    ...left.map((name) => `another root: db2 has the account ${name}`),
  ];
}

function made(password: string): readonly string[] {
  return [
    `CREATE USER ${keeper} IDENTIFIED BY '${password}'`,
    `GRANT ALL ON *.* TO ${keeper} WITH GRANT OPTION`,
  ];
}

async function refusal(world: LabWorld, because: string): Promise<readonly string[]> {
  let { outcome, lines } = await untilTaken(world, 'setup', { from: 'db1', id: 'order-0' });
  // On a machine that is busy a function may die on its way: the same order goes on.
  if (outcome === 'killed')
    ({ outcome, lines } = await untilTaken(world, 'setup', { from: 'db1', id: 'order-0' }));
  const last = lines.at(-1) ?? '';
  return outcome === 'failed' && last.includes(because) ? [] : [`setup ended as ${outcome}: ${last}`];
}

async function leftOn(instance: Instance): Promise<readonly string[]> {
  const rows = await instance.sql("SELECT User AS name FROM mysql.user WHERE User LIKE 'keepalambda%root'");
  return rows.map(({ name }) => String(name));
}
