/** The shipped functions over simulated nodes: the lab's AWS with as many pairs as are asked for. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { ec2TimingOf, type LatencyTerms } from '../../lab/aws/flags.ts';
import { synthesiseIam } from '../../lab/aws/iam/synthesis.ts';
import { type Aws, startAws } from '../../lab/aws/start.ts';
import {
  account,
  documentNames,
  functionsOf,
  resourceNames,
  storeTable,
  tableName,
  topicArn,
} from '../../lab/deployment.ts';
import { openStore } from '../../lab/world-aws.ts';
import type { Config } from '../../lib/core/config/config.ts';
import type { Bundles } from '../../lib/stack/bundle.ts';
import { documents } from '../../lib/stack/documents/index.ts';
import type { StorePort } from '../../lib/watch/ports/store.ts';
import { type Nodes, openNodes } from './nodes.ts';
import { addressesOf, environmentOf, sourceOf, worldOf } from './pairs.ts';

export interface ScaleWorld {
  readonly config: Config;
  readonly aws: Aws;
  readonly nodes: Nodes;
  /** The store as the functions use it, to look at what they remember. */
  readonly store: StorePort;
  /** Ends everything, and leaves no process behind. */
  close(): Promise<void>;
}

/** Opens it; nothing is scheduled yet. What was opened before a failure is closed again. */
export async function openScale(
  pairCount: number,
  vantageCount: number,
  bundles: Bundles,
  terms: LatencyTerms,
): Promise<ScaleWorld> {
  const directory = await mkdtemp(path.join(tmpdir(), 'keepalambda-scale-'));
  const closers: (() => Promise<void>)[] = [() => rm(directory, { recursive: true, force: true })];
  const close = async () => {
    for (const each of closers.splice(0).reverse()) await each();
  };
  try {
    const nodes = await openNodes(addressesOf(pairCount));
    closers.push(() => nodes.close());
    const config = environmentOf(pairCount, vantageCount, nodes.port);
    const aws = await startFor(config, bundles, directory, terms);
    closers.push(() => aws.close());
    const { store, client } = openStore(aws);
    closers.push(async () => client.destroy());
    return { config, aws, nodes, store, close };
  } catch (error) {
    await close();
    throw error;
  }
}

async function startFor(
  config: Config,
  bundles: Bundles,
  directory: string,
  terms: LatencyTerms,
): Promise<Aws> {
  return startAws({
    ...worldOf(config),
    account,
    latency: terms.latency,
    iam: await synthesiseIam(config, bundles, resourceNames, account),
    ec2Timing: ec2TimingOf(terms),
    documents: Object.entries(documents).map(([name, content]) => ({
      name: documentNames[name as keyof typeof documentNames],
      content,
    })),
    topicArns: [topicArn],
    tables: [storeTable(tableName)],
    // Every probe reaches the nodes over the loopback interface as it is, from an address of its own.
    functions: await functionsOf(config, bundles, directory, (vantage) => ({
      preload: [fileURLToPath(new URL('../../lab/network/bind-source.mjs', import.meta.url))],
      labEnvironment: { LAB_SOURCE_ADDRESS: sourceOf(config, vantage) },
    })),
  });
}
