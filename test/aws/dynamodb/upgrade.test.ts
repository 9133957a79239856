/**
 * A deployment over a live environment: the table as release 0.1 left it, in the middle of a failover, read by this
 * one. The items in the fixture are that release's own, and are never changed: a new shape gets a new fixture.
 */
import { readFileSync } from 'node:fs';
import { type AttributeValue, PutItemCommand } from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createStore } from '../../../lib/aws/dynamodb/store.ts';
import { renderStep } from '../../../lib/core/text/steps-text.ts';
import type { StorePort } from '../../../lib/watch/ports.ts';
import { type AwsWorld, clock, ids, silentLog, startWorld, tableName } from '../world.ts';

const fixture = new URL('../../fixtures/store-1.json', import.meta.url);
const items = JSON.parse(readFileSync(fixture, 'utf8')) as Record<string, AttributeValue>[];
const atMs = Date.parse('2026-01-02T03:04:05.678Z');

let world: AwsWorld;
let store: StorePort;
beforeAll(async () => {
  world = await startWorld();
  store = createStore({ client: world.dynamodb, name: tableName, ids, clock, log: silentLog });
  for (const Item of items) await world.dynamodb.send(new PutItemCommand({ TableName: tableName, Item }));
});
afterAll(() => world.aws.close());

it('goes on under the next epoch of the lease', async () => {
  const seen = await store.readLease();
  expect(seen).toMatchObject({ owner: 'watch-41', epoch: 41, released: false });
  expect(await store.takeLease(seen, 'watch-42')).toMatchObject({ owner: 'watch-42', epoch: 42 });
});

it('loses nothing of the memory: the pause, the incident, the plan in flight, the alert on its way', async () => {
  const memory = await store.claimMemory('orders', { owner: 'watch', epoch: 42 });
  expect(memory).toMatchObject({
    lastHolder: 'db1',
    readiness: { node: 'db2', fit: true },
    lostAtMs: atMs - 900,
    incident: { id: '41c0ffee', row: 'D10', told: ['failover-started'] },
    failoversAtMs: [atMs - 1_800_000, atMs],
    pause: { untilMs: atMs + 3_600_000, by: 'anna', why: 'kernel upgrade' },
    plan: { kind: 'failover', id: 'p1a2b3c4', epoch: 41, phase: 'running', to: 'db2', vipMoved: false },
    loss: { old: 'db1', kept: { file: 'binlog.000003' } },
    quarantine: { node: 'db1', groups: ['sg-00000000000000050'] },
    answers: [{ requestId: 'r1', ok: true }],
    outbox: [{ id: 'a1', code: 'failover-started', incident: '41c0ffee' }],
  });
  await store.saveMemory('orders', memory, 42);
  expect(await store.readMemory('orders')).toEqual(memory);
});

it('can finish the plan: it knows every step, and which of them are done', async () => {
  const { plan } = await store.readMemory('orders');
  const steps = plan?.stages.flat() ?? [];
  expect(steps.map(renderStep)).toEqual([
    'fence db1',
    'catch up db2',
    'open db2',
    'move the VIP to db2',
    'verify db2 through the VIP',
  ]);
  expect(Object.keys(plan?.outcomes ?? {})).toEqual(['0.0', '0.1']);
});

it('keeps the history, and the order that waits', async () => {
  expect((await store.history('orders', 10)).map(({ text }) => text)).toEqual([
    'failover to db2 (D10)',
    'pause by anna: kernel upgrade',
  ]);
  expect(await store.waitingOrders()).toMatchObject([
    { id: '0000000000001-r2', atMs, order: { action: 'resume', pair: 'orders', by: 'anna' } },
  ]);
});
