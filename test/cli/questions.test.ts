/** `keepalambda init` as a person answers it: the whole talk is a golden file. */
import { mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeAll, beforeEach, expect, it, test } from 'vitest';
import { type Aws, type EniSpec, startAws } from '../../lab/aws/start.ts';
import { ownIdentity } from '../../lab/aws/tls.ts';
import { init } from '../../lib/cli/init.ts';
import { openEc2 } from '../../lib/cli/init-ec2.ts';
import type { InitWords } from '../../lib/cli/init-flags.ts';
import type { OpenEc2 } from '../../lib/cli/init-offers.ts';
import { checkEnvironments, loadEnvironments } from '../../lib/stack/environments.ts';
import { temporaryDirectory } from '../../lib/stack/temporary.ts';
import { small } from '../core/environments.ts';
import { right as known, db1 as one, db2 as other, vip } from './check-world.ts';
import { calling, openTerminal } from './terminal.ts';

let aws: Aws | undefined;
afterEach(async () => {
  await aws?.close();
  aws = undefined;
});

const noCredentials: OpenEc2 = async () => {
  throw new Error('Could not load credentials from any providers');
};
/** The lab's EC2, by the SDK. */
const labEc2: OpenEc2 = (region) => {
  if (!aws) throw new Error('the test starts AWS');
  return openEc2(region, { ...aws.clientOptions(), maxAttempts: 1 });
};

const nothing: InitWords = {
  description: '',
  account: '',
  region: '',
  vpc: '',
  subnet: [],
  vantage: [],
  probeGroup: [],
  subscriber: [],
  pair: '',
  vip: '',
  node: [],
  credentials: '',
  tlsAuthority: '',
  tls: true,
  set: [],
};

let directory = '';
/** Files of the person: a certificate, and what is none. */
const files = temporaryDirectory();
const [authority, key, empty] = ['ca.pem', 'ca-key.pem', 'empty'].map((name) => join(files, name)) as [
  string,
  string,
  string,
];
beforeAll(async () => {
  const identity = await ownIdentity();
  writeFileSync(authority, identity.authority);
  writeFileSync(key, `${identity.key}${identity.certificate}`);
  writeFileSync(empty, '');
});
beforeEach(() => {
  directory = mkdtempSync(join(temporaryDirectory(), 'environments-'));
});

/** Runs `init` with these answers; what was said, line by line. */
async function talk(
  answers: readonly string[],
  words: Partial<InitWords> = {},
  openEc2: OpenEc2 = noCredentials,
): Promise<readonly string[]> {
  const left = [...answers];
  const lines: string[] = [];
  await init(
    directory,
    'prod',
    { ...nothing, ...words },
    {
      async ask(text) {
        const answer = left.shift();
        if (answer === undefined) throw new Error(`nobody answers: ${text}\n${lines.join('\n')}`);
        lines.push(`${text}: ${answer}`.trimEnd());
        return answer;
      },
      say: (text) => void lines.push(`  ${text}`),
    },
    { region: undefined, openEc2 },
  );
  expect(left).toEqual([]);
  return lines;
}

const db1 = ['', 'i-0a1b2c3d4e5f60718', 'eni-0a1b2c3d4e5f60718', '10.0.1.11'];
const db2 = ['', 'i-0b1c2d3e4f5061728', 'eni-0b1c2d3e4f5061728', '10.0.1.12'];
const right = [
  ...['eu-central-1', '', 'vpc-0a1b2c3d4e5f60718'],
  ...['', 'subnet-0a1b2c3d4e5f60718', '10.0.1.0/24', ''],
  ...['b', 'subnet-0b1c2d3e4f5061728', '10.0.2.0/24', '', ''],
  ...['sg-0a1b2c3d4e5f60718', '', 'oncall@example.com', '', 'orders'],
  ...[...db1, ...db2, '10.0.1.10', '', authority, ''],
];

