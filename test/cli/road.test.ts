/** The README's road from an account to a pair that is watched: each command that can run here is run, in order. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as ec2 from '@aws-sdk/client-ec2';
import { afterEach, describe, expect, test } from 'vitest';
import { type Aws, type AwsOptions, type ParameterSpec, startAws } from '../../lab/aws/start.ts';
import { ownIdentity } from '../../lab/aws/tls.ts';
import type { Config } from '../../lib/core/config/config.ts';
import { checkEnvironments, loadEnvironments } from '../../lib/stack/environments.ts';
import { temporaryDirectory } from '../../lib/stack/temporary.ts';
import { keepalambda } from './keepalambda.ts';

const readme = readFileSync(new URL('../../README.md', import.meta.url), 'utf8');
const road = readme.slice(readme.indexOf('## Deploy it'), readme.indexOf('## As a package'));

/** The words of a shell, quoted or not. */
function wordsOf(command: string): readonly string[] {
  return [...command.matchAll(/'([^']*)'|(\S+)/g)].map(([, quoted, bare]) => quoted ?? bare ?? '');
}

/** The commands of all code blocks, in order, each on a line of its own. */
function commandsIn(text: string): readonly (readonly string[])[] {
  const blocks = [...text.matchAll(/^ *```\n([\s\S]*?)^ *```$/gm)].map(([, block = '']) => block);
  return blocks
    .flatMap((block) =>
      block
        .replaceAll(/\\\n\s*/g, '')
        .trim()
        .split(/\n\s*/),
    )
    .map(wordsOf);
}

const commands = commandsIn(road);
const starting = (...words: readonly string[]) =>
  commands.filter((command) => words.every((word, index) => command[index] === word));

function flag(command: readonly string[] | undefined, name: string): string {
  const at = command?.indexOf(`--${name}`) ?? -1;
  return at < 0 ? '' : (command?.[at + 1] ?? '');
}

let aws: Aws | undefined;
afterEach(() => aws?.close());
/** An account with the servers of the environment, in which nothing of the road has been done. */
function bare(config: Config): AwsOptions {
  const [pair] = config.pairs;
  const [subnet] = Object.values(config.subnets);
  const nodeGroup = flag(ingress, 'group-id');
  const { subnetId = '', cidr = '', availabilityZone: zone = '' } = subnet ?? {};
  return {
    account: '111122223333',
    region: config.region,
    subnets: [{ id: subnetId, cidr, zone, vpcId: config.vpcId }],
    instances: (pair?.nodes ?? []).map(({ instanceId }) => ({ id: instanceId, type: 't3.small' })),
    enis: (pair?.nodes ?? []).map(({ eniId, instanceId, address }) => ({
      id: eniId,
      instanceId,
      subnetId,
      primaryAddress: address,
      groups: [nodeGroup],
    })),
    groups: [{ id: nodeGroup }, { id: config.probeSecurityGroups[0] ?? '' }],
  };
}

const [bootstrap] = starting('npx', 'cdk', 'bootstrap');
const [ingress] = starting('aws', 'ec2', 'authorize-security-group-ingress');
const [reservation] = starting('aws', 'ec2', 'create-subnet-cidr-reservation');
const [certificate] = starting('aws', 'ssm', 'put-parameter');
const [assignment] = starting('aws', 'ec2', 'assign-private-ip-addresses');

/** The same account after the commands of the road. */
function prepared(config: Config, put: readonly string[], authority: string): AwsOptions {
  const before = bare(config);
  const [, account, region] = /^aws:\/\/(\d+)\/(.+)$/.exec(bootstrap?.[3] ?? '') ?? [];
  expect([account, region]).toEqual([before.account, before.region]);
  const parameters: ParameterSpec[] = [
    { name: '/cdk-bootstrap/hnb659fds/version', value: '28', type: 'String' },
    { name: flag(certificate, 'name'), value: authority },
    { name: flag(put, 'name'), value: flag(put, 'value'), type: flag(put, 'type') as 'SecureString' },
  ];
  const inbound = [{ port: Number(flag(ingress, 'port')), group: flag(ingress, 'source-group') }];
  const reservations = [{ cidr: flag(reservation, 'cidr'), type: 'explicit' as const }];
  return {
    ...before,
    parameters,
    groups: (before.groups ?? []).map((group) =>
      group.id === flag(ingress, 'group-id') ? { ...group, inbound } : group,
    ),
    subnets: (before.subnets ?? []).map((subnet) =>
      subnet.id === flag(reservation, 'subnet-id') ? { ...subnet, reservations } : subnet,
    ),
    enis: (before.enis ?? []).map((eni) =>
      eni.id === flag(assignment, 'network-interface-id')
        ? { ...eni, secondaryAddresses: [flag(assignment, 'private-ip-addresses')] }
        : eni,
    ),
  };
}

