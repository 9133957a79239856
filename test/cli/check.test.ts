/** `keepalambda check` against the lab's AWS over HTTPS: every finding provoked, and nothing found where all is right. */
import * as ec2 from '@aws-sdk/client-ec2';
import * as lambda from '@aws-sdk/client-lambda';
import * as sns from '@aws-sdk/client-sns';
import * as ssm from '@aws-sdk/client-ssm';
import { afterEach, describe, expect, test } from 'vitest';
import type { GroupRuleSpec } from '../../lab/aws/ec2-world.ts';
import { type Aws, type AwsOptions, type CallFault, type EniSpec, startAws } from '../../lab/aws/start.ts';
import { overLimits } from '../../lib/cli/check/measure-stack.ts';
import { readAnswers } from '../../lib/cli/check/read-answers.ts';
import type { Finding } from '../../lib/core/alert/finding.ts';
import type { Config } from '../../lib/core/config/config.ts';
import { checkDeployment, deploymentRules } from '../../lib/core/deployment-check/check-deployment.ts';
import { notDone } from '../../lib/core/operator/reply.ts';
import * as world from './check-world.ts';

const { right, db1, db2, vip, configWith, foreign } = world;

let aws: Aws | undefined;
afterEach(() => aws?.close());

interface Case {
  readonly aws?: AwsOptions;
  readonly config?: Config;
  readonly shellRegion?: string | null;
  /** A call that AWS refuses. */
  readonly denied?: CallFault['on'];
}

async function findings({ aws: changes, config = configWith(), shellRegion, denied }: Case) {
  aws = await startAws({ ...right, ...changes });
  if (denied) aws.faults.inject({ on: denied, effect: { kind: 'deny' } });
  const options = { ...aws.clientOptions(), maxAttempts: 1 };
  const read = await readAnswers(config, shellRegion ?? config.region, options);
  // To measure the stack takes long.
  const answers = { ...read, overLimits: config === overfull ? overLimits(config) : [] };
  return checkDeployment({ ...config, file: 'environments/small.mts' }, answers);
}

const [first, second] = right.enis as unknown as readonly [EniSpec, EniSpec];
/** The interface of db1, changed. */
const enis = (change: Partial<EniSpec>): AwsOptions => ({ enis: [{ ...first, ...change }, second] });
const subnets = (change: object): AwsOptions => ({ subnets: [{ ...right.subnets[0], ...change }] });
const inbound = (...rules: GroupRuleSpec[]): AwsOptions => ({
  groups: [right.groups[0], { ...right.groups[1], inbound: rules }],
});
const outbound = (...rules: GroupRuleSpec[]): AwsOptions => ({
  groups: [{ ...right.groups[0], outbound: rules }, right.groups[1]],
});
const account = (value: string, type?: 'String'): AwsOptions => ({
  parameters: [right.parameters[0], { ...right.parameters[1], value, ...(type ? { type } : {}) }],
});
const unreachable: AwsOptions = { hostOf: () => ({ reachable: false, environment: {} }) };
const withAuthority = configWith({}, { tls: 'verify-ca', tlsAuthority: '/keepalambda/authority' });

/** As many groups of nodes as no policy has room for. */
const overfull = configWith(
  {},
  {
    fencing: 'isolate',
    quarantineGroup: 'sg-0000000000000000f',
    nodeGroups: Array.from({ length: 90 }, (_, index) => `sg-${String(index).padStart(17, '0')}`),
  },
);
/** The function that reads, with another answer. */
const reading = (change: object): AwsOptions => ({
  functions: right.functions.map((each) => (each.name.endsWith('read') ? { ...each, ...change } : each)),
});
const answering = (REPLY: string) => reading({ environment: { REPLY } });
/** watch after so many updates; its first version is gone. */
const versioned = (count: number) =>
  right.functions.map((each) => ({
    ...each,
    versions: each.name.endsWith('watch')
      ? Array.from({ length: count }, (_, index) => `${index + 2}`)
      : ['1'],
  }));

