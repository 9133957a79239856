import { rootCertificates } from 'node:tls';
import { inspect } from 'node:util';
import { GetParameterCommand, SSMClient } from '@aws-sdk/client-ssm';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { createLog } from '../../../lib/aws/log.ts';
import { Credentials, createCredentials, parseParameter } from '../../../lib/aws/ssm/credentials.ts';
import type { Clock } from '../../../lib/watch/ports/ports.ts';
import { pair, silentLog, startWorld } from '../world.ts';

const password = 'hunter2-and-more';
const text = JSON.stringify({ user: 'keepalambda', password });

describe('credentials', () => {
  it('show themselves to nobody who does not ask', () => {
    const credentials = new Credentials({ user: 'keepalambda', password });
    const wrapped = { credentials, list: [credentials] };
    const written: string[] = [JSON.stringify(wrapped), inspect(wrapped, { depth: 9, showHidden: true })];
    written.push(`${credentials}`, String(credentials), inspect(new Error('x', { cause: wrapped })));
    const spy = vi.spyOn(process.stdout, 'write').mockImplementation((chunk) => written.push(`${chunk}`) > 0);
    const lines = vi.spyOn(console, 'info').mockImplementation((line) => void written.push(`${line}`));
    createLog('test', 'watch').info('a line', { ...wrapped, ...credentials });
    spy.mockRestore();
    lines.mockRestore();
    expect(written.join('\n')).toMatch(/a line[\s\S]*redacted/);
    expect(written.join('\n')).not.toContain(password);
    expect(credentials.expose().password).toBe(password);
  });

  const wrong: [string, string, RegExp][] = [
    ['no JSON', password, /no JSON; want \{"user"/],
    ['cut JSON', text.slice(0, -2), /no JSON/],
    ['a string', JSON.stringify(password), /the whole/],
    ['no user', JSON.stringify({ password }), /user: the name of the account/],
    ['no password', JSON.stringify({ user: password, password: 7 }), /password: a string/],
  ];
  it.each(wrong)('say what is wrong with %s, and never quote it', (_what, parameter, message) => {
    let caught: unknown;
    try {
      parseParameter('/name', parameter);
    } catch (error) {
      caught = error;
    }
    expect(caught).toMatchObject({ kind: 'denied', message: expect.stringMatching(message) });
    expect(inspect(caught, { depth: 9 })).not.toContain(password);
  });

  it.each(['user', 'username'])(
    'take the name of the account from "%s": rotation writes "username"',
    (key) => {
      const parameter = JSON.stringify({ [key]: 'keepalambda', password, engine: 'mysql' });
      expect(parseParameter('/name', parameter).expose()).toEqual({ user: 'keepalambda', password });
    },
  );

  it('come out of the SSM of the lab', async () => {
    const world = await startWorld({ parameters: [{ name: pair.credentials, value: text }] });
    const source = createCredentials(
      world.ssm.looking,
      clockAt(() => 0),
      silentLog,
    );
    expect((await source.read(pair)).expose()).toEqual({ user: 'keepalambda', password, tls: 'off' });
    const other = { ...pair, name: 'other', credentials: '/not/there' };
    await expect(source.read(other)).rejects.toMatchObject({
      kind: 'denied',
      message: expect.stringMatching(/\/not\/there.*ParameterNotFound/),
    });
    await world.aws.close();
  });

  it('bring the certificate of the authority, which must be one', async () => {
    const certificate = rootCertificates[0] ?? '';
    const parameters = [
      { name: pair.credentials, value: text },
      { name: '/authority', value: certificate, type: 'String' as const },
      { name: '/empty', value: 'to come', type: 'String' as const },
    ];
    const world = await startWorld({ parameters });
    const source = createCredentials(
      world.ssm.looking,
      clockAt(() => 0),
      silentLog,
    );
    const checked = { ...pair, tls: 'verify-ca', tlsAuthority: '/authority' } as const;
    expect((await source.read(checked)).expose()).toMatchObject({ tls: 'verify-ca', ca: certificate });
    const other = { ...checked, name: 'other', tlsAuthority: '/empty' } as const;
    await expect(source.read(other)).rejects.toMatchObject({
      kind: 'denied',
      message: expect.stringMatching(/authority parameter \/empty: want a certificate in PEM/),
    });
    await world.aws.close();
  });
});

function clockAt(nowMs: () => number): Clock {
  return { nowMs, sleep: () => Promise.resolve() };
}

describe('the cache of credentials', () => {
  let nowMs = 0;
  let reads = 0;
  let value: string | Error = text;
  const ssm = new SSMClient({ region: 'eu-central-1' });
  vi.spyOn(ssm, 'send').mockImplementation(async (command) => {
    expect(command).toBeInstanceOf(GetParameterCommand);
    reads += 1;
    if (value instanceof Error) throw value;
    return { Parameter: { Value: value } };
  });
  const make = () =>
    createCredentials(
      ssm,
      clockAt(() => nowMs),
      silentLog,
    );
  beforeEach(() => {
    nowMs = 0;
    reads = 0;
    value = text;
  });

  it('reads once in fifteen minutes, also when two ask at once', async () => {
    const source = make();
    await Promise.all([source.read(pair), source.read(pair)]);
    nowMs = 899_999;
    await source.read(pair);
    expect(reads).toBe(1);
    nowMs = 900_000;
    await source.read(pair);
    expect(reads).toBe(2);
  });

  it('reads again after the server refused the account', async () => {
    const source = make();
    await source.read(pair);
    source.drop(pair.name);
    value = JSON.stringify({ user: 'keepalambda', password: 'rotated' });
    expect((await source.read(pair)).expose().password).toBe('rotated');
    expect(reads).toBe(2);
  });

  it('goes on with the account it has while SSM does not answer', async () => {
    const source = make();
    await source.read(pair);
    source.drop(pair.name);
    value = Object.assign(new Error('no answer'), { name: 'TimeoutError' });
    expect((await source.read(pair)).expose().password).toBe(password);
    await source.read(pair);
    expect(reads).toBe(2);
    nowMs = 30_000;
    await source.read(pair);
    expect(reads).toBe(3);
  });

  it('has none when SSM never answered', async () => {
    value = Object.assign(new Error('no answer'), { name: 'TimeoutError' });
    await expect(make().read(pair)).rejects.toMatchObject({ kind: 'timeout' });
  });
});
