import { beforeAll, describe, expect, it, test } from 'vitest';
import type { EnvironmentInput } from '../../lib/core/config/config.ts';
import { large, small } from '../core/environments.ts';
import { templateOf } from './templates.ts';

interface Statement {
  readonly Sid?: string;
  readonly Effect: 'Allow' | 'Deny';
  readonly Action: string | readonly string[];
  readonly Resource: unknown;
  readonly Condition?: unknown;
}
interface RoleResource {
  readonly Properties: {
    readonly ManagedPolicyArns?: readonly { readonly Ref: string }[];
    readonly Policies: readonly Policy[];
  };
}
interface Policy {
  readonly PolicyDocument: { readonly Statement: readonly Statement[] };
}
/** One action that a role may do, and on what. */
interface Grant {
  readonly action: string;
  readonly on: readonly string[];
  readonly statement: Statement;
}

const list = (value: unknown): unknown[] => (Array.isArray(value) ? value : [value]);

/** Which role has which grants, from the synthesised template and nothing else. */
async function grantsIn(environment: EnvironmentInput): Promise<ReadonlyMap<string, readonly Grant[]>> {
  const template = await templateOf(environment);
  expect(template.findResources('AWS::IAM::Policy'), 'policies beside the roles').toEqual({});
  const managed = template.findResources('AWS::IAM::ManagedPolicy');
  const roles = Object.entries(template.findResources('AWS::IAM::Role')) as [string, RoleResource][];
  return new Map(
    roles.map(([id, role]) => {
      // Of AWS's own there are none: each is a resource of the template.
      const attached = (role.Properties.ManagedPolicyArns ?? []).map(
        ({ Ref }) => managed[Ref]?.Properties as Policy,
      );
      const statements = [...role.Properties.Policies, ...attached].flatMap(
        (policy) => policy.PolicyDocument.Statement,
      );
      const denied = statements.filter((statement) => statement.Effect === 'Deny');
      const allowed = statements.filter((statement) => statement.Effect === 'Allow');
      const isDeniedToCode = (action: string) => denied.some(({ Action }) => list(Action).includes(action));
      const grants = allowed.flatMap((statement) =>
        list(statement.Action).map((action) => ({
          action: String(action),
          on: list(statement.Resource).map((on) => (typeof on === 'string' ? on : JSON.stringify(on))),
          statement,
        })),
      );
      return [id, grants.filter(({ action }) => !isDeniedToCode(action))];
    }),
  );
}

/** Actions that IAM lets nobody limit to a resource. */
const withoutResource = new Set([
  'ec2:DescribeInstances',
  'ec2:DescribeInstanceTypes',
  'ec2:DescribeNetworkInterfaces',
  'ssm:GetCommandInvocation',
  'xray:PutTelemetryRecords',
  'xray:PutTraceSegments',
]);

const arn = (service: string, rest: string) => `arn:aws:${service}:eu-central-1:111122223333:${rest}`;
const nodes = large.pairs.flatMap((pair) => pair.nodes);
const enis = [...new Set(nodes.map((node) => arn('ec2', `network-interface/${node.eniId}`)))].sort();
const instancesOf = (pair?: EnvironmentInput['pairs'][number]) =>
  (pair?.nodes ?? []).map(({ instanceId }) => arn('ec2', `instance/${instanceId}`));
const documents = ['bind-vip', 'restart-keepalived', 'restart-mysqld', 'unbind-vip'].map((name) =>
  arn('ssm', `document/keepalambda-large-${name}`),
);

let three: ReadonlyMap<string, readonly Grant[]>;
let one: ReadonlyMap<string, readonly Grant[]>;
beforeAll(async () => {
  three = await grantsIn(large);
  one = await grantsIn(small);
});

function grantsOf(roles: ReadonlyMap<string, readonly Grant[]>, part: string): readonly Grant[] {
  const found = [...roles].filter(([id]) => id.includes(part));
  expect(found.length, part).toBeGreaterThan(0);
  return found.flatMap(([, grants]) => grants);
}

it('lets a probe write its log and do nothing else', () => {
  const grants = grantsOf(three, 'Probe');
  expect([...new Set(grants.map((grant) => grant.action))]).toEqual([
    'logs:CreateLogStream',
    'logs:PutLogEvents',
  ]);
  for (const grant of grants)
    expect(grant.on.join()).toMatch(/log-group:\/aws\/lambda\/keepalambda-large-probe-[ab]:\*$/);
});

it('denies a probe’s code what Lambda itself needs, to that function alone', async () => {
  const template = await templateOf(small);
  const [role] = Object.entries(template.findResources('AWS::IAM::Role'))
    .filter(([id]) => id.includes('Probe'))
    .map(([, resource]) => resource as RoleResource);
  const statements = role?.Properties.Policies.flatMap((policy) => policy.PolicyDocument.Statement) ?? [];
  const [deny, ...others] = statements.filter((statement) => statement.Effect === 'Deny');
  const service = statements.find((statement) => statement.Sid === 'ServiceConnectsToVpc');
  expect(others).toEqual([]);
  expect(deny?.Action).toEqual(service?.Action);
  expect(deny?.Condition).toEqual({
    ArnLike: {
      'lambda:SourceFunctionArn': ['', ':*'].map((version) =>
        arn('lambda', `function:keepalambda-small-probe-a${version}`),
      ),
    },
  });
});

