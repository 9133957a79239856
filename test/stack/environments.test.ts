import { execFile } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it, test } from 'vitest';
import { checkEnvironments, loadEnvironments } from '../../lib/stack/environments.ts';
import { temporaryDirectory } from '../../lib/stack/temporary.ts';
import { large, pairIn, small } from '../core/environments.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** Environment files in a directory of their own. */
function filesOf(environments: Readonly<Record<string, unknown>>): string {
  const directory = temporaryDirectory();
  for (const [name, value] of Object.entries(environments)) {
    const text = typeof value === 'string' ? value : `export default ${JSON.stringify(value)};`;
    writeFileSync(join(directory, name), text);
  }
  return directory;
}

/** The real CLI, without credentials, home directory or network look-ups. */
function cdk(args: readonly string[], environments: string) {
  const output = temporaryDirectory();
  const env = {
    PATH: process.env.PATH,
    HOME: output,
    KEEPALAMBDA_ENVIRONMENTS: environments,
    AWS_EC2_METADATA_DISABLED: 'true',
  };
  const full = ['node_modules/aws-cdk/bin/cdk', ...args, '--output', output];
  return new Promise<{ code: number; out: string; err: string; output: string }>((resolve) => {
    execFile(process.execPath, full, { cwd: root, env }, (error, out, err) => {
      resolve({ code: error ? Number(error.code) : 0, out, err, output });
    });
  });
}

const elsewhere = { ...large, vpcId: 'vpc-0000000b' };
const [first, second] = pairIn('a', '10.0.1', 'orders').nodes;
/** Another environment, whose first node is one of the small one's. */
const sameServer = {
  ...small,
  name: 'other',
  pairs: [{ ...pairIn('a', '10.0.1', 'stock', 20) }].map((pair) => ({
    ...pair,
    nodes: [{ ...pair.nodes[0], address: first.address }, pair.nodes[1]],
  })),
};
const faulty = {
  ...small,
  name: 'bad',
  subnets: { ...small.subnets, b: large.subnets.b },
  subscribers: [],
  colour: 'red',
  pairs: [
    {
      ...pairIn('a', '10.0.1', 'orders'),
      vip: '10.9.9.9',
      nodes: [first, { ...second, subnet: 'b', address: '10.0.2.12', instanceId: first.instanceId }],
      settings: { lagLimitSeconds: 0 },
    },
  ],
};

describe('cdk synth', () => {
  it('lists every fault of every file with its remedy, and no stack trace', async () => {
    const directory = filesOf({
      'bad.ts': faulty,
      'broken.ts': 'export default defineEnvironment({',
      'empty.ts': 'export const nothing = 1;',
      'other.ts': { ...small, name: 'another' },
    });
    const { code, err } = await cdk(['synth', '--quiet'], directory);
    expect(code).not.toBe(0);
    const words = [
      'bad.ts: 7 faults',
      'subscribers: got []; want at least one subscriber. To fix it: give subscribers at least one subscriber.',
      'unknown key colour',
      'pairs[0].settings.lagLimitSeconds: got 0; want a positive number of seconds',
      'pairs[0].nodes[1].instanceId',
      'both nodes in one subnet',
      'pairs[0].vip: got 10.9.9.9, outside 10.0.1.0/24',
      'pairs[0].vip: got 10.9.9.9, outside 10.0.2.0/24',
      'broken.ts: 1 fault',
      'SyntaxError',
      'correct the file: it must load by itself',
      'empty.ts: 1 fault',
      'no default export',
      'other.ts: 1 fault',
      'rename the file to another.ts',
    ];
    for (const word of words) expect(err).toContain(word);
    expect(err).not.toMatch(/^\s+at /m);
    const faults = err.split('\n').filter((line) => /: got .*; want /.test(line));
    for (const fault of faults) expect(fault).toContain('To fix it: ');
  });

  it('makes a template of each environment', async () => {
    const directory = filesOf({ 'small.ts': small, 'large.ts': elsewhere });
    const { code, err, output } = await cdk(['synth', '--quiet'], directory);
    expect(err).toContain('bundles: watch ');
    expect(err).not.toContain('WARNING');
    expect(code).toBe(0);
    const template = JSON.parse(readFileSync(join(output, 'large.template.json'), 'utf8'));
    expect(template.Description).toBe('keepalambda large: Three pairs in two subnets');
  });
});

it('lists the environments, each with its description', async () => {
  const { out, err } = await cdk(['ls'], filesOf({ 'small.ts': small, 'large.ts': elsewhere }));
  expect(out).toContain('large (keepalambda-large)');
  expect(out).toContain('small (keepalambda-small)');
  expect(err).toContain('small: One pair for tests (eu-central-1)');
});

it('says so where there is no environment', async () => {
  const { code, err } = await cdk(['ls'], temporaryDirectory());
  expect(code).not.toBe(0);
  expect(err).toContain('no environment there; npx keepalambda init NAME makes one');
});

test.each<[what: string, environments: Record<string, unknown>, faults: Record<string, string[]>]>([
  ['two good ones', { 'small.ts': small, 'large.ts': elsewhere }, {}],
  [
    'one VIP in two environments of a VPC',
    { 'small.ts': small, 'large.ts': large },
    {
      'small.ts': ['pairs[0].vip', 'pairs[0].nodes[0].address', 'pairs[0].nodes[1].address'],
      'large.ts': ['pairs[0].vip', 'pairs[0].nodes[0].address', 'pairs[0].nodes[1].address'],
    },
  ],
  [
    'one server in two environments of a VPC',
    { 'small.ts': small, 'other.ts': sameServer },
    { 'small.ts': ['pairs[0].nodes[0].address'], 'other.ts': ['pairs[0].nodes[0].address'] },
  ],
  [
    'a second mysqld on the same host, with a port of its own',
    { 'small.ts': small, 'other.ts': { ...sameServer, pairs: [{ ...sameServer.pairs[0], port: 3307 }] } },
    {},
  ],
  ['a file that throws nothing at all', { 'bad.ts': 'throw undefined;' }, { 'bad.ts': [''] }],
  ['a Promise', { 'bad.ts': 'export default Promise.resolve({});' }, { 'bad.ts': [''] }],
  ['a name that is not the file’s', { 'prod.ts': small }, { 'prod.ts': ['name'] }],
])('checks the files against each other: %s', async (_, environments, faults) => {
  const checked = checkEnvironments(await loadEnvironments(filesOf(environments)));
  const found = checked.kind === 'faulty' ? Object.fromEntries(checked.faults) : {};
  expect(
    Object.fromEntries(Object.entries(found).map(([file, list]) => [file, list.map(({ path }) => path)])),
  ).toEqual(faults);
});

it('has an example without faults', async () => {
  const checked = checkEnvironments(await loadEnvironments(join(root, 'environments')));
  expect(checked.kind).toBe('valid');
});