async function expectTalk(file: string, lines: readonly string[]): Promise<void> {
  const written = readFileSync(join(directory, 'prod.ts'), 'utf8').replace(/from '.*'/, "from '…'");
  const talked = `${lines.join('\n')}\n\n${written}`.replaceAll(files, '…');
  await expect(talked).toMatchFileSnapshot(`./talks/${file}.txt`);
}

test('a person who answers everything well', async () => {
  await expectTalk('right', await talk(right));
});

/** Everything after the instances that EC2 does not offer: Enter is an empty answer. */
const entered = [
  ...['', '', '', '', '', '', ''],
  ...[known.groups[0].id, '', 'oncall@example.com', '', 'orders'],
  ...['', '', '', '', '', '', '', '', authority, ''],
];

test('a person whose credentials show EC2 the instances, and who takes what it offers', async () => {
  aws = await startAws({ ...known, groups: [...known.groups] });
  await expectTalk(
    'known',
    await talk(['eu-central-1', one.instanceId, other.instanceId, ...entered], {}, labEc2),
  );
  const checked = checkEnvironments(await loadEnvironments(directory));
  if (checked.kind === 'faulty') throw new Error(JSON.stringify([...checked.faults]));
  const [config] = checked.configs;
  expect(config).toMatchObject({ account: known.account, vpcId: small.vpcId, subnets: small.subnets });
  expect(config?.pairs[0]).toMatchObject({ vip, nodes: [one, other] });
});

test('at a terminal, by the credentials of the shell; who leaves has written nothing', async () => {
  aws = await startAws(known);
  const env = { ...aws.environment, AWS_REGION: known.region, KEEPALAMBDA_ENVIRONMENTS: directory };
  const terminal = openTerminal(`${calling} init prod`, env);
  await terminal.until(/The region of the pair \[eu-central-1\]: /);
  terminal.type('\n');
  await terminal.until(/The instance of one node/);
  terminal.type(`${one.instanceId}\n`);
  await terminal.until(/The instance of the other node/);
  terminal.type(`${other.instanceId}\n`);
  await terminal.until(/The account \(12 digits\) \[111122223333\]: /);
  terminal.type('\u0004');
  expect(await terminal.ended()).toBe(1);
  expect(terminal.printed()).toContain('ended before the last question: nothing was written');
  expect(readdirSync(directory)).toEqual([]);
});

test('an instance that EC2 does not show, or in another subnet, is asked for again', async () => {
  const elsewhere = { id: 'subnet-0000000000000000b', cidr: '10.0.2.0/24', zone: 'eu-central-1b' };
  const [first, second] = known.enis as unknown as readonly [EniSpec, EniSpec];
  const stray = { ...first, id: 'eni-000000000000000f9', instanceId: 'i-000000000000000f9' };
  const astray = { ...stray, subnetId: elsewhere.id, primaryAddress: '10.0.2.11', secondaryAddresses: [] };
  // Its second interface, which EC2 shows before the first.
  const back = { ...astray, id: 'eni-000000000000000f8', instanceId: one.instanceId, deviceIndex: 1 };
  const subnets = [...known.subnets, elsewhere];
  const enis = [{ ...back, primaryAddress: '10.0.2.12' }, first, second, astray];
  aws = await startAws({ ...known, subnets, enis });
  const wrong = ['i-0000000000000dead', one.instanceId, astray.instanceId, other.instanceId];
  const lines = await talk(['eu-central-1', ...wrong, ...entered], {}, labEc2);
  expect(lines.slice(1, 8)).toEqual([
    'The instance of one node (i-…): i-0000000000000dead',
    '  i-0000000000000dead: EC2 shows none in eu-central-1',
    `The instance of one node (i-…) [i-0000000000000dead]: ${one.instanceId}`,
    `The instance of the other node (i-…): ${astray.instanceId}`,
    `  ${astray.instanceId}: it is in ${elsewhere.id}, and the other node in ${first.subnetId}; want both in one subnet, which a VIP cannot leave`,
    `The instance of the other node (i-…): ${other.instanceId}`,
    `The account (12 digits) [${known.account}]:`,
  ]);
  expect(lines).toContain(`Its first network interface (eni-…) [${one.eniId}]:`);
});

