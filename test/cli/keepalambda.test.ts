/** The command as a person runs it: what it prints, what it writes, and how it ends. */
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it, test } from 'vitest';
import { ownIdentity } from '../../lab/aws/tls.ts';
import { checkEnvironments, loadEnvironments } from '../../lib/stack/environments.ts';
import { temporaryDirectory } from '../../lib/stack/temporary.ts';
import { large, small } from '../core/environments.ts';
import { keepalambda as run } from './keepalambda.ts';

async function keepalambda(words: readonly string[], environments = temporaryDirectory(), cwd?: string) {
  return { ...(await run(words, environments, {}, cwd)), environments };
}

/** A directory with the certificate of an authority, `ca.pem`. */
async function withAuthority(): Promise<string> {
  const directory = temporaryDirectory();
  writeFileSync(join(directory, 'ca.pem'), (await ownIdentity()).authority);
  return directory;
}

const right = [
  ...['--region', 'eu-central-1', '--vpc', 'vpc-0a1b2c3d4e5f60718', '--account', '111122223333'],
  ...[
    '--subnet',
    'a=subnet-0a1b2c3d4e5f60718,10.0.7.0/24,eu-central-1a',
    '--probe-group',
    'sg-0a1b2c3d4e5f60718',
  ],
  ...['--subscriber', 'oncall@example.com', '--pair', 'orders', '--vip', '10.0.7.10', '--no-tls'],
  ...['--node', 'db1=i-0a1b2c3d4e5f60718,eni-0a1b2c3d4e5f60718,10.0.7.11'],
  ...['--node', 'db2=i-0b1c2d3e4f5061728,eni-0b1c2d3e4f5061728,10.0.7.12'],
];

/** The words with those of one flag replaced. */
function but(flag: string, value: string): string[] {
  const at = right.lastIndexOf(flag);
  return right.map((word, index) => (index === at + 1 ? value : word));
}

