/** The kinds of maintenance that the lab plays: what is ordered, and what must have become of each host. */
import { readFile, writeFile } from 'node:fs/promises';
import type { MaintenanceWork } from '../../lib/core/maintain/maintenance.ts';
import { withLines } from '../doctor/broken.ts';
import { LabError } from '../errors.ts';
import type { Host } from '../hosts.ts';
import { mariadb118 } from '../servers/mariadb.ts';
import type { LabWorld } from '../world.ts';

/** Another configuration: any value that is not the default, and that takes a restart on no server. */
const NEW_CONNECTIONS = 173;

export interface MaintainKind {
  readonly name: string;
  readonly work: MaintenanceWork;
  readonly command?: string;
  /** Whether a document that fails is ordered before. */
  readonly failsFirst?: true;
  /** Done before the order. */
  readonly prepare: (world: LabWorld) => Promise<void>;
  /** What is asked of each server at the end, and whether the answer is that of a changed one. */
  readonly asks: string;
  readonly isChanged: (answer: string) => boolean;
  /** What of a host the work changes, and a second order must not. */
  readonly stateOf: (host: Host) => string;
  /** Whether it is another one after the work. */
  readonly changesState: boolean;
}

/** Documents that a team would have: one that does no harm, one that fails, and an upgrade. Named in the pair's configuration. */
export const teamDocuments = { tune: 'lab-tune', broken: 'lab-broken', upgrade: 'lab-upgrade' } as const;
const scripts = {
  [teamDocuments.tune]: `mysql -e 'SET GLOBAL max_connections = ${NEW_CONNECTIONS}'`,
  [teamDocuments.broken]: "echo 'this host is not ready for it' >&2; exit 3",
  [teamDocuments.upgrade]: `set -eu
case $(mysql -N -e 'SELECT @@version') in 11.*) echo 'upgraded already'; exit 0 ;; esac
systemctl stop mariadb
apt-get install -y mariadb-server
systemctl start mariadb`,
};

const configured = {
  asks: '@@global.max_connections',
  isChanged: (answer: string) => answer === `${NEW_CONNECTIONS}`,
};
const pidOf = ({ instance }: Host) => `${instance.pid}`;

export const maintainKinds = {
  restart: {
    ...configured,
    name: 'maintain',
    work: 'restart',
    prepare: writeMyCnf,
    stateOf: pidOf,
    changesState: true,
  },
  reboot: {
    ...configured,
    name: 'maintain-reboot',
    work: 'reboot',
    prepare: writeMyCnf,
    stateOf: (host) => `boot ${host.bootId}, process ${pidOf(host)}`,
    changesState: true,
  },
  command: {
    ...configured,
    name: 'maintain-command',
    work: 'command',
    command: 'tune',
    failsFirst: true,
    prepare: registerDocuments,
    stateOf: pidOf,
    changesState: false,
  },
  upgrade: {
    name: 'maintain-upgrade',
    work: 'command',
    command: 'upgrade',
    prepare: offerUpgrade,
    asks: '@@version',
    isChanged: (answer) => answer.startsWith('11.'),
    stateOf: pidOf,
    changesState: true,
  },
} as const satisfies Record<string, MaintainKind>;

async function offerUpgrade(world: LabWorld): Promise<void> {
  const { db1, db2 } = world.hosts;
  const { name } = db1.instance.product;
  if (name !== 'mariadb-10.11')
    throw new LabError({
      got: `${name}, for which no newer server can be had here`,
      want: 'mariadb-10.11',
      remedy: 'use --server mariadb-10.11',
    });
  const offered = await mariadb118();
  for (const host of [db1, db2]) host.offered = offered;
  await registerDocuments(world);
}

async function writeMyCnf({ hosts }: LabWorld): Promise<void> {
  for (const { instance } of [hosts.db1, hosts.db2])
    await writeFile(
      instance.myCnf,
      withLines(`max-connections=${NEW_CONNECTIONS}`)(await readFile(instance.myCnf, 'utf8')),
    );
}

async function registerDocuments({ aws }: LabWorld): Promise<void> {
  for (const [name, script] of Object.entries(scripts))
    aws.ssm.registerDocument({
      name,
      content: {
        schemaVersion: '2.2',
        mainSteps: [{ action: 'aws:runShellScript', name: 'run', inputs: { runCommand: [script] } }],
      },
    });
}
