/**
 * `--scenario setup-from`: one server has data, the other has none. In the middle of the copy the function dies, and with it,
 * where it is a dump, the server that is copied to; another order goes on. The judge reads both servers as their root.
 */
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { checksumsOf, differenceOf } from '../rejoin/world.ts';
import type { Instance } from '../servers/instance.ts';
import type { Story } from '../story.ts';
import type { LabWorld } from '../world.ts';
import { fill, ROWS } from './data.ts';
import { killOperate, order, untilTaken } from './orders.ts';
import { refusesOtherRoot } from './other-root.ts';

/** How long a row may take to the other node, in milliseconds: by the vendors' defaults. */
const ARRIVAL_LIMIT_MS = 30_000;
/** How long an account or a table that keepalambda made may differ. Milliseconds. */
const EQUAL_LIMIT_MS = 10_000;

interface PlayedFrom {
  readonly ok: boolean;
  readonly scenario: 'setup-from';
  readonly server: string;
  readonly rows: number;
  readonly steps: number;
  readonly changed: number;
  /** What the copy had written when it was broken off. */
  readonly brokenOff: string | null;
  readonly secondRunChanged: number;
  readonly wrong: readonly string[];
}

export async function playSetupFrom(world: LabWorld, story: Story): Promise<PlayedFrom> {
  const { db1, db2 } = world.hosts;
  const say = (text: string) => story.tell('lab', text);
  await Promise.all([db1.furnish(), db2.furnish()]);
  await fill(db1.instance);
  say(`db1 has ${ROWS} rows, db2 none`);
  // Of a copy that is refused, setup has made its accounts and its heartbeat already.
  const before = await stateOf(db1.instance);
  const wrong = [...(await refusesOtherRoot(world))];
  say(`root of db2 with another password: ${wrong.length === 0 ? 'refused, nothing was copied' : 'FAILED'}`);
  const brokenOff = await breakOff(world);
  if (brokenOff === null) wrong.push('the copy was over before it was broken off');
  say(`broken off: ${brokenOff ?? 'not at all'}`);
  const first = await untilTaken(world, 'setup', { from: 'db1', id: 'order-2' });
  for (const line of first.lines) say(line);
  if (first.outcome !== 'done') wrong.push(`setup: ${first.lines.at(-1)}`);
  wrong.push(...(await writtenBeside(db1.instance, before)));
  const second = await order(world, 'setup', { from: 'db1', id: 'order-3' });
  for (const line of second.lines) say(line);
  if (second.outcome !== 'done') wrong.push(`setup again: ${second.lines.at(-1)}`);
  if (second.changed !== 0) wrong.push(`setup again changed ${second.changed}`);
  wrong.push(...(await faultsOf(world)));
  for (const line of wrong) say(`FAILED: ${line}`);
  return {
    ok: wrong.length === 0,
    scenario: 'setup-from',
    server: db1.instance.product.name,
    rows: ROWS,
    steps: first.steps,
    changed: first.changed,
    brokenOff,
    secondRunChanged: second.changed,
    wrong,
  };
}

/**
 * Orders setup, and ends the function once part of the data is there; says what part. A dump ends with it, because mysqld of
 * db2 dies too. A clone goes on by itself on its host: one that fails would be followed by a dump.
 */
async function breakOff(world: LabWorld): Promise<string | null> {
  const { instance } = world.hosts.db2;
  const ordered = order(world, 'setup', { from: 'db1', id: 'order-1' });
  let ended = false;
  void ordered.finally(() => {
    ended = true;
  });
  while (!ended) {
    const part = partOf(instance);
    if (part !== null) {
      killOperate(world);
      if (instance.product.dialect !== 'mysql-8') await instance.kill();
      // Its host notes the end of a copy after the data: that came first, if it was over.
      const wasOver = phaseOf(instance) === 'copied';
      await ordered;
      return wasOver ? null : part;
    }
    await delay(5);
  }
  return null;
}

