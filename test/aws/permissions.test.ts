/**
 * What watch and operate do to AWS is allowed by the policies that the stack gives them: the real adapters, with the
 * credentials of each role, against the lab's AWS, which evaluates the synthesised policies.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { getCACertificates, setDefaultCACertificates } from 'node:tls';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { Denied } from '../../lab/aws/events.ts';
import { synthesiseIam } from '../../lab/aws/iam/synthesis.ts';
import { type Aws, startAws } from '../../lab/aws/start.ts';
import { storeTable, tableName } from '../../lab/deployment.ts';
import { wire } from '../../lib/aws/wire.ts';
import type { Pair } from '../../lib/core/config/config.ts';
import { type HostDocument, workDocuments } from '../../lib/core/hosts/host-document.ts';
import { emptyMemory } from '../../lib/core/memory/memory.ts';
import { documents } from '../../lib/stack/documents/index.ts';
import { functionNameOf } from '../../lib/stack/names.ts';
import type { Ports } from '../../lib/watch/ports/ports.ts';
import type { Lease } from '../../lib/watch/ports/store.ts';
import { alert } from '../contract/alerts.ts';
import { large } from '../core/environments.ts';
import { configOf, smallBundles } from '../stack/templates.ts';
import { probeBundle } from './probe-client/probe-functions.ts';

/** With work on the hosts of its third pair. */
const config = configOf({
  ...large,
  pairs: large.pairs.map((pair, index) => (index === 2 ? { ...pair, hostWork: true } : pair)),
});
const account = config.account ?? '';
const [orders, billing, stock] = config.pairs as [Pair, Pair, Pair];
const topicArn = `arn:aws:sns:${config.region}:${account}:keepalambda-${config.name}-alerts`;
const names = Object.fromEntries(
  Object.keys(documents).map((key) => [key, `keepalambda-${config.name}-${key}`]),
) as Record<HostDocument, string>;
const probes = Object.fromEntries(
  config.vantages.map((vantage) => [vantage, `${functionNameOf(config.name, 'probe', vantage)}:1`]),
);
/** `{"kind":"looks","pairs":{}}`, which the probe functions of the tests give back when they are told so. */
const monitor = JSON.stringify({ user: 'keepalambda', password: '{"kind":"looks","pairs":{}}' });
const certificate = '-----BEGIN CERTIFICATE-----\nMII\n-----END CERTIFICATE-----\n';

let aws: Aws;
let directory: string;
const denied: Denied[] = [];
const before = { ...process.env };

beforeAll(async () => {
  directory = mkdtempSync(path.join(tmpdir(), 'keepalambda-permissions-'));
  writeFileSync(path.join(directory, 'config.json'), JSON.stringify(config));
  const iam = await synthesiseIam(
    config,
    await smallBundles(),
    { 'AWS::DynamoDB::Table': tableName },
    account,
  );
  const nodes = config.pairs.flatMap((pair) => pair.nodes.map((node, index) => ({ pair, node, index })));
  aws = await startAws({
    account,
    region: config.region,
    iam,
    subnets: Object.entries(config.subnets).map(([id, { cidr, availabilityZone: zone }]) => ({
      id,
      cidr,
      zone,
    })),
    instances: nodes.map(({ node }) => ({ id: node.instanceId, type: 't3.small' })),
    enis: nodes.map(({ pair, node, index }) => ({
      id: node.eniId,
      instanceId: node.instanceId,
      subnetId: node.subnet,
      primaryAddress: node.address,
      secondaryAddresses: index === 0 ? [pair.vip] : [],
      groups: billing.nodeGroups,
    })),
    ec2Timing: { effectDelayMs: 0, shutdownMs: 0 },
    ssmTiming: { visibleAfterMs: 0, deliveryMs: 0 },
    // Scripts are handed over, and end at once: nothing on this machine is theirs to restart.
    documents: Object.entries(names).map(([document, name]) => ({
      name,
      content: {
        schemaVersion: '2.2',
        description: 'does nothing',
        parameters: documents[document as HostDocument].parameters ?? {},
        mainSteps: [
          {
            action: 'aws:runShellScript',
            name: 'run',
            inputs: { timeoutSeconds: '10', runCommand: ['true'] },
          },
        ],
      },
    })),
    parameters: [
      { name: orders.credentials, value: monitor },
      { name: stock.credentials, value: monitor },
      {
        name: billing.credentials,
        value: monitor,
        ...(billing.credentialsKey ? { key: billing.credentialsKey } : {}),
      },
      { name: billing.tlsAuthority ?? '', value: certificate },
    ],
    topicArns: [topicArn],
    tables: [storeTable(tableName)],
    functions: config.vantages.map((vantage) => ({
      name: functionNameOf(config.name, 'probe', vantage),
      directory: probeBundle(),
      timeoutSeconds: 10,
    })),
  });
  aws.events.on('denied', (event) => denied.push(event));
  setDefaultCACertificates([...getCACertificates('default'), aws.authority.pem]);
});
afterAll(async () => {
  process.env = before;
  rmSync(directory, { recursive: true, force: true });
  await aws.close();
});
beforeEach(() => {
  denied.length = 0;
});

