/** Scenarios: several steps in a row, each checked. */
import { setTimeout as delay } from 'node:timers/promises';
import { chainReplica, playChain } from './chain/scenario.ts';
import type { Tale } from './client/words.ts';
import { startClient } from './client.ts';
import { playDoctor } from './doctor/scenario.ts';
import { maintainKinds, teamDocuments } from './maintain/kinds.ts';
import { playMaintain } from './maintain/scenario.ts';
import type { LabNodeName } from './pair.ts';
import { playRejoin } from './rejoin/scenario.ts';
import { identityOf } from './servers/identity.ts';
import type { ServerSettings } from './servers/options.ts';
import { replicationOf } from './servers/replication.ts';
import { playAdopt } from './setup/adopt.ts';
import { playSetupFrom } from './setup/from.ts';
import { playSetup } from './setup/scenario.ts';
import type { Story } from './story.ts';
import { type LabWorld, untilSteady, type WorldOptions } from './world.ts';

export interface Scenario {
  readonly about: string;
  /** How its servers are configured when nobody says. @default vendor */
  readonly serverSettings?: ServerSettings;
  /** What its world has otherwise. */
  readonly world?: Pick<WorldOptions, 'state'> & { readonly pair?: WorldOptions['changes']['pair'] };
  /** Plays it; says whether every step was as it must be, and what else there is to say of it. */
  readonly play: (world: LabWorld, story: Story) => Promise<{ readonly ok: boolean }>;
}

/**
 * How long a step may take to come true, in milliseconds: by the vendors' defaults a replica looks for its source once a
 * minute.
 */
const STEP_LIMIT_MS = 90_000;

export const scenarios = {
  seed: {
    about:
      'the acceptance test of the old set-up: stop and start each master, then replicate a database both ways',
    play: async (world, story) => ({ ok: await playSeed(world, story) }),
  },
  doctor: {
    about: 'the pair is broken in one way after the other, and doctor names exactly that',
    serverSettings: 'recommended',
    play: (world, story) => playDoctor(world, story, 'doctor'),
  },
  'doctor-hosts': {
    about:
      'the same with the hosts of the pair: keepalived, the VIP on an interface and at boot, room on the disk',
    serverSettings: 'recommended',
    world: { pair: { hostWork: true } },
    play: (world, story) => playDoctor(world, story, 'doctor-hosts'),
  },
  rejoin: {
    about:
      'the holder dies with rows that nobody received and returns: divergence names them, rebuild makes both nodes equal; then one dies with nothing of its own, and rejoins by itself',
    serverSettings: 'recommended',
    world: { pair: { hostWork: true } },
    play: playRejoin,
  },
  chain: {
    about:
      'a third server behind a node: it gets the writes of both, and follows the new holder after a failover',
    serverSettings: 'recommended',
    world: { pair: (pair) => ({ replicas: [chainReplica(pair)], replicasOfLost: 'repoint' }) },
    play: playChain,
  },
  maintain: {
    about:
      'both masters get another configuration under load, by one order: the standby, a switchover, the other',
    serverSettings: 'recommended',
    world: { pair: { hostWork: true } },
    play: (world, story) => playMaintain(world, story, maintainKinds.restart),
  },
  'maintain-reboot': {
    about: 'both hosts are rebooted under load, by one order',
    serverSettings: 'recommended',
    world: { pair: { hostWork: true } },
    play: (world, story) => playMaintain(world, story, maintainKinds.reboot),
  },
  'maintain-command': {
    about:
      'a document of the team fails on one node and stops the order; another one changes both under load',
    serverSettings: 'recommended',
    world: { pair: { hostWork: true, maintenance: teamDocuments } },
    play: (world, story) => playMaintain(world, story, maintainKinds.command),
  },
  'maintain-upgrade': {
    about:
      'both masters are upgraded under load from MariaDB 10.11 to 11.8, by one order (--server mariadb-10.11)',
    serverSettings: 'recommended',
    world: { pair: { hostWork: true, maintenance: teamDocuments } },
    play: (world, story) => playMaintain(world, story, maintainKinds.upgrade),
  },
  setup: {
    about:
      'two empty servers become a healthy pair, also when setup is killed on the way; again, it changes nothing',
    world: { state: 'empty', pair: { mode: 'observe', hostWork: true } },
    play: playSetup,
  },
  'setup-from': {
    about:
      'a server with 100,000 rows and an empty one become a healthy pair, also when the copy is broken off in its middle',
    world: { state: 'empty', pair: { mode: 'observe', hostWork: true } },
    play: playSetupFrom,
  },
  adopt: {
    about:
      'a pair of MySQL 5.6 that was set up by hand years ago: doctor says what to improve, a failover works as it is',
    world: { state: 'wild', pair: { hostWork: true } },
    play: playAdopt,
  },
} as const satisfies Record<string, Scenario>;

