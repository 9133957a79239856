/** keepalived on both hosts, in each of its variants. */
import path from 'node:path';
import { eniIds } from '../../../lab/deployment.ts';
import type { LabNodeName } from '../../../lab/pair.ts';
import { accounts } from '../../../lab/servers/accounts.ts';
import type { Story } from '../../../lab/story.ts';
import type { LabWorld } from '../../../lab/world.ts';
import { type Arena, type BenchTerms, type Contender, openArena } from '../contender.ts';
import { type Daemon, startDaemon } from './daemon.ts';
import { assignCommand, openEc2Door } from './ec2-door.ts';
import type { Site, Variant } from './files.ts';
import { fetchPrograms, type Programs } from './programs.ts';

const old = { intervalSeconds: 10, killsItself: true } as const;
const tuned = { intervalSeconds: 1, killsItself: false } as const;

export const keepalivedContenders: readonly Contender[] = [
  contender('keepalived', 'the old configuration: check every 10 s', { ...old, ec2: false }),
  contender('keepalived-tuned', 'check every second', { ...tuned, ec2: false }),
  contender('keepalived-ec2', 'the old configuration, the address moved by EC2', { ...old, ec2: true }),
  contender('keepalived-tuned-ec2', 'check every second, the address moved by EC2', { ...tuned, ec2: true }),
];

function contender(name: string, about: string, variant: Variant): Contender {
  return {
    name,
    about,
    isPeer: true,
    cycleMs: variant.intervalSeconds * 1000,
    start: (terms, story) => start(terms, variant, story),
  };
}

async function start(terms: BenchTerms, variant: Variant, story: Story): Promise<Arena> {
  const programs = await fetchPrograms();
  const { world, network } = await openArena(terms, 'bare');
  const daemons: Daemon[] = [];
  let closeDoor = async () => {};
  const close = async () => {
    await Promise.all(daemons.map((daemon) => daemon.close()));
    await closeDoor();
    await world.close();
  };
  try {
    story.follow(world);
    if (variant.ec2) {
      network.setHolder('db1');
      closeDoor = await openEc2Door(doorOf(world), world.aws);
    } else {
      network.floatVip();
    }
    const make = (node: LabNodeName) => {
      const site = siteOf(node, world, programs);
      const onLine = (line: string) => story.tell(node, line);
      const { keepalived } = programs;
      return startDaemon({ site, variant, keepalived, words: network.wordsAt(node), onLine });
    };
    await elect(daemons, make, world);
    return { world, close };
  } catch (error) {
    await close();
    throw error;
  }
}

/** db1 first, so that it is the master: their priorities alone are 39 ms apart. */
async function elect(
  daemons: Daemon[],
  make: (node: LabNodeName) => Promise<Daemon>,
  { hosts }: LabWorld,
): Promise<void> {
  const db1 = await make('db1');
  daemons.push(db1);
  await db1.untilMaster();
  const db2 = await make('db2');
  daemons.push(db2);
  await db2.untilBackup();
  hosts.db1.instance.on('down', () => {
    if (!hosts.db1.isUp) db1.kill();
  });
}

function siteOf(node: LabNodeName, world: LabWorld, { mysql }: Programs): Site {
  const { hosts, network } = world;
  const peer = hosts[node === 'db1' ? 'db2' : 'db1'];
  const { instance, address } = hosts[node];
  return {
    node,
    directory: path.join(instance.directory, 'keepalived'),
    address,
    peerAddress: peer.address,
    gateway: address.replace(/\d+$/, '1'),
    vip: network.vip,
    mysql,
    socketPath: instance.socketPath,
    ...accounts.monitor,
    assign: assignCommand(doorOf(world), eniIds[node], network.vip),
  };
}

function doorOf({ directory }: LabWorld): string {
  return path.join(directory, 'ec2.sock');
}