test('an EC2 that refuses to answer is said once, and everything is asked', async () => {
  aws = await startAws(known);
  aws.faults.inject({ on: 'ec2:DescribeInstances', effect: { kind: 'deny' } });
  const answers = ['eu-central-1', one.instanceId, other.instanceId, ...right.slice(1)].filter(
    (answer) => answer !== db1[1] && answer !== db2[1],
  );
  const lines = await talk(answers, {}, labEc2);
  expect(lines.filter((line) => line.startsWith('  '))).toEqual([
    expect.stringMatching(/^ {2}EC2 is not asked, so nothing is offered from it: .*not authorized/),
  ]);
  expect(lines).toContain('Its first network interface (eni-…): eni-0a1b2c3d4e5f60718');
});

test('a person who errs at every question is asked again, and loses no answer', async () => {
  const pairs = small.pairs.map((pair) => ({
    ...pair,
    nodes: pair.nodes.map((node, index) => ({ ...node, address: `10.0.1.${31 + index}` })),
  }));
  const other = { ...small, vpcId: 'vpc-0a1b2c3d4e5f60718', name: 'small', pairs };
  writeFileSync(join(directory, 'small.ts'), `export default ${JSON.stringify(other)};`);
  const lines = await talk([
    ...['Frankfurt', 'eu-central-1', '12', '', 'Frankfurt orders', 'vpc-0a1b2c3d4e5f60718'],
    ...['My subnet', '', '12', 'subnet-0a1b2c3d4e5f60718', '10.0.1', '10.0.1.0/24', 'us-east-1a', ''],
    ...['b', 'subnet-0a1b2c3d4e5f60718', 'subnet-0b1c2d3e4f5061728', '10.0.1.128/25', '10.0.2.0/24', '', ''],
    ...['', 'sg-1', 'sg-0a1b2c3d4e5f60718', '', 'not-mail', 'oncall@example.com', ''],
    ...['', 'Orders', 'orders'],
    ...['', 'db2', 'i-0a1b2c3d4e5f60718', 'eni-', 'eni-0a1b2c3d4e5f60718', '10.0.3.11', '10.0.1.11'],
    ...['', 'i-0a1b2c3d4e5f60718', 'i-0b1c2d3e4f5061728', 'eni-0b1c2d3e4f5061728', '10.0.1.12'],
    // In the subnet, not a node's own, not AWS's, and not the VIP of `small`.
    ...['10.0.2.10', '10.0.1.12', '10.0.1.3', '10.0.1.10'],
    ...['', '', '/nowhere.pem', key, empty, 'none', '10.0.1.20'],
  ]);
  await expectTalk('wrong', lines);
  const checked = checkEnvironments(await loadEnvironments(directory));
  expect(checked.kind).toBe('valid');
});

it('asks for what the flags left open, and for no more', async () => {
  const lines = await talk(['vpc-0a1b2c3d4e5f60718', '10.0.1.10'], {
    account: '111122223333',
    region: 'eu-central-1',
    subnet: ['a=subnet-0a1b2c3d4e5f60718,10.0.1.0/24,eu-central-1a'],
    probeGroup: ['sg-0a1b2c3d4e5f60718'],
    subscriber: ['oncall@example.com'],
    pair: 'orders',
    tls: false,
    node: [`db1=${db1.slice(1).join(',')}`, `db2=${db2.slice(1).join(',')}`],
  });
  expect(lines.slice(1)).toEqual([
    'The VPC (vpc-…): vpc-0a1b2c3d4e5f60718',
    'The VIP: an address of that subnet that no host has as its own: 10.0.1.10',
  ]);
  expect(readdirSync(directory)).toEqual(['prod.ts']);
});
