/** `keepalambda check` as a person runs it: what it prints, and how it ends. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Aws, startAws } from '../../lab/aws/start.ts';
import { environmentNamed } from '../../lib/cli/config-named.ts';
import { temporaryDirectory } from '../../lib/stack/temporary.ts';
import { small } from '../core/environments.ts';
import { db2, right } from './check-world.ts';
import { keepalambda } from './keepalambda.ts';

let aws: Aws;
const environments = temporaryDirectory();
beforeAll(async () => {
  const [subnet] = right.subnets;
  aws = await startAws({ ...right, subnets: [{ ...subnet, reservations: [] }] });
  const write = (name: string, environment: object) =>
    writeFileSync(join(environments, `${name}.mts`), `export default ${JSON.stringify(environment)};`);
  write('small', small);
  write('faulty', { ...small, name: 'faulty', vpcId: 'vcp-1' });
});
afterAll(() => aws.close());

const check = (words: readonly string[], env: Readonly<Record<string, string>> = aws.environment) =>
  keepalambda(['check', ...words], environments, env);

describe('keepalambda check', () => {
  test('prints a warning with the command that fixes it, and ends with 5', async () => {
    const { code, out, err } = await check(['small']);
    expect(err).toBe('');
    expect(out.split('\n').slice(0, 4)).toEqual([
      'warning  orders  vip-not-reserved',
      expect.stringMatching(/^ {2}got no reservation of 10\.0\.1\.10 .*; want a subnet CIDR reservation/),
      expect.stringMatching(/^ {2}why: /),
      expect.stringMatching(/^ {2}fix: aws ec2 create-subnet-cidr-reservation --region eu-central-1 /),
    ]);
    expect(code).toBe(5);
  });

  test('prints JSON, and ends with 1 where there is a danger', async () => {
    const { instanceId } = db2;
    aws.ec2.setInstanceState(instanceId, 'stopped');
    const { code, out } = await check(['small', '--json']);
    aws.ec2.setInstanceState(instanceId, 'running');
    const { environment, findings } = JSON.parse(out);
    expect(environment).toBe('small');
    expect(findings[0]).toMatchObject({
      id: 'instance-not-running',
      severity: 'danger',
      subject: 'orders/db2',
    });
    expect(code).toBe(1);
  });

  test('names the file to correct as it is called', async () => {
    const { file } = await environmentNamed(environments, 'small');
    expect(file).toBe(join(environments, 'small.mts'));
  });

  const ends: [what: string, words: string[], env: () => Record<string, string>, RegExp, number][] = [
    [
      'no credentials',
      ['small'],
      () => ({ ...aws.environment, AWS_ACCESS_KEY_ID: '', AWS_SECRET_ACCESS_KEY: '' }),
      /^AWS credentials: got none that AWS accepts .*\nTo fix it: aws sso login, or export AWS_PROFILE/,
      4,
    ],
    [
      'an AWS that nobody answers for',
      ['small'],
      () => ({ ...aws.environment, AWS_ENDPOINT_URL: 'https://127.0.0.1:9', AWS_MAX_ATTEMPTS: '1' }),
      /^AWS: got no answer to .*ECONNREFUSED.*\nTo fix it: check the network/,
      4,
    ],
    [
      'no such environment',
      ['prod'],
      () => ({}),
      /^prod: got no environment of this name in .*; want one of faulty, small/,
      2,
    ],
    ['an environment with faults', ['faulty'], () => ({}), /vpcId: got "vcp-1"; want a VPC id/, 1],
    ['no name', [], () => ({}), /missing required argument 'name'/, 2],
  ];
  test.each(ends)('says what is wrong with %s', async (_what, words, env, message, want) => {
    const { code, out, err } = await check(words, env());
    expect(err).toMatch(message);
    expect(err).not.toMatch(/\n +at /);
    expect({ code, out }).toEqual({ code: want, out: '' });
  });
});
