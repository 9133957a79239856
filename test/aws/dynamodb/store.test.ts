import { PutItemCommand } from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { upgrade } from '../../../lib/aws/dynamodb/memory.ts';
import { createStore } from '../../../lib/aws/dynamodb/store.ts';
import { emptyMemory } from '../../../lib/core/memory/memory.ts';
import type { Lease, StorePort } from '../../../lib/watch/ports/store.ts';
import { storeContract } from '../../contract/store.ts';
import { type AwsWorld, clock, ids, silentLog, startWorld, tableName } from '../world.ts';

function storeOn({ dynamodb: client }: AwsWorld): StorePort {
  return createStore({ client, name: tableName, ids, clock, log: silentLog });
}

storeContract('DynamoDB', async () => {
  const world = await startWorld();
  return {
    one: storeOn(world),
    other: storeOn(world),
    settle: (work) => work,
    close: () => world.aws.close(),
  };
});

describe('the store on a bad day of DynamoDB', () => {
  let world: AwsWorld;
  let store: StorePort;
  let lease: Lease;
  beforeAll(async () => {
    world = await startWorld();
    store = storeOn(world);
  });
  afterAll(() => world.aws.close());
  const lose = (times: number) =>
    world.aws.faults.inject({
      on: 'dynamodb:UpdateItem',
      effect: { kind: 'lose-response', how: 'reset' },
      times,
    });

  it('recognises its own lease when the answer was lost, whoever repeats it', async () => {
    for (const times of [1, 2]) {
      lose(times);
      const taken = await store.takeLease(await store.readLease(), 'w1');
      expect(taken).toMatchObject({ owner: 'w1', epoch: times });
      lease = taken as Lease;
      lose(times);
      expect(await store.renewLease(lease)).toMatchObject({ owner: 'w1', epoch: times });
    }
  });

  it('recognises its own memory when the answer was lost', async () => {
    await store.claimMemory('orders', { owner: 'watch', epoch: 5 });
    lose(2);
    await store.saveMemory('orders', { ...emptyMemory, lastHolder: 'db1' }, 5);
    expect((await store.readMemory('orders')).lastHolder).toBe('db1');
  });

  it('says that a write may have taken effect when nobody can tell', async () => {
    const restore = world.aws.faults.inject({ on: 'dynamodb:*', effect: { kind: 'down', how: 'silent' } });
    await expect(store.saveMemory('orders', emptyMemory, 5)).rejects.toMatchObject({ kind: 'timeout' });
    restore();
  });

  it('neither reads nor overwrites the memory of a newer release', async () => {
    const Item = {
      pk: { S: 'pair#later' },
      sk: { S: 'memory' },
      format: { N: '2' },
      epoch: { N: '1' },
      memory: { S: '{"version":2}' },
    };
    await world.dynamodb.send(new PutItemCommand({ TableName: tableName, Item }));
    const refused = { kind: 'refused', message: expect.stringMatching(/newer release \(format 2/) };
    await expect(store.readMemory('later')).rejects.toMatchObject(refused);
    await expect(store.claimMemory('later', { owner: 'watch', epoch: 9 })).rejects.toMatchObject(refused);
    await expect(store.saveMemory('later', emptyMemory, 9)).rejects.toMatchObject(refused);
  });

  it('leaves an order that it does not understand to the release that wrote it', async () => {
    const Item = { pk: { S: 'orders' }, sk: { S: 'order#ffffffff' }, order: { S: '{"action":"fly"}' } };
    await world.dynamodb.send(new PutItemCommand({ TableName: tableName, Item }));
    expect(await store.waitingOrders()).toEqual([]);
  });
});

it('fills in what an older memory did not have', () => {
  expect(upgrade({ lastHolder: 'db2' })).toEqual({ ...emptyMemory, lastHolder: 'db2' });
});
