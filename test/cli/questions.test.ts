/** `keepalambda init` as a person answers it: the whole talk is a golden file. */
import { mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeEach, expect, it, test } from 'vitest';
import { init } from '../../lib/cli/init.ts';
import type { InitWords } from '../../lib/cli/init-flags.ts';
import { removeTemporaryDirectories, temporaryDirectory } from '../../lib/stack/bundle.ts';
import { checkEnvironments, loadEnvironments } from '../../lib/stack/environments.ts';
import { small } from '../core/environments.ts';

afterAll(removeTemporaryDirectories);

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
  set: [],
};

let directory = '';
beforeEach(() => {
  directory = mkdtempSync(join(temporaryDirectory(), 'environments-'));
});

/** Runs `init` with these answers; what was said, line by line. */
async function talk(answers: readonly string[], words: Partial<InitWords> = {}): Promise<readonly string[]> {
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
  ...[...db1, ...db2, '10.0.1.10', '', '/keepalambda/prod/authority'],
];

test('a person who answers everything well', async () => {
  const lines = await talk(right);
  const written = readFileSync(join(directory, 'prod.ts'), 'utf8').replace(/from '.*'/, "from '…'");
  await expect(`${lines.join('\n')}\n\n${written}`).toMatchFileSnapshot('./talks/right.txt');
});

test('a person who errs at every question is asked again, and loses no answer', async () => {
  const other = { ...small, vpcId: 'vpc-0a1b2c3d4e5f60718', name: 'small' };
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
    ...['10.0.2.10', '10.0.1.12', '10.0.1.3', '10.0.1.10', '', 'off', '', '10.0.1.20'],
  ]);
  await expect(`${lines.join('\n')}\n`).toMatchFileSnapshot('./talks/wrong.txt');
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
    node: [`db1=${db1.slice(1).join(',')}`, `db2=${db2.slice(1).join(',')}`],
  });
  expect(lines).toEqual([
    'The VPC (vpc-…): vpc-0a1b2c3d4e5f60718',
    'The VIP: an address of that subnet that no host has as its own: 10.0.1.10',
  ]);
  expect(readdirSync(directory)).toEqual(['prod.ts']);
});
