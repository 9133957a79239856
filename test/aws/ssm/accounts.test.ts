/** Our accounts in the parameter store: made once, and never shown. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createAccounts } from '../../../lib/aws/ssm/accounts.ts';
import { nativeHash } from '../../../lib/aws/ssm/password-hash.ts';
import { type AwsWorld, pair, startWorld } from '../world.ts';

let world: AwsWorld;
beforeAll(async () => {
  world = await startWorld();
});
afterAll(() => world.aws.close());

const accountsOf = ({ ssm }: AwsWorld) => createAccounts(ssm.looking, ssm.changing);

it('makes both accounts where there are none, and keeps them when it is asked again', async () => {
  const accounts = accountsOf(world);
  expect(await accounts.read(pair)).toEqual({ monitor: null, replication: null });
  await accounts.make(pair);
  const made = await accounts.read(pair);
  expect(made.monitor).toMatchObject({
    user: 'keepalambda',
    native: expect.stringMatching(/^[0-9A-F]{40}$/),
  });
  expect(made.replication).toMatchObject({
    user: 'keepalambda_repl',
    sha2: expect.stringMatching(/^[0-9A-F]{140}$/),
  });
  expect(made.monitor?.nativeMark).not.toBe(made.replication?.nativeMark);
  await accounts.make(pair);
  expect(await accounts.read(pair)).toEqual(made);
});

it('keeps the account that a person made, by its own name', async () => {
  const other = { ...pair, credentials: '/keepalambda/by-hand' };
  const value = JSON.stringify({ user: 'looker', password: 'of-a-person' });
  world.aws.ssm.putParameter({ name: other.credentials, value });
  const accounts = accountsOf(world);
  await accounts.make(other);
  const { monitor } = await accounts.read(other);
  expect(monitor).toMatchObject({ user: 'looker', native: nativeHash('of-a-person') });
});

it('gives away no password, only what servers keep of it', async () => {
  const other = { ...pair, credentials: '/keepalambda/secret' };
  world.aws.ssm.putParameter({ name: other.credentials, value: '{"user":"u","password":"do-not-show"}' });
  expect(JSON.stringify(await accountsOf(world).read(other))).not.toContain('do-not-show');
});

it('makes no secret of Secrets Manager, and says what to do instead', async () => {
  const secret = { ...pair, credentials: '/aws/reference/secretsmanager/of-nobody' };
  await expect(accountsOf(world).make(secret)).rejects.toMatchObject({
    kind: 'denied',
    message: expect.stringContaining('make it by hand (keepalambda grants)'),
  });
});