/** The ports as the function makes them, in its own environment. */
function portsOf(name: 'watch' | 'operate' | 'read'): Ports {
  Object.assign(process.env, aws.environmentOf(functionNameOf(config.name, name)), {
    KEEPALAMBDA_CONFIG_FILE: path.join(directory, 'config.json'),
    TABLE_NAME: tableName,
    TOPIC_ARN: topicArn,
    ACCOUNT_ID: '123456789012',
    PROBE_FUNCTIONS: JSON.stringify(probes),
    DOCUMENTS: JSON.stringify(names),
  });
  return wire(process.env, name).ports;
}

const target = (pair: Pair) => ({ pair, holder: 'db1', seen: null, order: { kind: 'now' } }) as const;

type Call = (ports: Ports) => Promise<unknown>;
const calls: Readonly<Record<string, Call>> = {
  'looks where the VIPs are': ({ vip }) => vip.locate(config.pairs),
  'moves a VIP': ({ vip }) => vip.assign(orders, 'db2'),
  'isolates a node, and releases it': async ({ vip }) =>
    vip.release(billing, 'db1', await vip.isolate(billing, 'db1')),
  'stops an instance': ({ vip }) => vip.stopInstance(stock, 'db1'),
  'looks from every vantage, with the account of every pair': ({ database }) =>
    Promise.all(
      database.vantages.flatMap((vantage) =>
        config.pairs.map((pair) => database.look(vantage, [target(pair)])),
      ),
    ),
  'publishes an alert': ({ alerts }) => alerts.publish([alert]),
  'keeps the lease': async ({ store }) => {
    const lease = (await store.takeLease(await store.readLease(), 'a test')) as Lease;
    await store.renewLease(lease);
    await store.wake();
    await store.releaseLease((await store.readLease()) as Lease);
  },
  'keeps memory, history and the inbox': async ({ store }) => {
    await store.claimMemory('orders', { owner: 'watch', epoch: 1 });
    await store.saveMemory('orders', emptyMemory, 1);
    await store.appendHistory([
      { atMs: 1, pair: 'orders', incident: null, epoch: 1, what: 'order', text: 'a test' },
    ]);
    await store.history('orders', 10);
    await store.waitingOrders();
    await store.removeOrder('nobody');
  },
  ...Object.fromEntries(
    (Object.keys(names) as HostDocument[])
      .filter(isOfMoves)
      .map((document): [string, Call] => [
        `runs ${document} on a host`,
        ({ host }) => host.run(stock, 'db2', document, 5000),
      ]),
  ),
};

/** Not one of those that only a person orders. */
function isOfMoves(document: HostDocument): boolean {
  return !workDocuments.some((work) => work === document);
}

describe.each(['watch', 'operate'] as const)('%s', (name) => {
  test.each(Object.keys(calls))('%s', async (what) => {
    await calls[what]?.(portsOf(name));
    expect(denied).toEqual([]);
  });
});

describe('work on hosts', () => {
  test('is looked for by operate, and by nobody else', async () => {
    await portsOf('operate').host.run(stock, 'db2', 'end-channel', 5000);
    await portsOf('operate').accounts.make(stock);
    await portsOf('operate').vip.assign(stock, 'db2');
    expect(denied).toEqual([]);
    await expect(portsOf('watch').host.run(stock, 'db2', 'end-channel', 5000)).rejects.toThrow(
      /not authorized/,
    );
    await expect(portsOf('watch').accounts.make(stock)).rejects.toThrow(/not authorized/);
    await expect(portsOf('operate').accounts.make(orders)).rejects.toThrow(/not authorized/);
    expect(denied.map(({ action }) => action)).toEqual([
      ...['ssm:SendCommand', 'ssm:GetParameter', 'ssm:GetParameter'],
    ]);
  });
});

describe('read', () => {
  test.each(['looks where the VIPs are', 'looks from every vantage, with the account of every pair'])(
    '%s',
    async (what) => {
      await calls[what]?.(portsOf('read'));
      expect(denied).toEqual([]);
    },
  );

  test('reads memory and history', async () => {
    const { store } = portsOf('read');
    await store.readMemory('orders');
    await store.history('orders', 10);
    expect(denied).toEqual([]);
  });

  test.each<[actions: readonly string[], call: Call]>([
    [['ec2:AssignPrivateIpAddresses'], ({ vip }) => vip.assign(orders, 'db2')],
    [['ssm:SendCommand'], ({ host }) => host.run(stock, 'db2', 'bind-vip', 5000)],
    [['dynamodb:UpdateItem'], ({ store }) => store.saveMemory('orders', emptyMemory, 9)],
    [['sns:Publish', 'events:PutEvents'], ({ alerts }) => alerts.publish([alert])],
  ])('may not %s', async (actions, call) => {
    await expect(call(portsOf('read'))).rejects.toThrow(/not authorized/);
    expect(new Set(denied.map((event) => event.action))).toEqual(new Set(actions));
  });
});

test('what nobody needs is denied: the policies are really asked', async () => {
  const stranger = {
    ...orders,
    nodes: [{ ...orders.nodes[0], instanceId: 'i-0000000000000dead' }, orders.nodes[1]],
  };
  await expect(portsOf('watch').host.run(stranger as Pair, 'db1', 'bind-vip', 5000)).rejects.toThrow(
    /not authorized/,
  );
  expect(denied.map(({ action }) => action)).toEqual(['ssm:SendCommand']);
});