const cases: [
  what: string,
  id: string,
  Case,
  Partial<Record<'got' | 'want' | 'fix' | 'subject', unknown>>,
][] = [
  [
    'credentials of another account',
    'wrong-account',
    { aws: { account: '999999999999', enis: [], functions: [] } },
    { got: 'credentials of account 999999999999', want: 'account 111122223333', fix: /AWS_PROFILE/ },
  ],
  [
    'an interface that is not there',
    'interface-missing',
    { aws: { enis: [second] } },
    {
      subject: 'orders/db1',
      fix: new RegExp(
        `^correct environments/small.mts by: .*attachment.instance-id,Values=${db1.instanceId}`,
      ),
    },
  ],
  [
    'an interface that is attached to the other node',
    'interface-of-another-instance',
    { aws: enis({ instanceId: db2.instanceId }) },
    { got: `${db1.eniId} attached to ${db2.instanceId}`, want: `attached to ${db1.instanceId}` },
  ],
  [
    'an interface on which there is no room for the VIP',
    'interface-full',
    { aws: { enis: [first, { ...second, secondaryAddresses: ['10.0.1.21', '10.0.1.22', '10.0.1.23'] }] } },
    {
      subject: 'orders/db2',
      got: `4 addresses on ${db2.eniId}, of 4 that t3.small takes`,
      fix: /unassign-private-ip-addresses --region .* --private-ip-addresses 10\.0\.1\.21/,
    },
  ],
  [
    'an interface with a prefix around the VIP',
    'vip-in-prefix',
    { aws: { enis: [first, { ...second, prefixes: ['10.0.1.0/28'] }] } },
    { subject: 'orders/db2', got: new RegExp(`10\\.0\\.1\\.0/28 on ${db2.eniId}`) },
  ],
  [
    'an interface with another primary address',
    'interface-address',
    { aws: enis({ primaryAddress: '10.0.1.99' }) },
    { got: /10\.0\.1\.99/, want: '10.0.1.11' },
  ],
  [
    'an interface in another subnet',
    'interface-subnet',
    {
      aws: {
        ...enis({ subnetId: 'subnet-0000000000000000b' }),
        subnets: [
          ...right.subnets,
          { id: 'subnet-0000000000000000b', cidr: '10.0.2.0/24', zone: 'eu-central-1b' },
        ],
      },
    },
    { got: `${db1.eniId} in subnet-0000000000000000b`, want: /\(a\)/ },
  ],
  [
    'an interface that is the second of its host',
    'interface-not-first',
    { aws: enis({ deviceIndex: 1 }) },
    { got: `${db1.eniId} at device index 1` },
  ],
  [
    'an instance that is not there',
    'instance-missing',
    {
      aws: {
        instances: right.instances.slice(1),
        enis: [{ ...first, instanceId: db2.instanceId }, second],
      },
    },
    { subject: 'orders/db1', fix: /private-ip-address,Values=10\.0\.1\.11/ },
  ],
  [
    'an instance that is stopped',
    'instance-not-running',
    { aws: { instances: [{ ...right.instances[0], state: 'stopped' }, ...right.instances.slice(1)] } },
    { got: `${db1.instanceId} is stopped`, fix: /start-instances/ },
  ],
  [
    'a subnet that is not there',
    'subnet-missing',
    { config: configWith({ subnets: { ...configWith().subnets, b: other('b') } }) },
    { subject: 'subnet b', got: 'no subnet subnet-0000000000000000b in eu-central-1' },
  ],
  [
    'a subnet with another range',
    'subnet-differs',
    { aws: subnets({ cidr: '10.0.0.0/20' }) },
    { got: '10.0.0.0/20', want: '10.0.1.0/24' },
  ],
  [
    'a subnet of another VPC and zone',
    'subnet-differs',
    { aws: subnets({ vpcId: 'vpc-0000000000000000b', zone: 'eu-central-1c' }) },
    { got: 'vpc-0000000000000000b, eu-central-1c', want: 'vpc-0000000000000000a, eu-central-1a' },
  ],
  [
    'a vantage without a free address, before the deployment',
    'subnet-full',
    { aws: { ...subnets({ freeAddresses: 0 }), functions: [] } },
    { subject: 'subnet a' },
  ],
  [
    'the VIP on an interface of somebody else',
    'vip-taken',
    { aws: { enis: foreign('10.0.1.99', [vip]) } },
    {
      got: new RegExp(`as a secondary address of ${world.foreignEni}`),
      fix: /unassign-private-ip-addresses/,
    },
  ],
  [
    'the VIP as the primary address of somebody else',
    'vip-taken',
    { aws: { enis: foreign(vip, []) } },
    { got: /as the primary address/, fix: /choose a free address/ },
  ],
  [
    'a VIP that nothing reserves',
    'vip-not-reserved',
    { aws: subnets({ reservations: [] }) },
    { fix: /create-subnet-cidr-reservation --region eu-central-1 .* --cidr 10\.0\.1\.10\/32 .*explicit/ },
  ],
  [
    'a VIP in a range that is kept for prefixes',
    'vip-not-reserved',
    { aws: subnets({ reservations: [{ cidr: '10.0.1.0/28', type: 'prefix' }] }) },
    { subject: 'orders' },
  ],
  [
    'a group that is not there',
    'group-missing',
    { aws: { groups: [{ id: world.nodeGroup, inbound: [{ port: 3306, range: '10.0.0.0/8' }] }] } },
    { got: /no security group sg-0+1 in/ },
  ],
  [
    'nodes that admit nobody',
    'port-closed',
    { aws: inbound() },
    { subject: 'orders/db1', fix: /authorize-security-group-ingress .*--port 3306 --source-group sg-0+1$/ },
  ],
  ['nodes that admit another port', 'port-closed', { aws: inbound({ port: 22, range: '0.0.0.0/0' }) }, {}],
  [
    'nodes that admit half of the subnet of the probes',
    'port-closed',
    { aws: inbound({ port: 3306, range: '10.0.1.0/25' }) },
    { got: /the probes of a on port 3306/ },
  ],
  [
    'probes that may reach another port only',
    'port-closed-outward',
    { aws: outbound({ port: 443, range: '0.0.0.0/0' }) },
    { fix: /authorize-security-group-egress/ },
  ],
  [
    'no parameter',
    'parameter-missing',
    { aws: { parameters: [right.parameters[0]] } },
    { subject: world.credentials, fix: /keepalambda grants --environment small/ },
  ],
  ['a parameter that is no JSON', 'parameter-malformed', { aws: account('secret') }, { got: /got no JSON/ }],
  [
    'a parameter without a user',
    'parameter-malformed',
    { aws: account('{"password":"secret"}') },
    { got: /user: the name of the account/ },
  ],
  [
    'an authority that is no certificate',
    'parameter-malformed',
    {
      aws: { parameters: [...right.parameters, { name: '/keepalambda/authority', value: 'no' }] },
      config: withAuthority,
    },
    { subject: '/keepalambda/authority', want: 'a certificate in PEM', fix: /file:\/\/ca\.pem/ },
  ],
  [
    'a password in the clear',
    'parameter-in-the-clear',
    { aws: account('{"user":"k","password":"secret"}', 'String') },
    { got: 'a parameter of the type String' },
  ],
  [
    'hosts whose agent must bind the VIP and does not answer',
    'agent-offline',
    { aws: unreachable, config: configWith({}, { hostAddress: 'ssm' }) },
    { got: `the SSM agent of ${db1.instanceId} is ConnectionLost` },
  ],
  [
    'hosts whose agent must restart mysqld and does not answer',
    'agent-offline-for-repair',
    { aws: unreachable, config: configWith({}, { repair: ['mysqld'] }) },
    { want: 'Online, because of repair: [mysqld]' },
  ],
  [
    'an account with a limit of 105, before the deployment',
    'concurrency-too-small',
    { aws: { functions: [], concurrency: 105 } },
    { got: 'room to reserve 5 invocations, by the limit of 105', want: 'room for 14', fix: /L-B99A9384/ },
  ],
  [
    'a topic of which nobody has confirmed a subscription',
    'nobody-alerted',
    { aws: { subscriptions: [{ ...right.subscriptions[0], confirmed: false }] } },
    { fix: /aws sns subscribe --region eu-central-1 --topic-arn .*small-alerts/ },
  ],
  [
    'a subscriber who has not confirmed',
    'subscriber-unconfirmed',
    { aws: { subscriptions: [{ ...right.subscriptions[0], confirmed: false }] } },
    { subject: 'oncall@example.com', got: 'a subscription that waits to be confirmed' },
  ],
  [
    'a subscriber who has gone',
    'subscriber-unconfirmed',
    { aws: { subscriptions: [{ ...right.subscriptions[0], endpoint: 'dba@example.com' }] } },
    { got: 'no subscription' },
  ],
  [
    'an account without a bootstrap stack',
    'not-bootstrapped',
    { aws: { parameters: [right.parameters[1]] } },
    { fix: 'npx cdk bootstrap aws://111122223333/eu-central-1' },
  ],
  [
    'an old bootstrap stack',
    'not-bootstrapped',
    { aws: { parameters: [{ ...right.parameters[0], value: '5' }, right.parameters[1]] } },
    { got: 'its version 5' },
  ],
  [
    'more than a role may have',
    'over-limit',
    { config: overfull },
    {
      subject: 'small',
      got: /characters in a managed policy/,
      want: /^at most 6144: IAM/,
      fix: /second environment/,
    },
  ],
  [
    'a version for each of many updates',
    'old-versions',
    { aws: { functions: versioned(51) } },
    {
      subject: 'keepalambda-small-watch',
      got: '51 versions',
      fix: 'for number in $(seq 2 42); do aws lambda delete-function --region eu-central-1 --function-name keepalambda-small-watch --qualifier $number; done',
    },
  ],
  [
    'a read function that fails',
    'servers-not-examined',
    { aws: reading({ directory: '/nowhere' }) },
    {
      subject: 'orders',
      got: /^Error: Cannot find module/,
      fix: /allow lambda:InvokeFunction on keepalambda-small-read .*aws logs tail --region eu-central-1 /,
    },
  ],
  [
    'a read function of another release',
    'servers-not-examined',
    { aws: answering('{"answer":42}') },
    { got: 'the answer of another release' },
  ],
  [
    'a read function that does not know the pair',
    'servers-not-examined',
    { aws: answering(JSON.stringify(notDone('faulty', ['pair: got orders; want one of billing']))) },
    { got: 'pair: got orders; want one of billing' },
  ],
  [
    'a person who may not have the servers examined',
    'servers-not-examined',
    { denied: 'lambda:Invoke/keepalambda-small-read' },
    { got: /^AccessDeniedException/ },
  ],
  ['no stack yet', 'not-deployed', { aws: { functions: [] } }, { fix: 'npx cdk deploy small' }],
  [
    'a shell with another region',
    'other-region',
    { shellRegion: 'us-east-1' },
    { got: 'the region us-east-1' },
  ],
  [
    'a person who may not read subnets',
    'not-read',
    { denied: 'ec2:DescribeSubnets' },
    { subject: 'ec2:DescribeSubnets', got: /UnauthorizedOperation/ },
  ],
];

