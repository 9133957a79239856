/** A life in the table between two deployments: what the first left, the second must find. */
import { isDeepStrictEqual } from 'node:util';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { pairName } from '../../lab/deployment.ts';
import { createClock } from '../../lib/aws/clock.ts';
import { createStore } from '../../lib/aws/dynamodb/store.ts';
import { createIds } from '../../lib/aws/ids.ts';
import { emptyMemory } from '../../lib/core/memory/memory.ts';
import type { StorePort } from '../../lib/watch/ports/store.ts';
import { type Moto, region } from './moto.ts';
import type { Deployed } from './stack.ts';
import { notAsWanted } from './wrong.ts';

/** What is in the table, as the functions read it. */
export type State = Readonly<Record<'lease' | 'memory' | 'history', unknown>>;

/** Leads once, pauses the pair, and tells the history, as the functions would. Gives back what is then there. */
export async function leaveState(moto: Moto, deployed: Deployed): Promise<State> {
  return withStore(moto, deployed, async (store) => {
    const lease = await store.takeLease(null, 'a watch of the first deployment');
    if (!lease)
      throw notAsWanted('a lease that somebody has', 'a table without one after the first deployment');
    const { epoch } = lease;
    const atMs = Date.now();
    await store.claimMemory(pairName, lease);
    const pause = { untilMs: atMs + 3_600_000, by: 'the rehearsal', why: 'a deployment' };
    await store.saveMemory(pairName, { ...emptyMemory, lastHolder: 'db1', pause }, epoch);
    const entry = {
      atMs,
      pair: pairName,
      incident: null,
      epoch,
      what: 'order',
      text: 'paused for a deployment',
    };
    await store.appendHistory([entry]);
    return read(store);
  });
}

/** Throws a `LabError` unless the table holds just that. */
export async function expectState(moto: Moto, deployed: Deployed, left: State): Promise<void> {
  const found = await withStore(moto, deployed, read);
  for (const what of ['lease', 'memory', 'history'] as const) {
    if (isDeepStrictEqual(found[what], left[what])) continue;
    throw notAsWanted(
      `the ${what} ${JSON.stringify(found[what])} after the second deployment`,
      JSON.stringify(left[what]),
    );
  }
}

async function read(store: StorePort): Promise<State> {
  return {
    lease: await store.readLease(),
    memory: await store.readMemory(pairName),
    history: await store.history(pairName, 10),
  };
}

async function withStore<T>(
  { endpoint }: Moto,
  deployed: Deployed,
  use: (store: StorePort) => Promise<T>,
): Promise<T> {
  const credentials = { accessKeyId: 'rehearsal', secretAccessKey: 'rehearsal' };
  const client = new DynamoDBClient({ endpoint, region, credentials });
  const quiet = { info() {}, warn() {}, error() {} };
  try {
    return await use(
      createStore({ client, name: deployed.table, ids: createIds(), clock: createClock(), log: quiet }),
    );
  } finally {
    client.destroy();
  }
}