/** A check that is repeated until it holds: null when it does, else what is seen instead. */
type Check = () => Promise<string | null>;

async function playSeed(world: LabWorld, story: Story): Promise<boolean> {
  const { db1, db2 } = world.hosts;
  world.schedule();
  await untilSteady(world);
  const step = (text: string, check: Check) => mustHold(story, text, check);
  if (!(await step('both up: the VIP leads to db1', answers(world, 'db1')))) return false;
  await db1.instance.stop();
  if (!(await step('db1 stopped: the VIP leads to db2', answers(world, 'db2')))) return false;
  await db1.instance.start();
  if (!(await step('db1 started: it replicates again', replicates(world, 'db1')))) return false;
  await untilSteady(world);
  if (!(await step('db1 started: the VIP stays on db2', answers(world, 'db2')))) return false;
  await db2.instance.stop();
  if (!(await step('db2 stopped: the VIP leads to db1', answers(world, 'db1')))) return false;
  await db2.instance.start();
  if (!(await step('db2 started: it replicates again', replicates(world, 'db2')))) return false;
  await db1.instance.sql('CREATE DATABASE made_on_db1');
  if (!(await step('a database made on db1 is on db2', has(world, 'db2', 'made_on_db1')))) return false;
  await db2.instance.sql('CREATE DATABASE made_on_db2');
  return step('a database made on db2 is on db1', has(world, 'db1', 'made_on_db2'));
}

async function mustHold(story: Story, text: string, check: Check): Promise<boolean> {
  const deadlineMs = Date.now() + STEP_LIMIT_MS;
  for (;;) {
    const seen = await check();
    if (seen === null) {
      story.tell('lab', `ok: ${text}`);
      return true;
    }
    if (Date.now() > deadlineMs) {
      story.tell('lab', `FAILED: ${text}: ${seen}`);
      return false;
    }
    await delay(100);
  }
}

/** Who takes a client's first write through the VIP, from the client's own seat. */
function answers({ network, hosts }: LabWorld, node: LabNodeName): Check {
  return async () => {
    const said = Promise.withResolvers<Tale>();
    const client = await startClient({
      name: `seed-${Date.now()}`,
      host: network.vip,
      port: network.port,
      localAddress: network.addressOf('client'),
      words: network.wordsAt('client'),
      onTale: (tale) => said.resolve(tale),
    });
    try {
      const tale = await said.promise;
      // One that has connected is let finish the write that it has begun.
      const { writes } = await client.stop();
      if (tale.kind === 'failing') return tale.because;
      const taker = writes[0]?.server ?? 'nobody';
      const wanted = await identityOf(hosts[node].instance);
      return taker === wanted ? null : `${taker} takes the write, and ${node} is ${wanted}`;
    } finally {
      client.close();
    }
  };
}

function replicates({ hosts }: LabWorld, node: LabNodeName): Check {
  return async () => {
    const status = await replicationOf(hosts[node].instance);
    return status?.io === 'Yes' && status.sql === 'Yes' ? null : JSON.stringify(status);
  };
}

function has({ hosts }: LabWorld, node: LabNodeName, database: string): Check {
  return async () => {
    const rows = await hosts[node].instance.sql(`SHOW DATABASES LIKE '${database}'`);
    return rows.length === 1 ? null : `${node} does not have it`;
  };
}
