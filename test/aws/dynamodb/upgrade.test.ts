/**
 * A deployment over a live environment: the table as an earlier release left it, in the middle of a failover, read by this
 * one. `store-1.json` is of release 0.1, `store-2.json` has the outcome `skipped`. The items are those releases' own, and
 * are never changed: a new shape gets a new fixture. And the way back: what the next release wrote, read after a rollback.
 */
import { readFileSync } from 'node:fs';
import { type AttributeValue, PutItemCommand, UpdateItemCommand } from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createStore } from '../../../lib/aws/dynamodb/store.ts';
import { emptyMemory } from '../../../lib/core/memory/memory.ts';
import { renderOutcomes, renderStep } from '../../../lib/core/text/steps-text.ts';
import type { StorePort } from '../../../lib/watch/ports/store.ts';
import { type AwsWorld, clock, ids, silentLog, startWorld, tableName } from '../world.ts';

const itemsOf = (fixture: string) => {
  const file = new URL(`../../fixtures/${fixture}`, import.meta.url);
  return JSON.parse(readFileSync(file, 'utf8')) as Record<string, AttributeValue>[];
};
const put = async (fixture: string) => {
  for (const Item of itemsOf(fixture))
    await world.dynamodb.send(new PutItemCommand({ TableName: tableName, Item }));
};
const atMs = Date.parse('2026-01-02T03:04:05.678Z');

let world: AwsWorld;
let store: StorePort;
beforeAll(async () => {
  world = await startWorld();
  store = createStore({ client: world.dynamodb, name: tableName, ids, clock, log: silentLog });
  await put('store-1.json');
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
  // It is of before doctor: so the first examination is due.
  expect(memory.examined).toBeNull();
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

it('reads every outcome of a step, of this release and of the first', async () => {
  const first = await store.readMemory('orders');
  expect(first.plan && renderOutcomes(first.plan)[0]).toBe(
    'fence db1: not possible, the plan goes on (connect ECONNREFUSED)',
  );
  await put('store-2.json');
  const { plan, incident } = await store.readMemory('orders');
  expect(incident?.row).toBe('holder-behind');
  expect(plan && renderOutcomes(plan)).toEqual([
    'fence db1: already done (db1 is read-only, 0 connections killed)',
    'catch up db2 to the end of db1: done (db2 has applied all that it received)',
    'isolate db1 (quarantine security group, if it was not fenced): skipped (db1 is fenced)',
    'detach db2 from db1 (unless its last write is applied): not possible, the plan goes on (db2 may still receive from db1: denied)',
    'open db2: done (db2 takes writes)',
    'move the VIP to db2: failed (EC2 refused the call)',
    'undo: close db2: blocked (db2 does not answer)',
  ]);
});

describe('after a rollback', () => {
  const record = JSON.parse(itemsOf('store-1.json').find(({ memory }) => memory)?.memory?.S ?? '');
  /** The record of the middle of a failover, as a release of format 2 would leave it. */
  const later = {
    ...record,
    version: 2,
    tides: { high: [1, 2], low: null },
    incident: { ...record.incident, mood: 'tense' },
    plan: { ...record.plan, colour: 'red' },
    outbox: record.outbox.map((alert: object) => ({ ...alert, channel: 'fax' })),
  };
  const write = (pair: string, more: Record<string, AttributeValue>) =>
    world.dynamodb.send(
      new PutItemCommand({
        TableName: tableName,
        Item: {
          pk: { S: `pair#${pair}` },
          sk: { S: 'memory' },
          epoch: { N: '41' },
          memory: { S: JSON.stringify(later) },
          moods: { L: [{ S: 'an attribute that nobody knows yet' }] },
          ...more,
        },
      }),
    );

  it('goes on from a record of the next release that has more fields', async () => {
    await write('rolled-back', { format: { N: '2' }, readableBy: { N: '1' } });
    const memory = await store.claimMemory('rolled-back', { owner: 'watch', epoch: 42 });
    expect(memory).toMatchObject({
      version: 1,
      lastHolder: 'db1',
      incident: { id: '41c0ffee' },
      plan: { id: 'p1a2b3c4', phase: 'running' },
      outbox: [{ id: 'a1' }],
    });
    expect(memory).not.toHaveProperty('tides');
    expect(memory.plan?.stages.flat().map(renderStep)).toHaveLength(5);
    await store.saveMemory('rolled-back', { ...memory, lastHolder: 'db2' }, 42);
    expect(await store.readMemory('rolled-back')).toMatchObject({ version: 1, lastHolder: 'db2' });
  });

  it('keeps alerts of codes that it does not know, and leaves out what is none', async () => {
    const { outbox } = record;
    const foreign = { ...outbox[0], id: 'a2', code: 'tide-is-high' };
    const broken = [null, 'a3', {}, { ...outbox[0], steps: null }, { ...outbox[0], atMs: 'noon' }];
    const memory = { S: JSON.stringify({ ...record, outbox: [...outbox, ...broken, foreign] }) };
    await write('broken', { memory, format: { N: '1' } });
    expect((await store.readMemory('broken')).outbox).toEqual([...outbox, foreign]);
  });

  it('leaves one alone that it could not go on from', async () => {
    await write('too-new', { format: { N: '3' }, readableBy: { N: '2' } });
    const refused = { kind: 'refused', message: expect.stringMatching(/newer release \(format 3/) };
    await expect(store.claimMemory('too-new', { owner: 'watch', epoch: 42 })).rejects.toMatchObject(refused);
    await expect(store.saveMemory('too-new', emptyMemory, 42)).rejects.toMatchObject(refused);
  });

  it('takes a lease of the next release', async () => {
    const command = new UpdateItemCommand({
      TableName: tableName,
      Key: { pk: { S: 'environment' }, sk: { S: 'lease' } },
      UpdateExpression: 'SET #format = :two, #readableBy = :one, tide = :one',
      ExpressionAttributeNames: { '#format': 'format', '#readableBy': 'readableBy' },
      ExpressionAttributeValues: { ':two': { N: '2' }, ':one': { N: '1' } },
    });
    await world.dynamodb.send(command);
    const seen = await store.readLease();
    const epoch = (seen?.epoch ?? 0) + 1;
    expect(await store.takeLease(seen, 'watch-43')).toMatchObject({ owner: 'watch-43', epoch });
  });
});