describe('keepalambda init', () => {
  it('writes a file that is right, in the words it was given', async () => {
    const more = ['--set', 'settings.lagLimitSeconds=60', '--set', 'repair=[mysqld,keepalived]'];
    const { code, out, environments } = await keepalambda(['init', 'prod', ...right, ...more]);
    expect(out).toMatch(
      /npx keepalambda grants --environment prod[\s\S]+npx keepalambda check prod[\s\S]+npx cdk deploy prod/,
    );
    expect(code).toBe(0);
    const checked = checkEnvironments(await loadEnvironments(environments));
    if (checked.kind === 'faulty') throw new Error(JSON.stringify([...checked.faults]));
    const [config] = checked.configs;
    expect(config).toMatchObject({ name: 'prod', account: '111122223333', vantages: ['a'] });
    expect(config?.pairs[0]).toMatchObject({
      credentials: '/keepalambda/prod/orders',
      repair: ['mysqld', 'keepalived'],
      settings: { lagLimitSeconds: 60 },
    });
  });

  const wrong: [string, string[], RegExp][] = [
    ['a wrong id', but('--vpc', 'vcp-1'), /vpcId: got "vcp-1"; want a VPC id/],
    ['a wrong ARN', [...right, '--set', 'credentialsKey=arn:x'], /credentialsKey: got "arn:x"; want the ARN/],
    ["a VIP that is a node's own", but('--vip', '10.0.7.12'), /10\.0\.7\.12, which is db2's own address/],
    ['an unknown key', [...right, '--set', 'fence=none'], /unknown key fence; want only .*fencing/],
    ['a node without its parts', but('--node', 'db2=i-1'), /--node: got i-1; want NAME=INSTANCE/],
    ['a name that cannot be one', [], /Prod/],
    [
      'neither an authority nor none',
      right.filter((word) => word !== '--no-tls'),
      /got no --tls-authority \(or --no-tls\); want/,
    ],
    [
      'an authority that there is not',
      ['--tls-authority', '/nowhere.pem', ...right.filter((word) => word !== '--no-tls')],
      /--tls-authority: got \/nowhere\.pem, which cannot be read \(ENOENT\); want the certificate .*ssl_ca/,
    ],
    [
      'an authority and none',
      ['--tls-authority', '/nowhere.pem', ...right],
      /--tls-authority: got this and --no-tls; want one of the two/,
    ],
    ['no VIP and nobody to ask', but('--vip', ''), /got no --vip/],
  ];
  it.each(wrong)('says what is wrong with %s, and writes nothing', async (what, words, message) => {
    const name = what.startsWith('a name') ? 'Prod' : 'prod';
    const { code, err, out, environments } = await keepalambda([
      'init',
      name,
      ...(words.length ? words : right),
    ]);
    expect(err).toMatch(message);
    expect(err).not.toMatch(/\n +at /);
    expect({ code, out, written: readdirSync(environments) }).toEqual({ code: 2, out: '', written: [] });
  });

  it('refuses a file that is there, and a VIP that another environment has', async () => {
    const environments = temporaryDirectory();
    const other = { ...small, vpcId: 'vpc-0a1b2c3d4e5f60718', name: 'small' };
    writeFileSync(join(environments, 'small.ts'), `export default ${JSON.stringify(other)};`);
    const before = readFileSync(join(environments, 'small.ts'), 'utf8');
    expect((await keepalambda(['init', 'small', ...right], environments)).err).toContain(
      'it is there already',
    );
    expect(readFileSync(join(environments, 'small.ts'), 'utf8')).toBe(before);
    const words = right.map((word) => word.replace('10.0.7.', '10.0.1.'));
    expect((await keepalambda(['init', 'prod', ...words], environments)).err).toContain(
      'which is also in small',
    );
    expect(existsSync(join(environments, 'prod.ts'))).toBe(false);
  });
});

test('the example of the help works as pasted, beside the example that ships', async () => {
  const environments = temporaryDirectory();
  const shipped = fileURLToPath(new URL('../../environments/example.ts', import.meta.url));
  writeFileSync(join(environments, 'example.ts'), `export { default } from '${shipped}';`);
  const { out: help } = await keepalambda(['init', '--help'], environments);
  const example = help.slice(help.indexOf('npx keepalambda init prod')).replaceAll('\\\n', ' ');
  const words = example.trim().split(/\s+/).slice(2);
  expect(words).toContain('--vip');
  const ended = await keepalambda(words, environments, await withAuthority());
  expect(ended).toMatchObject({ code: 0, err: '' });
  const stored = '--type SecureString --name /keepalambda/prod/authority --value file://ca.pem';
  expect(ended.out).toContain(`  aws ssm put-parameter --region eu-central-1 ${stored}\n`);
  const checked = checkEnvironments(await loadEnvironments(environments));
  const prod = checked.kind === 'valid' ? checked.configs.find(({ name }) => name === 'prod') : undefined;
  expect(prod?.pairs[0]).toMatchObject({ tls: 'verify-ca', tlsAuthority: '/keepalambda/prod/authority' });
});

describe('keepalambda grants', () => {
  test('has a new password each time, the same in the SQL and in the command that stores it', async () => {
    const environments = temporaryDirectory();
    const billing = { ...large.pairs[1], name: 'billing' };
    const one = { ...large, pairs: [{ ...small.pairs[0], name: 'orders' }, billing] };
    writeFileSync(join(environments, 'large.ts'), `export default ${JSON.stringify(one)};`);
    const grants = (pair: string) =>
      keepalambda(['grants', '--environment', 'large', ...(pair ? ['--pair', pair] : [])], environments);
    const [orders, secret, none] = [await grants('orders'), await grants('billing'), await grants('')];
    const [password, another] = [orders, secret].map(({ out }) => /IDENTIFIED BY '([^']+)'/.exec(out)?.[1]);
    expect(password).toMatch(/^[\w][\w-]{31}$/);
    expect(another).not.toBe(password);
    expect(orders.out).toContain(
      `--   aws ssm put-parameter --region eu-central-1 --type SecureString --name /keepalambda/orders --value '{"user":"keepalambda","password":"${password}"}'`,
    );
    expect(secret.out).toContain(
      `--   aws secretsmanager create-secret --region eu-central-1 --kms-key-id ${large.pairs[1]?.credentialsKey} --name billing-monitor --secret-string '{"user":"keepalambda","password":"${another}"}'`,
    );
    expect(none).toMatchObject({ code: 2, err: expect.stringContaining('want one of orders, billing') });
  });

  test.each([
    ['mysql-5.6', 'SET GLOBAL read_only = 0;', 'SET GLOBAL read_only = 1;'],
    [
      'mysql-8',
      'SET GLOBAL super_read_only = 0; SET GLOBAL read_only = 0;',
      'SET GLOBAL read_only = 1; SET GLOBAL super_read_only = 1;',
    ],
    ['mariadb', 'SET GLOBAL read_only = 0;', 'SET GLOBAL read_only = 1;'],
  ])('%s: begins with what a pair needs that is read-only on both nodes', async (server, open, close) => {
    const lines = (await keepalambda(['grants', '--server', server])).out.split('\n');
    expect(lines[0]).toMatch(/^-- New pair, and both nodes are read-only\? First, on one node only: /);
    expect(lines[0]?.endsWith(open)).toBe(true);
    expect(lines.some((line) => line.startsWith('-- New pair: close') && line.endsWith(close))).toBe(true);
  });

  test.each([
    ['mysql-5.6', /GRANT SUPER, PROCESS, REPLICATION CLIENT ON \*\.\*/],
    ['mysql-8', /GRANT SYSTEM_VARIABLES_ADMIN, CONNECTION_ADMIN, REPLICATION_SLAVE_ADMIN ON \*\.\*/],
    [
      'mariadb',
      /READ_ONLY ADMIN, CONNECTION ADMIN, REPLICATION SLAVE ADMIN ON \*\.\* TO 'watcher'@'10\.0\.%'/,
    ],
  ])('%s', async (server, right) => {
    const words = ['grants', '--server', server, '--user', 'watcher', '--from', '10.0.%', '--require-tls'];
    const { code, out } = await keepalambda(words);
    expect(code).toBe(0);
    expect(out).toMatch(right);
    expect(out).toContain('REQUIRE SSL');
    expect(out).toContain("GRANT SELECT, INSERT, UPDATE ON keepalambda.heartbeat TO 'watcher'@'10.0.%';");
    expect(out).toMatch(/max_connect_errors/);
    expect(out).toMatch(/at least 6 for each vantage/);
  });

  test.each([
    ['mysql-5.6', /SUPER: read_only does not bind/],
    ['mysql-5.7', /super_read_only binds every account/],
    ['mysql-8', /super_read_only binds every account/],
    ['mariadb', /READ_ONLY ADMIN: read_only does not bind/],
  ])('%s: whom a closed server binds', async (server, words) => {
    const { out } = await keepalambda(['grants', '--server', server]);
    expect(out).toMatch(words);
    // What is not a statement is a comment: all of it may be pasted.
    const lines = out.trimEnd().split('\n');
    const advice = lines.slice(lines.indexOf('--'));
    expect(advice.every((line) => line.startsWith('--'))).toBe(true);
  });
});

test.each([
  ['mysql-5.6', /^-- +GRANT EVENT ON \*\.\* TO/m],
  ['mysql-8', /^-- +GRANT EVENT, SET_ANY_DEFINER ON \*\.\* TO/m],
  ['mariadb', /^-- +GRANT EVENT, SET USER, SUPER ON \*\.\* TO/m],
])('%s: what events that go with the role need', async (server, right) => {
  expect((await keepalambda(['grants', '--server', server])).out).toMatch(right);
});

test('what there is not, is said with what there is', async () => {
  expect(await keepalambda(['gants'])).toMatchObject({ code: 2, err: expect.stringContaining('grants') });
  const server = await keepalambda(['grants', '--server', 'oracle']);
  expect(server).toMatchObject({
    code: 2,
    err: expect.stringMatching(/mysql-5\.6, mysql-5\.7, mysql-8, mariadb/),
  });
  expect(await keepalambda(['init', '--help'])).toMatchObject({
    code: 0,
    out: expect.stringContaining('Example:'),
  });
});