async function found(config: Config, world: AwsOptions, environments: string): Promise<readonly string[]> {
  aws = await startAws(world);
  const command = starting('npx', 'keepalambda', 'check')[0]?.slice(2) ?? [];
  const { out } = await keepalambda([...command, '--json'], environments, {
    ...aws.environment,
    AWS_REGION: config.region,
  });
  await aws.close();
  return JSON.parse(out).findings.map(({ id }: { readonly id: string }) => id);
}

test('the road leads from an account in which everything is missing to one that can be deployed to', async () => {
  const environments = temporaryDirectory();
  const help = (await keepalambda(['init', '--help'], environments)).out;
  const answers = wordsOf(help.slice(help.indexOf('init prod')).replaceAll(/\\\n/g, ' ')).slice(2);
  const init = starting('npx', 'keepalambda', 'init')[0]?.slice(2) ?? [];
  const { authority } = await ownIdentity();
  const there = temporaryDirectory();
  writeFileSync(join(there, 'ca.pem'), authority);
  expect(await keepalambda([...init, ...answers], environments, {}, there)).toMatchObject({ code: 0 });
  const checked = checkEnvironments(await loadEnvironments(environments));
  const config = checked.kind === 'valid' ? checked.configs[0] : undefined;
  if (!config) throw new Error('init wrote no environment');
  expect(await found(config, bare(config), environments)).toEqual([
    'port-closed',
    'port-closed',
    'parameter-missing',
    'parameter-missing',
    'not-bootstrapped',
    'vip-not-reserved',
    'not-deployed',
  ]);
  const grants = starting('npx', 'keepalambda', 'grants')[0]?.slice(2) ?? [];
  const { out } = await keepalambda(grants, environments);
  const put = wordsOf(/^-- +(aws ssm put-parameter .*)$/m.exec(out)?.[1] ?? '');
  expect(await found(config, prepared(config, put, authority), environments)).toEqual(['not-deployed']);
});

describe('the other commands of the road', () => {
  test('there are all of them, in order', () => {
    expect(commands.map((words) => words.slice(0, 3).join(' '))).toMatchInlineSnapshot(`
      [
        "export AWS_REGION=eu-central-1",
        "npx cdk bootstrap",
        "npx keepalambda setup",
        "npx keepalambda setup",
        "aws ec2 create-security-group",
        "aws ec2 authorize-security-group-ingress",
        "aws ec2 create-subnet-cidr-reservation",
        "aws ec2 assign-private-ip-addresses",
        "npx keepalambda init",
        "aws ssm put-parameter",
        "npx keepalambda grants",
        "npx keepalambda check",
        "npx cdk deploy",
        "npx keepalambda status",
        "npx keepalambda doctor",
        "npx keepalambda plan",
        "npx keepalambda switchover",
        "npx keepalambda drill",
      ]
    `);
  });

  test.each(starting('aws', 'ec2').map((words) => words[2] ?? ''))(
    'aws ec2 %s is a call of EC2',
    (operation) => {
      const name = operation.replace(/(^|-)(\w)/g, (_, _hyphen, letter: string) => letter.toUpperCase());
      expect(ec2).toHaveProperty(`${name}Command`);
    },
  );

  test('the CDK deploys and destroys the environment that init wrote', () => {
    expect(starting('npx', 'cdk', 'deploy', 'prod')).toHaveLength(1);
    expect(road).toContain('npx cdk destroy prod');
  });
});
