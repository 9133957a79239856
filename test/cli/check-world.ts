/** An account in which everything is as one environment says, in the lab's AWS; and what a test changes of it. */
import { fileURLToPath } from 'node:url';
import type { AwsOptions, EniSpec } from '../../lab/aws/start.ts';
import type { Finding } from '../../lib/core/alert/finding.ts';
import { type Config, type EnvironmentInput, parseConfig } from '../../lib/core/config/config.ts';
import { done } from '../../lib/core/operator/reply.ts';
import { small } from '../core/environments.ts';

export const account = '111122223333';
export const nodeGroup = 'sg-00000000000000050';
export const topicArn = `arn:aws:sns:eu-central-1:${account}:keepalambda-small-alerts`;

const [pair] = small.pairs;
const [subnet] = Object.values(small.subnets);
const probeGroup = small.probeSecurityGroups[0] ?? '';
if (!pair || !subnet) throw new Error('the environment `small` has a pair and a subnet');
export const { vip, credentials, nodes } = pair;
export const [db1, db2] = nodes;
export const foreignEni = 'eni-000000000000000f9';

/** The environment `small`, with changes to it and to its pair. */
export function configWith(
  changes: Partial<EnvironmentInput> = {},
  pairChanges: Partial<EnvironmentInput['pairs'][number]> = {},
): Config {
  const parsed = parseConfig({ ...small, ...changes, pairs: [{ ...pair, ...pairChanges }] });
  if (parsed.kind === 'faulty') throw new Error(JSON.stringify(parsed.faults));
  return parsed.value;
}

const reserving = { watch: 4, operate: 4, read: 2, 'probe-a': 4 };

const directory = fileURLToPath(new URL('./read-function', import.meta.url));

/** What doctor answers. */
export function examination(...findings: readonly Finding[]): string {
  return JSON.stringify(done(['…'], { action: 'doctor', pair: pair?.name ?? '', findings: [...findings] }));
}

/** The functions, as the stack of `small` makes them. Only the one that reads is invoked. */
export const functions = Object.entries(reserving).map(([name, reservedConcurrency]) => ({
  name: `keepalambda-small-${name}`,
  directory,
  timeoutSeconds: 60,
  reservedConcurrency,
  environment: { TOPIC_ARN: topicArn, REPLY: examination() },
}));

/** What AWS has where nothing is wrong. */
export const right = {
  account,
  region: 'eu-central-1',
  subnets: [
    {
      id: subnet?.subnetId ?? '',
      cidr: '10.0.1.0/24',
      zone: 'eu-central-1a',
      vpcId: small.vpcId,
      reservations: [{ cidr: `${vip}/32`, type: 'explicit' }],
    },
  ],
  instances: [
    ...nodes.map(({ instanceId }) => ({ id: instanceId, type: 't3.small' })),
    { id: 'i-000000000000000f9', type: 't3.small' },
  ],
  enis: nodes.map(({ eniId, instanceId, address }) => ({
    id: eniId,
    instanceId,
    subnetId: subnet?.subnetId ?? '',
    primaryAddress: address,
    secondaryAddresses: eniId === db1.eniId ? [vip] : [],
    groups: [nodeGroup],
  })),
  groups: [{ id: probeGroup }, { id: nodeGroup, inbound: [{ port: 3306, group: probeGroup }] }],
  parameters: [
    { name: '/cdk-bootstrap/hnb659fds/version', value: '28', type: 'String' },
    { name: credentials, value: '{"username":"keepalambda","password":"secret"}' },
  ],
  topicArns: [topicArn],
  subscriptions: [{ topicArn, protocol: 'email', endpoint: 'oncall@example.com', confirmed: true }],
  functions,
} as const satisfies AwsOptions;

/** A third instance of the account, whose interface has these addresses. */
export function foreign(primaryAddress: string, secondaryAddresses: readonly string[]): readonly EniSpec[] {
  const own = right.enis.map((eni) => ({ ...eni, secondaryAddresses: [] }));
  const other = { id: foreignEni, instanceId: 'i-000000000000000f9', groups: [nodeGroup] };
  const subnetId = subnet?.subnetId ?? '';
  return [...own, { ...other, subnetId, primaryAddress, secondaryAddresses }];
}
