/** Environments of many pairs: what AWS refuses by its size, and what each pair may still be done to. */
import { execFile } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, it, test } from 'vitest';
import { decide } from '../../lab/aws/iam/policy.ts';
import { type Iam, type Template as LabTemplate, readIam } from '../../lab/aws/iam/template.ts';
import type { EnvironmentInput } from '../../lib/core/config/config.ts';
import {
  type LimitName,
  limitFaults,
  limits,
  measure,
  policySize,
  type SizedTemplate,
} from '../../lib/stack/limits.ts';
import { temporaryDirectory } from '../../lib/stack/temporary.ts';
import { configOf, templateOfConfig } from './templates.ts';

type PairInput = EnvironmentInput['pairs'][number];
type Fencing = NonNullable<PairInput['fencing']>;

const hex = (value: number): string => value.toString(16).padStart(17, 'a');
const address = (value: number): string => `10.0.${value >> 8}.${value & 255}`;
const account = '111122223333';

/** As long as its values may be: names, region, account, ids. */
function manyPairs(count: number, fencing: Fencing, region = 'ap-southeast-1'): EnvironmentInput {
  const pair = (index: number): PairInput => {
    const node = (which: number) => ({
      name: `db${which}`,
      instanceId: `i-${hex(index * 2 + which)}`,
      eniId: `eni-${hex(index * 2 + which)}`,
      address: address(256 + index * 3 + which),
      subnet: 'a',
    });
    const name = `pair-${index}-`.padEnd(31, 'x');
    return {
      name,
      vip: address(256 + index * 3),
      nodes: [node(1), node(2)],
      credentials: `/keepalambda/${'e'.repeat(20)}/${name}`,
      fencing,
      ...(fencing === 'isolate' ? { quarantineGroup: `sg-${hex(1)}`, nodeGroups: [`sg-${hex(2)}`] } : {}),
      hostAddress: 'ssm',
      repair: ['mysqld', 'keepalived'],
    };
  };
  return {
    name: 'e'.repeat(20),
    account,
    region,
    vpcId: `vpc-${hex(1)}`,
    subnets: {
      a: { subnetId: `subnet-${hex(1)}`, cidr: '10.0.0.0/16', availabilityZone: `${region}a` },
    },
    vantages: ['a'],
    probeSecurityGroups: [`sg-${hex(3)}`],
    subscribers: ['oncall@example.com'],
    pairs: Array.from({ length: count }, (_, index) => pair(index)),
  };
}

async function templateFor(environment: EnvironmentInput): Promise<SizedTemplate & LabTemplate> {
  const full = { ...environment, metrics: 'pair', dashboard: true } as const;
  return (await templateOfConfig(configOf(full))).toJSON() as SizedTemplate & LabTemplate;
}

describe.each<Fencing>(['none', 'isolate', 'stop-instance'])('fencing %s', (fencing) => {
  test.each([1, 22, 60, 100])('%i pairs stay within every limit', async (count) => {
    const template = await templateFor(manyPairs(count, fencing));
    const sizes = measure(template);
    for (const { limit, of, size } of sizes) {
      expect(size, `${of}: ${limits[limit].unit}`).toBeLessThanOrEqual(limits[limit].most);
    }
    expect(limitFaults(template, count)).toEqual([]);
    // Each limit was measured on something.
    expect(new Set(sizes.map(({ limit }) => limit))).toEqual(new Set(Object.keys(limits)));
  });
});

test.each(['us-gov-west-1', 'cn-northwest-1'])(
  '100 pairs fit into %s, whose ARNs are longer',
  async (region) => {
    expect(limitFaults(await templateFor(manyPairs(100, 'isolate', region)), 100)).toEqual([]);
  },
);

describe('100 pairs', () => {
  const environment = manyPairs(100, 'isolate');
  const watch = `keepalambda-${environment.name}-watch`;
  let iam: Iam;
  beforeAll(async () => {
    iam = readIam(await templateFor(environment), { region: environment.region, account, names: {} });
  });
  const arn = (service: string, rest: string) =>
    `arn:aws:${service}:${environment.region}:${account}:${rest}`;
  const may = (action: string, resource: string) =>
    decide(iam.policies[watch] ?? [], { action, resource, context: {} }).kind;

  it('lets watch do all that it needs to each of them', () => {
    for (const { nodes, credentials } of environment.pairs) {
      expect(may('ssm:GetParameter', arn('ssm', `parameter${credentials}`))).toBe('allow');
      for (const { eniId, instanceId } of nodes) {
        const eni = arn('ec2', `network-interface/${eniId}`);
        const instance = arn('ec2', `instance/${instanceId}`);
        expect(may('ec2:AssignPrivateIpAddresses', eni)).toBe('allow');
        expect(may('ec2:ModifyNetworkInterfaceAttribute', eni)).toBe('allow');
        expect(may('ec2:ModifyNetworkInterfaceAttribute', instance)).toBe('allow');
        expect(may('ssm:SendCommand', instance)).toBe('allow');
        expect(may('ec2:StopInstances', instance)).toBe('implicit-deny');
      }
    }
  });

  it('lets it do nothing to anything else', () => {
    const stranger = arn('ec2', `network-interface/eni-${'f'.repeat(17)}`);
    expect(may('ec2:AssignPrivateIpAddresses', stranger)).toBe('implicit-deny');
    expect(may('ssm:GetParameter', arn('ssm', 'parameter/keepalambda/other'))).toBe('implicit-deny');
    expect(may('ec2:ModifyNetworkInterfaceAttribute', arn('ec2', `security-group/sg-${hex(3)}`))).toBe(
      'implicit-deny',
    );
  });
});