function other(name: string) {
  return {
    subnetId: `subnet-0000000000000000${name}`,
    cidr: '10.0.2.0/24',
    availabilityZone: 'eu-central-1b',
  };
}

function expectFinding(finding: Finding | undefined, parts: Readonly<Record<string, unknown>>): void {
  for (const [key, want] of Object.entries(parts)) {
    const got = finding?.[key as keyof Finding];
    expect(got).toEqual(want instanceof RegExp ? expect.stringMatching(want) : want);
  }
}

/** A command to paste names a call that its service has. */
function expectKnownCalls(fix: string): void {
  for (const [, service = '', operation = ''] of fix.matchAll(/aws (ec2|ssm|sns|lambda) ([a-z-]+)/g)) {
    const name = operation.replace(/(^|-)(\w)/g, (_, _hyphen, letter: string) => letter.toUpperCase());
    expect({ ec2, ssm, sns, lambda }[service]).toHaveProperty(`${name}Command`);
  }
}

describe('a finding', () => {
  test.each(cases)('%s: %s', async (_what, id, provoked, parts) => {
    const found = await findings(provoked);
    expect(found.map((finding) => finding.id)).toContain(id);
    expectFinding(
      found.find((finding) => finding.id === id),
      parts,
    );
    for (const { fix } of found) expectKnownCalls(fix);
    // Whatever is wrong, nobody is shown a password.
    expect(JSON.stringify(found)).not.toContain('secret"');
  });

  test('of each rule is provoked', () => {
    expect([...new Set(cases.map(([, id]) => id))].toSorted()).toEqual(
      deploymentRules.map(({ id }) => id).toSorted(),
    );
  });
});

