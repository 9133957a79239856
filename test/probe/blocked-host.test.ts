/**
 * A hang under the vendor's defaults: the server counts the handshakes that were broken off meanwhile, and blocks whoever
 * broke off too many (error 1129). A review of 15d31a4 found a probe that was blocked after a hang, and it fails there.
 */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type LabPair, setWritable, startPair } from '../../lab/pair.ts';
import { accounts } from '../../lab/servers/accounts.ts';
import { findProduct } from '../../lab/servers/catalogue.ts';
import type { ProbeTarget } from '../../lib/probe/look-schemas.ts';
import { Probe } from '../../lib/probe/probe.ts';
import { eventually, hang } from './servers.ts';
import { pauseMs } from './subject.ts';

/** Of the vendor's 100, so that a hang of 12 s shows what 40 s would. */
const CONNECT_ERRORS = 30;
const HUNG_MS = 12_000;

const preload: string = '../../lab/network/bind-source.mjs';

let pair: LabPair;
let probe: Probe;

beforeAll(async () => {
  pair = await startPair({ product: await findProduct('mysql-5.6'), port: 3306 });
  // A client at 127.0.0.1 is never blocked: from now on this process calls from where a probe would.
  process.env.LAB_SOURCE_ADDRESS = pair.network.addressOf('probe-a');
  await import(preload);
  probe = new Probe();
});
afterAll(async () => {
  probe?.drop();
  await pair?.close();
});

async function lookAtDb2() {
  const { db1, db2 } = pair.hosts;
  const target: ProbeTarget = {
    pair: 'orders',
    port: pair.network.port,
    holder: 'db1',
    seen: 'nothing like it',
    writeProbe: true,
    nodes: [
      { name: 'db1', address: db1.address },
      { name: 'db2', address: db2.address },
    ],
    credentials: accounts.monitor,
    settings: { lagLimitSeconds: 120, lookLimitMs: 250, lookIntervalMs: 250 },
    order: { kind: 'now' },
  };
  const answer = await probe.answer({ kind: 'look', targets: [target] });
  const saw =
    answer.kind === 'looks' ? answer.pairs.orders?.find(({ node }) => node === 'db2')?.saw : undefined;
  if (saw === undefined) throw new Error(JSON.stringify(answer));
  return saw;
}

test('a server that hung lets the probe in again, and is closed if it woke up writable', async () => {
  const { db1, db2 } = pair.hosts;
  const { instance } = db2;
  await setWritable(db2, true);
  await instance.sql(`SET GLOBAL max_connect_errors = ${CONNECT_ERRORS}`);
  await eventually(async () => expect((await lookAtDb2()).kind).toBe('answered'));
  let looks = 0;
  await hang(instance);
  try {
    for (const endMs = performance.now() + HUNG_MS; performance.now() < endMs; looks += 1) {
      const startMs = performance.now();
      await lookAtDb2();
      await pauseMs(Math.max(0, startMs + 250 - performance.now()));
    }
  } finally {
    instance.resume();
  }
  // One handshake for each look would have been too many.
  expect(looks).toBeGreaterThan(CONNECT_ERRORS);
  await eventually(async () => expect((await lookAtDb2()).kind).toBe('answered'));
  // It works off what was broken off meanwhile. Then a function that has kept no connection is let in.
  await pauseMs(3000);
  probe.drop();
  await eventually(async () =>
    expect(await lookAtDb2()).toMatchObject({
      kind: 'answered',
      server: { writable: true, loginRefused: null },
    }),
  );
  const peer = { address: db1.address, identity: null };
  const node = { name: 'db2', address: db2.address };
  const closed = await probe.answer({
    kind: 'close',
    pair: 'orders',
    credentials: accounts.monitor,
    port: pair.network.port,
    peer,
    node,
    kills: 'to-close',
    events: 'leave',
    limitMs: 2500,
  });
  expect(closed).toMatchObject({ kind: 'closed', closed: { wasWritable: true } });
});