it('changes only the last policy of each function when a pair is added', async () => {
  const policiesOf = async (count: number) => {
    const { Resources } = await templateFor(manyPairs(count, 'none'));
    const policies = Object.entries(Resources)
      .filter(([, { Type }]) => Type === 'AWS::IAM::ManagedPolicy')
      .map(([id, { Properties }]) => ({ id, text: JSON.stringify(Properties?.PolicyDocument) }));
    return Map.groupBy(policies, ({ id }) => id.replace(/Policy\d+.*$/, ''));
  };
  const [before, after] = [await policiesOf(60), await policiesOf(61)];
  expect([...before.keys()]).toEqual([...after.keys()]);
  expect(Math.max(...[...before.values()].map(({ length }) => length))).toBeGreaterThan(2);
  for (const [of, policies] of before)
    expect(after.get(of)?.slice(0, policies.length - 1)).toEqual(policies.slice(0, -1));
});

it('counts the characters of a policy without white space, with a reference at its longest', () => {
  const policy = {
    Statement: [{ Sid: 'A B', Resource: { 'Fn::Join': ['', ['arn:', { Ref: 'AWS::AccountId' }]] } }],
  };
  const want = JSON.stringify({ Statement: [{ Sid: 'AB', Resource: 'arn:123456789012' }] }).length;
  expect(policySize(policy)).toBe(want);
  expect(policySize({ Ref: 'Table' })).toBeGreaterThan(
    'arn:aws:dynamodb:ap-southeast-1:123456789012:table/'.length + 60,
  );
});

test.each<[limit: LimitName, template: SizedTemplate]>([
  ['inlinePolicies', of('AWS::IAM::Role', { Policies: [doc(6000), doc(6000)] })],
  ['managedPolicies', of('AWS::IAM::Role', { ManagedPolicyArns: Array.from({ length: 11 }, () => 'a') })],
  ['managedPolicy', of('AWS::IAM::ManagedPolicy', doc(6200))],
  ['eventPattern', of('AWS::Events::Rule', { EventPattern: { source: ['x'.repeat(2048)] } })],
  ['variables', of('AWS::Lambda::Function', { Environment: { Variables: { A: 'x'.repeat(4096) } } })],
  ['widgetAlarms', of('AWS::CloudWatch::Dashboard', { DashboardBody: board(1, 101) })],
  ['widgets', of('AWS::CloudWatch::Dashboard', { DashboardBody: board(501, 0) })],
])('refuses what is above %s, with the way out', (limit, template) => {
  expect(limitFaults(template, 300)).toEqual([
    {
      path: 'pairs',
      got: expect.stringMatching(
        new RegExp(`^300 pairs, which make \\d+ ${limits[limit].unit} \\(Thing\\)$`),
      ),
      want: expect.stringContaining(`at most ${limits[limit].most}: `),
      remedy: 'move some of the pairs into a second environment, a file of its own in environments/',
    },
  ]);
});

it('makes synth refuse an environment that AWS would refuse', async () => {
  const directory = temporaryDirectory();
  const tooMany = manyPairs(180, 'isolate');
  writeFileSync(join(directory, `${tooMany.name}.ts`), `export default ${JSON.stringify(tooMany)};`);
  const app = fileURLToPath(new URL('../../bin/app.ts', import.meta.url));
  const env = { ...process.env, KEEPALAMBDA_ENVIRONMENTS: directory, CDK_OUTDIR: temporaryDirectory() };
  const { code, err } = await new Promise<{ code: number; err: string }>((resolve) => {
    execFile(process.execPath, [app], { env }, (error, _, stderr) =>
      resolve({ code: error ? Number(error.code) : 0, err: stderr }),
    );
  });
  expect(code).toBe(1);
  expect(err).toMatch(
    /pairs: got 180 pairs, which make \d+ managed policies attached to a role .*To fix it: move some/,
  );
  expect(err).not.toMatch(/^\s+at /m);
});

function of(Type: string, Properties: Readonly<Record<string, unknown>>): SizedTemplate {
  return { Resources: { Thing: { Type, Properties } } };
}

function doc(size: number) {
  return { PolicyDocument: { Statement: [{ Resource: 'x'.repeat(size) }] } };
}

function board(widgets: number, alarms: number): string {
  const properties = { alarms: Array.from({ length: alarms }, () => 'arn') };
  return JSON.stringify({ widgets: Array.from({ length: widgets }, () => ({ properties })) });
}
