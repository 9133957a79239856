/** Environments for tests: one pair as small as it gets, and three pairs in two subnets. */
import type { EnvironmentInput } from '../../lib/core/config/config.ts';

type PairInput = EnvironmentInput['pairs'][number];

const hex = (value: number): string => value.toString(16).padStart(17, '0');

/** A pair of two nodes at `.11` and `.12` of a subnet, with the VIP at `.10`, all moved up by `offset`. */
export function pairIn(subnet: string, network: string, name: string, offset = 0): PairInput {
  const seed = Number(network.split('.')[2]) * 256 + offset;
  const node = (index: number) => ({
    name: `db${index + 1}`,
    instanceId: `i-${hex(seed + index + 1)}`,
    eniId: `eni-${hex(seed + index + 1)}`,
    address: `${network}.${11 + offset + index}`,
    subnet,
  });
  return {
    name,
    vip: `${network}.${10 + offset}`,
    nodes: [node(0), node(1)],
    credentials: `/keepalambda/${name}`,
  };
}

/** One pair, one subnet, one vantage. */
export const small: EnvironmentInput = {
  name: 'small',
  description: 'One pair for tests',
  account: '111122223333',
  region: 'eu-central-1',
  vpcId: 'vpc-0000000000000000a',
  subnets: {
    a: { subnetId: `subnet-${hex(10)}`, cidr: '10.0.1.0/24', availabilityZone: 'eu-central-1a' },
  },
  vantages: ['a'],
  probeSecurityGroups: [`sg-${hex(1)}`],
  subscribers: ['oncall@example.com'],
  pairs: [pairIn('a', '10.0.1', 'orders')],
};

/** Three pairs in two subnets, seen from both, with every optional power somewhere. */
export const large: EnvironmentInput = {
  ...small,
  name: 'large',
  description: 'Three pairs in two subnets',
  subnets: {
    ...small.subnets,
    b: { subnetId: `subnet-${hex(11)}`, cidr: '10.0.2.0/24', availabilityZone: 'eu-central-1b' },
  },
  vantages: ['a', 'b'],
  subscribers: ['oncall@example.com', '+491701234567', 'https://events.example.com/enqueue'],
  tracing: true,
  keepTable: false,
  pairs: [
    pairIn('a', '10.0.1', 'orders'),
    {
      ...pairIn('b', '10.0.2', 'billing'),
      fencing: 'isolate',
      quarantineGroup: `sg-${hex(99)}`,
      nodeGroups: [`sg-${hex(50)}`],
      credentials: '/aws/reference/secretsmanager/billing-monitor',
      tls: 'verify-ca',
      tlsAuthority: '/keepalambda/authority',
      credentialsKey: 'arn:aws:kms:eu-central-1:111122223333:key/6f1d0cbe-0000-4000-8000-000000000000',
    },
    {
      ...pairIn('b', '10.0.2', 'stock', 20),
      fencing: 'stop-instance',
      hostAddress: 'ssm',
      repair: ['mysqld', 'keepalived'],
    },
  ],
};
