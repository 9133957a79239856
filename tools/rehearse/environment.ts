/** The environment that is rehearsed: a pair as an operator would write it, in a file of its own. */
import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { EnvironmentInput } from '../../lib/core/config.ts';
import { account, region } from './moto.ts';

export const environmentName = 'rehearsal';
export const pairName = 'orders';

/** What the second deployment changes. */
export interface Change {
  readonly lagLimitSeconds: number;
  readonly logRetentionDays: 30 | 60;
}

export const first: Change = { lagLimitSeconds: 120, logRetentionDays: 30 };
export const second: Change = { lagLimitSeconds: 60, logRetentionDays: 60 };

/** Writes `rehearsal.ts` into the directory, which it makes. */
export async function writeEnvironment(directory: string, change: Change): Promise<void> {
  await mkdir(directory, { recursive: true });
  const text = `export default ${JSON.stringify(environmentWith(change), null, 2)};\n`;
  await writeFile(path.join(directory, `${environmentName}.ts`), text);
}

function environmentWith({ lagLimitSeconds, logRetentionDays }: Change): EnvironmentInput {
  const node = (number: 1 | 2) => ({
    name: `db${number}`,
    instanceId: `i-0000000000000db0${number}`,
    eniId: `eni-0000000000000db0${number}`,
    address: `10.0.1.1${number}`,
    subnet: 'a',
  });
  return {
    name: environmentName,
    description: 'A rehearsed deployment',
    account,
    region,
    vpcId: 'vpc-00000000000000001',
    subnets: {
      a: { subnetId: 'subnet-00000000000000001', cidr: '10.0.1.0/24', availabilityZone: `${region}a` },
      b: { subnetId: 'subnet-00000000000000002', cidr: '10.0.2.0/24', availabilityZone: `${region}b` },
    },
    vantages: ['a', 'b'],
    probeSecurityGroups: ['sg-00000000000000001'],
    subscribers: ['oncall@example.com'],
    logRetentionDays,
    pairs: [
      {
        name: pairName,
        vip: '10.0.1.10',
        nodes: [node(1), node(2)],
        prefer: 'db1',
        credentials: '/keepalambda/rehearsal/orders',
        repair: ['mysqld'],
        settings: { lagLimitSeconds },
      },
    ],
  };
}
