/** `--scenario setup`: two empty servers, setup killed again and again, until the pair is healthy; then setup once more. */
import { existsSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { identityOf } from '../servers/identity.ts';
import { replicationOf } from '../servers/replication.ts';
import type { Story } from '../story.ts';
import type { LabWorld } from '../world.ts';
import { killOperate, type Ordered, order, untilTaken } from './orders.ts';

/** How many documents are begun before the function is killed; then it is left alone. */
const KILLED_AFTER = [3, 4, 5, 6] as const;
/** How SSM is at its worst. */
const hostile = { twice: 'at-once', deliveryMs: 1500, visibleAfterMs: 1000 } as const;

interface Played {
  readonly ok: boolean;
  readonly scenario: 'setup';
  readonly server: string;
  readonly steps: number;
  readonly changed: number;
  readonly kills: number;
  readonly secondRunChanged: number;
  readonly wrong: readonly string[];
}

export async function playSetup(world: LabWorld, story: Story): Promise<Played> {
  const say = (text: string) => story.tell('lab', text);
  const dry = await order(world, 'setup', { dryRun: true });
  say(`dry run: ${dry.outcome}, ${dry.steps} steps`);
  const calm = { ...world.aws.ssm.timing };
  let kills = 0;
  for (const [index, commands] of KILLED_AFTER.entries()) {
    // The later half of them in hostile weather: SSM is slow, and brings every command twice.
    if (index * 2 === KILLED_AFTER.length) Object.assign(world.aws.ssm.timing, hostile);
    const killed = await killedAfter(world, commands);
    if (killed.outcome === 'killed') kills += 1;
    say(`killed after ${commands} documents: ${killed.outcome} ${killed.lines.at(-1) ?? ''}`);
  }
  const first = await untilTaken(world, 'setup');
  Object.assign(world.aws.ssm.timing, calm);
  for (const line of first.lines) say(line);
  const wrong = first.outcome === 'done' ? [] : [`setup: ${first.lines.at(-1)}`];
  const second = await order(world, 'setup');
  for (const line of second.lines) say(line);
  if (second.outcome !== 'done') wrong.push(`setup again: ${second.lines.at(-1)}`);
  if (second.changed !== 0) wrong.push(`setup again changed ${second.changed}`);
  wrong.push(...(await faultsOf(world)));
  wrong.push(...(await takenOff(world, say)));
  for (const line of wrong) say(`FAILED: ${line}`);
  return {
    ok: wrong.length === 0,
    scenario: 'setup',
    server: world.hosts.db1.instance.product.name,
    steps: first.steps,
    changed: first.changed,
    kills,
    secondRunChanged: second.changed,
    wrong,
  };
}

/** Orders setup, and kills operate when this many more documents were begun. */
async function killedAfter(world: LabWorld, commands: number): Promise<Ordered> {
  const limit = world.aws.ssm.commands.length + commands;
  const ordered = untilTaken(world, 'setup');
  let ended = false;
  void ordered.finally(() => {
    ended = true;
  });
  while (!ended && world.aws.ssm.commands.length < limit) await delay(20);
  if (!ended) killOperate(world);
  return ordered;
}

/** What is wrong with the pair, as its servers, its hosts and EC2's data plane have it. */
async function faultsOf(world: LabWorld): Promise<readonly string[]> {
  const { db1, db2 } = world.hosts;
  const faults: string[] = [];
  for (const host of [db1, db2]) {
    const status = await replicationOf(host.instance);
    if (status?.io !== 'Yes' || status.sql !== 'Yes') faults.push(`${host.name}: ${JSON.stringify(status)}`);
    const databases = await host.instance.sql('SHOW DATABASES');
    const left = databases
      .map((row) => String(Object.values(row)[0]))
      .filter((name) => name.includes('proof'));
    if (left.length > 0) faults.push(`${host.name} still has ${left.join(', ')}`);
  }
  const holder = world.holder();
  if (holder !== 'db1') faults.push(`the VIP is on ${holder ?? 'no node'}`);
  const open = await Promise.all(
    [db1, db2].map(({ instance }) => instance.sql('SELECT @@read_only AS closed')),
  );
  const closed = open.map(([row]) => Number(row?.closed));
  if (closed.join() !== '0,1') faults.push(`read_only is ${closed.join(' and ')} on db1 and db2`);
  faults.push(...(await afterReboot(world)));
  return faults;
}

/** `remove --channels` leaves nothing of setup on the hosts, and all data. Again, it changes nothing. */
async function takenOff(world: LabWorld, say: (text: string) => void): Promise<readonly string[]> {
  const removed = await order(world, 'remove', { channels: true });
  for (const line of removed.lines) say(line);
  const again = await order(world, 'remove', { channels: true });
  const faults = removed.outcome === 'done' ? [] : [`remove: ${removed.lines.at(-1)}`];
  if (again.outcome !== 'done' || again.changed !== 0) faults.push(`remove again: ${again.lines.at(-1)}`);
  for (const { name, instance } of [world.hosts.db1, world.hosts.db2]) {
    const left = await instance.sql("SELECT User FROM mysql.user WHERE User LIKE 'keepalambda%'");
    const schemas = await instance.sql("SHOW DATABASES LIKE 'keepalambda%'");
    const data = await instance.sql("SHOW DATABASES LIKE 'after_reboot'");
    const files = readdirSync(path.join(instance.directory, 'conf.d'));
    const unitDirectory = path.join(instance.directory, 'etc/systemd/system');
    const units = existsSync(unitDirectory) ? readdirSync(unitDirectory) : [];
    if (left.length + schemas.length + files.length + units.length > 0)
      faults.push(`${name} still has ${JSON.stringify({ left, schemas, files, units })}`);
    if (data.length !== 1) faults.push(`${name} lost a database`);
    if ((await replicationOf(instance)) !== null) faults.push(`${name} still has a channel`);
  }
  return faults;
}

/** A host that reboots has the VIP again, and its server replicates and is read-only. */
async function afterReboot(world: LabWorld): Promise<readonly string[]> {
  const { db2 } = world.hosts;
  await db2.powerOff();
  await db2.boot();
  const bound = await db2.run({ command: 'ip', args: ['-4', '-o', 'addr', 'show'] });
  const faults = bound.stdout.includes(` ${world.network.vip}/`) ? [] : ['db2 has lost the VIP in a reboot'];
  const [row] = await db2.instance.sql('SELECT @@read_only AS closed');
  if (Number(row?.closed) !== 1) faults.push('db2 came up writable');
  await world.hosts.db1.instance.sql('CREATE DATABASE after_reboot');
  for (let tries = 0; tries < 100; tries += 1) {
    const found = await db2.instance.sql("SHOW DATABASES LIKE 'after_reboot'");
    if (found.length === 1) return faults;
    await delay(100);
  }
  return [...faults, `db2 (${await identityOf(db2.instance)}) does not replicate after a reboot`];
}
