import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { type BuildOptions, build } from 'esbuild';
import { beforeAll, expect, it, test } from 'vitest';
import { type Bundles, bundleFunctions, bundleLimitBytes, functionNames } from '../../lib/stack/bundle.ts';
import { diet, markPure } from '../../lib/stack/bundle-diet.ts';
import { temporaryDirectory } from '../../lib/stack/temporary.ts';
import { small } from '../core/environments.ts';
import { configOf } from './templates.ts';

let bundles: Bundles;
beforeAll(async () => {
  bundles = await bundleFunctions(temporaryDirectory());
});

test.each(functionNames)('%s weighs no more than its limit', (name) => {
  expect(bundles[name].sizeBytes).toBeLessThanOrEqual(bundleLimitBytes[name]);
});

it('puts no AWS SDK into probe', () => {
  const sdk = (inputs: readonly string[]) => inputs.filter((input) => /@aws-sdk|@smithy/.test(input));
  expect(sdk(bundles.probe.inputs)).toEqual([]);
  expect(sdk(bundles.watch.inputs)).not.toEqual([]);
});

it('makes the same bytes each time, so that a deployment changes only what was changed', async () => {
  const again = await bundleFunctions(temporaryDirectory());
  const bytes = (made: Bundles) => readFileSync(join(made.probe.directory, 'index.mjs'), 'utf8');
  expect(bytes(again)).toBe(bytes(bundles));
  expect(bytes(bundles)).not.toContain(process.cwd());
});

it('makes code that every user can read, whatever the umask of whoever deploys is', async () => {
  const before = process.umask(0o077);
  try {
    const strict = await bundleFunctions(temporaryDirectory());
    for (const name of functionNames) {
      expect(statSync(strict[name].directory).mode & 0o777).toBe(0o755);
      expect(statSync(join(strict[name].directory, 'index.mjs')).mode & 0o777).toBe(0o644);
    }
  } finally {
    process.umask(before);
  }
});

it('makes a probe that loads and answers by itself', async () => {
  const probe = (await import(pathToFileURL(join(bundles.probe.directory, 'index.mjs')).href)) as {
    handler: (event: unknown) => Promise<unknown>;
  };
  await expect(probe.handler({ kind: 'nonsense' })).rejects.toThrow('no request of the probe protocol');
});

it('has a handler in operate that takes no order', async () => {
  const file = join(temporaryDirectory(), 'config.json');
  writeFileSync(file, JSON.stringify(configOf(small)));
  const before = { ...process.env };
  Object.assign(process.env, {
    AWS_REGION: 'eu-central-1',
    KEEPALAMBDA_CONFIG_FILE: file,
    TABLE_NAME: 'table',
    ACCOUNT_ID: '111122223333',
    TOPIC_ARN: 'arn:aws:sns:eu-central-1:111122223333:alerts',
    PROBE_FUNCTIONS: '{"a":"probe-a:1"}',
    DOCUMENTS: '{}',
  });
  try {
    const { read } = await import(pathToFileURL(join(bundles.operate.directory, 'index.mjs')).href);
    const order = { action: 'pause', pair: 'orders', by: 'eva', why: 'a test', minutes: 5 };
    const reply = await read(order, { awsRequestId: 'r', getRemainingTimeInMillis: () => 120_000 });
    expect(reply).toMatchObject({
      ok: false,
      lines: [expect.stringContaining('got pause; want a question')],
    });
  } finally {
    process.env = before;
  }
});

const call = `
  import { DescribeNetworkInterfacesCommand, EC2Client } from '@aws-sdk/client-ec2';
  export default (endpoint) => new EC2Client({
    endpoint, region: 'eu-central-1', credentials: { accessKeyId: 'a', secretAccessKey: 'b' },
  }).send(new DescribeNetworkInterfacesCommand({ Filters: [{ Name: 'addresses.private-ip-address', Values: ['10.0.1.10'] }] }));
`;
const answer = `<DescribeNetworkInterfacesResponse><networkInterfaceSet><item>
  <networkInterfaceId>eni-1</networkInterfaceId><groupSet><item><groupId>sg-1</groupId></item></groupSet>
  <privateIpAddressesSet><item><privateIpAddress>10.0.1.10</privateIpAddress><primary>false</primary></item></privateIpAddressesSet>
</item></networkInterfaceSet></DescribeNetworkInterfacesResponse>`;

it('says and understands the same with the shapes of unused operations left out', async () => {
  const requests: string[] = [];
  const server = createServer(async (request, response) => {
    requests.push(Buffer.concat(await request.toArray()).toString());
    response.end(answer);
  });
  await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready));
  const { port } = server.address() as { port: number };
  const results: unknown[] = [];
  for (const plugins of [[], diet]) {
    const outfile = join(temporaryDirectory(), 'index.mjs');
    const options: BuildOptions = {
      bundle: true,
      platform: 'node',
      format: 'esm',
      mainFields: ['module', 'main'],
    };
    await build({ ...options, plugins, outfile, stdin: { contents: call, resolveDir: process.cwd() } });
    const { default: send } = await import(pathToFileURL(outfile).href);
    const { $metadata: _, ...result } = await send(`http://127.0.0.1:${port}`);
    results.push(result);
  }
  server.close();
  expect(results[1]).toEqual(results[0]);
  expect(results[1]).toMatchObject({
    NetworkInterfaces: [
      {
        PrivateIpAddresses: [{ PrivateIpAddress: '10.0.1.10', Primary: false }],
        Groups: [{ GroupId: 'sg-1' }],
      },
    ],
  });
  expect(requests[1]).toBe(requests[0]);
});

it('marks literals, and only literals, as pure', () => {
  const source = 'export var A$ = [3, n0,\n  [{ [_x]: 1 }]\n];\nvar B = [0];\nvar c = f();\n  var D = [1];\n';
  expect(markPure(source)).toBe(
    'export var A$ = /* @__PURE__ */ (() => [3, n0,\n  [{ [_x]: 1 }]\n])();\n' +
      'var B = /* @__PURE__ */ (() => [0])();\nvar c = f();\n  var D = [1];\n',
  );
});