describe.each(['Watch', 'Operate'])('%s', (role) => {
  const on = (action: string) =>
    grantsOf(three, role)
      .filter((grant) => grant.action === action)
      .flatMap((grant) => grant.on)
      .sort();

  test.each<[action: string, resources: readonly string[]]>([
    ['ec2:AssignPrivateIpAddresses', enis],
    ['ssm:SendCommand', [...instancesOf(large.pairs[2]), ...documents].sort()],
    [
      'lambda:InvokeFunction',
      ['a', 'a:*', 'b', 'b:*'].map((probe) => arn('lambda', `function:keepalambda-large-probe-${probe}`)),
    ],
    [
      'ssm:GetParameter',
      [
        'parameter/aws/reference/secretsmanager/billing-monitor',
        'parameter/keepalambda/authority',
        'parameter/keepalambda/orders',
        'parameter/keepalambda/stock',
      ].map((name) => arn('ssm', name)),
    ],
    ['secretsmanager:GetSecretValue', [arn('secretsmanager', 'secret:billing-monitor-??????')]],
    ['ec2:StopInstances', instancesOf(large.pairs[2])],
    [
      'ec2:ModifyNetworkInterfaceAttribute',
      [
        ...(large.pairs[1]?.nodes ?? []).flatMap((node) => [
          arn('ec2', `instance/${node.instanceId}`),
          arn('ec2', `network-interface/${node.eniId}`),
        ]),
        ...[large.pairs[1]?.quarantineGroup, ...(large.pairs[1]?.nodeGroups ?? [])].map((group) =>
          arn('ec2', `security-group/${group}`),
        ),
      ].sort(),
    ],
  ])('may %s only on what is configured', (action, resources) => {
    expect(on(action)).toEqual(resources);
  });

  it('may touch one table, tell one topic, and leave dead letters in one queue', () => {
    for (const grant of grantsOf(three, role)) {
      if (grant.action.startsWith('dynamodb:'))
        expect(grant.on).toEqual([expect.stringMatching(/StoreTable\w+","Arn"/)]);
      if (grant.action.startsWith('sns:'))
        expect(grant.on).toEqual([expect.stringMatching(/Ref":"AlertsTopic/)]);
      if (grant.action.startsWith('sqs:')) expect(grant.on).toEqual([expect.stringMatching(/DeadLetters/)]);
    }
    expect(on('sns:Publish')).toHaveLength(1);
  });

  it('may decrypt credentials only through SSM or Secrets Manager', () => {
    const [grant] = grantsOf(three, role).filter(({ statement }) => statement.Sid === 'DecryptCredentials');
    expect(grant?.on).toEqual([large.pairs[1]?.credentialsKey]);
    expect(JSON.stringify(grant?.statement.Condition)).toContain('kms:ViaService');
  });

  it('has the optional powers only where a pair asks for them', () => {
    const actions = grantsOf(one, role).map((grant) => grant.action);
    for (const power of [
      'ec2:StopInstances',
      'ec2:ModifyNetworkInterfaceAttribute',
      'xray:PutTraceSegments',
    ]) {
      expect(actions).not.toContain(power);
    }
    expect(grantsOf(one, role).map(({ statement }) => statement.Sid)).not.toContain('DecryptCredentials');
  });
});

it('lets read look at the pairs, and change nothing', () => {
  const actions = grantsOf(three, 'FunctionsReadRole').map((grant) => grant.action);
  expect(new Set(actions)).toEqual(
    new Set([
      'logs:CreateLogStream',
      'logs:PutLogEvents',
      'ec2:DescribeNetworkInterfaces',
      'ec2:DescribeInstances',
      'ec2:DescribeInstanceTypes',
      'lambda:InvokeFunction',
      'ssm:GetParameter',
      'secretsmanager:GetSecretValue',
      'kms:Decrypt',
      'dynamodb:GetItem',
      'dynamodb:Query',
      'sns:GetTopicAttributes',
      'xray:PutTraceSegments',
      'xray:PutTelemetryRecords',
    ]),
  );
});

it('uses no * where an action takes a resource, and no * in an action', () => {
  for (const grants of [three, one]) {
    for (const { action, on } of [...grants.values()].flat()) {
      expect(action).not.toContain('*');
      if (on.includes('*')) expect(withoutResource, action).toContain(action);
      const wild = on.filter((resource) => resource.includes('*') && resource !== '*');
      // Streams of one log group, versions of one probe.
      if (wild.length > 0) expect(action, wild.join()).toMatch(/^logs:|^lambda:InvokeFunction$/);
    }
  }
});

it('lets the schedule start watch and nothing else', () => {
  const grants = grantsOf(three, 'Schedule').map(({ action, on }) => `${action} ${on}`);
  expect(grants).toEqual([
    expect.stringMatching(/^lambda:InvokeFunction .*WatchFunctionCurrentVersion\w+/),
    expect.stringMatching(/^sqs:SendMessage .*DeadLetters/),
  ]);
});

it.each<[setting: Partial<EnvironmentInput['pairs'][number]>, documents: readonly string[]]>([
  [{}, []],
  [{ repair: ['mysqld'] }, ['restart-mysqld']],
  [{ repair: ['keepalived'] }, ['restart-keepalived']],
  [{ hostAddress: 'ssm' }, ['bind-vip', 'unbind-vip']],
  [{ hostAddress: 'ssm', repair: ['mysqld'], mode: 'observe' }, []],
])('%j calls for the documents %j, and for no others', async (setting, wanted) => {
  const environment = { ...small, pairs: small.pairs.map((pair) => ({ ...pair, ...setting })) };
  const names = wanted.map((name) => `keepalambda-small-${name}`);
  const template = await templateOf(environment);
  const made = Object.values(template.findResources('AWS::SSM::Document')).map(
    ({ Properties }) => Properties.Name,
  );
  expect(made.sort()).toEqual(names);
  const sent = grantsOf(await grantsIn(environment), 'Watch').filter(
    ({ action }) => action === 'ssm:SendCommand',
  );
  expect(sent.flatMap(({ on }) => on).sort()).toEqual(
    wanted.length === 0
      ? []
      : [...instancesOf(small.pairs[0]), ...names.map((name) => arn('ssm', `document/${name}`))].sort(),
  );
});

it('lets nobody change anything of a pair that is only observed', async () => {
  const changing = /^(ec2:(?!Describe)|ssm:SendCommand)/;
  const allOf = (roles: ReadonlyMap<string, readonly Grant[]>) => [...roles.values()].flat();
  const observing = { ...large, pairs: large.pairs.map((pair) => ({ ...pair, mode: 'observe' as const })) };
  const grants = allOf(await grantsIn(observing));
  expect(grants.filter(({ action }) => changing.test(action))).toEqual([]);
  expect(allOf(three).filter(({ action }) => changing.test(action)).length).toBeGreaterThan(0);
});

describe('work on hosts, which a person orders', () => {
  const working = {
    ...large,
    pairs: large.pairs.map((pair, index) => ({ ...pair, mode: 'observe' as const, hostWork: index === 0 })),
  };
  const ofRole = async (role: string) => {
    const grants = grantsOf(await grantsIn(working), role);
    return grants.filter(({ action }) => /^(ec2:(?!Describe)|ssm:(Send|Put)|kms:Encrypt)/.test(action));
  };

  it('is allowed to operate alone, also on a pair that is only observed', async () => {
    expect(await ofRole('Watch')).toEqual([]);
    expect(await ofRole('Read')).toEqual([]);
    expect([...new Set((await ofRole('Operate')).map(({ action }) => action))].sort()).toEqual([
      'ec2:AssignPrivateIpAddresses',
      'ssm:PutParameter',
      'ssm:SendCommand',
    ]);
  });

  it('reaches the hosts, interfaces and parameters of that pair alone, and its own documents', async () => {
    const on = (await ofRole('Operate')).flatMap((grant) => grant.on);
    const [first, ...others] = working.pairs;
    const strange = others.flatMap(({ nodes, credentials }) => [
      ...nodes.flatMap(({ instanceId, eniId }) => [instanceId, eniId]),
      credentials,
    ]);
    for (const name of strange)
      expect(on.filter((resource) => resource.endsWith(`/${name.replace(/^\//, '')}`))).toEqual([]);
    expect(on).toContain(arn('ssm', `parameter${first?.credentials}/replication`));
    expect(on).toContain(arn('ssm', 'document/keepalambda-large-host-facts'));
    expect(on).not.toContain(arn('ssm', 'document/keepalambda-large-restart-keepalived'));
  });
});

test.each([
  ['cn-north-1', 'aws-cn', 'amazonaws.com.cn'],
  ['us-gov-west-1', 'aws-us-gov', 'amazonaws.com'],
])('names nothing of another partition in %s', async (region, partition, suffix) => {
  const key = `arn:${partition}:kms:${region}:111122223333:key/6f1d0cbe-0000-4000-8000-000000000000`;
  const subnets = Object.entries(large.subnets).map(([name, subnet], index) => [
    name,
    { ...subnet, availabilityZone: `${region}${'ab'[index]}` },
  ]);
  const template = await templateOf({
    ...large,
    region,
    subnets: Object.fromEntries(subnets),
    pairs: large.pairs.map((pair) => (pair.credentialsKey ? { ...pair, credentialsKey: key } : pair)),
  });
  const text = JSON.stringify(template.toJSON());
  expect(text).not.toMatch(/arn:aws:/);
  expect(text).toContain(`logs.${region}.${suffix}`);
  expect(text).toContain(`ssm.${region}.${suffix}`);
});