test('what doctor finds on the servers is among the findings, by its severity', async () => {
  const finding = (severity: Finding['severity'], subject: string): Finding => ({
    id: `a-${severity}`,
    severity,
    subject,
    got: '0',
    want: '1',
    why: 'it matters.',
    fix: 'SET GLOBAL',
  });
  const servers = world.examination(finding('warning', 'orders'), finding('danger', 'db1'));
  const found = await findings({ aws: { ...answering(servers), ...subnets({ reservations: [] }) } });
  expect(found.map(({ severity, id, subject }) => [severity, id, subject])).toEqual([
    ['danger', 'a-danger', 'orders/db1'],
    ['warning', 'vip-not-reserved', 'orders'],
    ['warning', 'a-warning', 'orders'],
  ]);
});

describe('nothing is found', () => {
  const harmless: [string, Case][] = [
    ['of versions that are no burden yet', { aws: { functions: versioned(50) } }],
    ['where all is right', {}],
    ['of a wider range than the subnet', { aws: inbound({ port: 3306, range: '10.0.0.0/16' }) }],
    ['of a group for everything', { aws: inbound({ port: null, range: '0.0.0.0/0' }) }],
    ['of a prefix list, which may hold the probes', { aws: inbound({ port: 3306, prefixList: 'pl-1' }) }],
    ['of outbound rules by group', { aws: outbound({ port: 3306, group: world.nodeGroup }) }],
    ['of a full subnet in which the probes are already', { aws: subnets({ freeAddresses: 0 }) }],
    [
      'of a wider reservation',
      { aws: subnets({ reservations: [{ cidr: '10.0.1.8/29', type: 'explicit' }] }) },
    ],
    ['of an agent that nothing needs', { aws: unreachable }],
    ['of a limit that is just enough for what is reserved already', { aws: { concurrency: 114 } }],
    [
      'of a limit without reservations',
      { aws: { functions: [], concurrency: 50 }, config: configWith({ reservedConcurrency: false }) },
    ],
    ['of the same address in another VPC', { aws: elsewhere() }],
  ];
  test.each(harmless)('%s', async (_what, provoked) => {
    const found = await findings(provoked);
    expect(found.filter(({ id }) => id !== 'not-deployed')).toEqual([]);
  });
});

function elsewhere(): AwsOptions {
  const subnet = { id: 'subnet-0000000000000000c', cidr: '10.0.1.0/24', zone: 'eu-central-1a' };
  const eni = { ...first, id: world.foreignEni, subnetId: subnet.id, primaryAddress: vip };
  return {
    subnets: [...right.subnets, { ...subnet, vpcId: 'vpc-0000000000000000c' }],
    enis: [...right.enis, { ...eni, instanceId: 'i-000000000000000f9', secondaryAddresses: [] }],
  };
}