/** What a copy that is at work has brought: tables by a dump, files of its own by a clone. */
function partOf(instance: Instance): string | null {
  if (phaseOf(instance) !== 'copying') return null;
  if (existsSync(path.join(instance.dataDirectory, '#clone'))) return 'files of a clone';
  // While it makes a table: a server of before 8.0 may not start again then, or not drop the database.
  return existsSync(path.join(instance.dataDirectory, 'shop/orders.ibd')) ? 'a table of a dump' : null;
}

function phaseOf(instance: Instance): string {
  const file = path.join(instance.directory, 'state/seed/phase');
  return existsSync(file) ? readFileSync(file, 'utf8').trim() : '';
}

interface State {
  readonly sums: Readonly<Record<string, string>>;
  readonly accounts: readonly string[];
  readonly databases: readonly string[];
}

async function stateOf(instance: Instance): Promise<State> {
  const accounts = await instance.sql("SELECT CONCAT(User, '@', Host) AS name FROM mysql.user ORDER BY 1");
  const databases = await instance.sql('SHOW DATABASES');
  return {
    sums: await checksumsOf(instance),
    accounts: accounts.map(({ name }) => String(name)),
    databases: databases.map((row) => String(Object.values(row)[0])),
  };
}

/** What is on db1 that was not, beside the two accounts of setup and its heartbeat; and what has gone or changed. */
async function writtenBeside(instance: Instance, before: State): Promise<readonly string[]> {
  const after = await stateOf(instance);
  const faults: string[] = [];
  for (const [table, sum] of Object.entries(before.sums))
    if (after.sums[table] !== sum) faults.push(`db1: ${table} has changed`);
  const more = (kind: 'accounts' | 'databases') => after[kind].filter((name) => !before[kind].includes(name));
  const [accounts, databases] = [more('accounts'), more('databases')];
  if (accounts.length !== 2 || accounts.some((name) => name.startsWith('keepalambda_seed')))
    faults.push(`db1 has new accounts: ${accounts.join(', ')}`);
  if (databases.join() !== 'keepalambda') faults.push(`db1 has new databases: ${databases.join(', ')}`);
  return faults;
}

/** Both have the same, and what is written on either is soon on the other. */
async function faultsOf({ hosts }: LabWorld): Promise<readonly string[]> {
  const [db1, db2] = [hosts.db1.instance, hosts.db2.instance];
  const faults: string[] = [];
  const [one, other] = await Promise.all([stateOf(db1), stateOf(db2)]);
  if (one.accounts.join() !== other.accounts.join())
    faults.push(`accounts: ${one.accounts.join(', ')} on db1, ${other.accounts.join(', ')} on db2`);
  for (const [from, to] of [
    [db1, db2],
    [db2, db1],
  ] as const) {
    await write(from, `INSERT INTO shop.customers (name) VALUES ('made on ${from.name}')`);
    if (!(await arrives(from, to))) faults.push(`what ${from.name} writes does not arrive on ${to.name}`);
  }
  const difference = await differenceOf(db1, db2, EQUAL_LIMIT_MS);
  if (difference !== null) faults.push(`the nodes differ: ${difference}`);
  return faults;
}

/** As root, past `super_read_only` where the server has it and the standby is closed by it. */
async function write(instance: Instance, statement: string): Promise<void> {
  const [row] = await instance.sql("SHOW GLOBAL VARIABLES LIKE 'super_read_only'");
  const isClosed = row?.Value === 'ON';
  if (isClosed) await instance.sql('SET GLOBAL super_read_only = 0');
  await instance.sql(statement);
  if (isClosed) await instance.sql('SET GLOBAL super_read_only = 1');
}

async function arrives(from: Instance, to: Instance): Promise<boolean> {
  const untilMs = Date.now() + ARRIVAL_LIMIT_MS;
  while (Date.now() < untilMs) {
    const found = await to.sql(`SELECT id FROM shop.customers WHERE name = 'made on ${from.name}'`);
    if (found.length === 1) return true;
    await delay(100);
  }
  return false;
}
