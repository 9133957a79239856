/** The kinds of maintenance that the lab plays: what is ordered, and what must have become of each host. */
import { readFile, writeFile } from 'node:fs/promises';
import type { MaintenanceWork } from '../../lib/core/maintain/maintenance.ts';
import { withLines } from '../doctor/broken.ts';
import type { Host } from '../hosts.ts';
import type { LabWorld } from '../world.ts';

/** Another configuration: any value that is not the default, and that takes a restart on no server. */
export const NEW_CONNECTIONS = 173;

export interface MaintainKind {
  readonly name: string;
  readonly work: MaintenanceWork;
  readonly command?: string;
  /** Done before the order. */
  readonly prepare: (world: LabWorld) => Promise<void>;
  /** What of a host the work changes, and a second order must not. */
  readonly stateOf: (host: Host) => string;
  /** Whether it is another one after the work. */
  readonly changesState: boolean;
}

/** Documents that a team would have: one that does no harm, and one that fails. Named in the pair's configuration. */
export const teamDocuments = { tune: 'lab-tune', broken: 'lab-broken' } as const;
const scripts = {
  [teamDocuments.tune]: `mysql -e 'SET GLOBAL max_connections = ${NEW_CONNECTIONS}'`,
  [teamDocuments.broken]: "echo 'this host is not ready for it' >&2; exit 3",
};

const pidOf = ({ instance }: Host) => `${instance.pid}`;

export const maintainKinds = {
  restart: {
    ...{ name: 'maintain', work: 'restart', prepare: writeMyCnf },
    ...{ stateOf: pidOf, changesState: true },
  },
  reboot: {
    ...{ name: 'maintain-reboot', work: 'reboot', prepare: writeMyCnf },
    ...{ stateOf: (host) => `boot ${host.bootId}, process ${pidOf(host)}`, changesState: true },
  },
  command: {
    ...{ name: 'maintain-command', work: 'command', command: 'tune', prepare: registerDocuments },
    ...{ stateOf: pidOf, changesState: false },
  },
} as const satisfies Record<MaintenanceWork, MaintainKind>;

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
