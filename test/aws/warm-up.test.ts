/** What watch plays through while it loads. */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { playFailover, warmUp } from '../../lib/aws/warm-up/warm-up.ts';
import { type EnvironmentInput, parseConfig } from '../../lib/core/config/config.ts';
import { small } from '../core/environments.ts';
import { topicArn } from './world.ts';

const documents = ['restart-mysqld', 'restart-keepalived', 'bind-vip', 'unbind-vip'];
const environment = {
  TABLE_NAME: 'keepalambda',
  TOPIC_ARN: topicArn,
  ACCOUNT_ID: '123456789012',
  PROBE_FUNCTIONS: '{"a":"keepalambda-prod-probe-a"}',
  DOCUMENTS: JSON.stringify(Object.fromEntries(documents.map((name) => [name, name]))),
};

function configOf(changes: Partial<EnvironmentInput['pairs'][number]>) {
  const parsed = parseConfig({ ...small, pairs: small.pairs.map((pair) => ({ ...pair, ...changes })) });
  if (parsed.kind === 'faulty') throw new Error(JSON.stringify(parsed.faults));
  return parsed.value;
}

describe('the warm-up of watch', () => {
  let server: Server;
  let calls = 0;

  beforeEach(async () => {
    calls = 0;
    server = createServer((_, response) => {
      calls += 1;
      response.end();
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    vi.stubEnv('AWS_ENDPOINT_URL', `http://127.0.0.1:${port}`);
    vi.stubEnv('AWS_REGION', 'us-east-1');
    vi.stubEnv('AWS_ACCESS_KEY_ID', 'key');
    vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'secret');
  });

  afterEach(() => {
    vi.unstubAllEnvs();
    server.close();
  });

  test.each<[string, Parameters<typeof configOf>[0]]>([
    ['the smallest pair', {}],
    ['a pair that is only observed', { mode: 'observe' }],
    ['a pair whose old holder is stopped', { fencing: 'stop-instance' }],
    [
      'a pair whose old holder is isolated',
      { fencing: 'isolate', quarantineGroup: 'sg-00000000000000099', nodeGroups: ['sg-00000000000000050'] },
    ],
    ['a pair whose writability is left alone', { writability: 'untouched' }],
  ])('plays a failover to its end, and calls nothing outside: %s', async (_name, changes) => {
    expect(await playFailover(configOf(changes), environment, 60_000)).toBe(true);
    expect(calls).toBe(0);
  });

  test('keeps no function from loading, whatever is wrong', async () => {
    await expect(warmUp({ ...configOf({}), pairs: [] }, environment)).resolves.toBeUndefined();
    await expect(warmUp(configOf({}), {})).resolves.toBeUndefined();
    expect(calls).toBe(0);
  });
});
