/** The whole of the lab: the pair, its AWS, and keepalambda deployed on it, ticking. */
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { createClock } from '../lib/aws/clock.ts';
import { createStore } from '../lib/aws/dynamodb/store.ts';
import { createIds } from '../lib/aws/ids.ts';
import type { Config } from '../lib/core/config.ts';
import type { HostDocument } from '../lib/core/host-document.ts';
import { type Bundles, bundleFunctions, temporaryDirectory } from '../lib/stack/bundle.ts';
import { documents } from '../lib/stack/documents/index.ts';
import { functionNameOf } from '../lib/stack/names.ts';
import type { StorePort } from '../lib/watch/ports.ts';
import { ec2TimingOf, type LatencyTerms } from './aws/flags.ts';
import type { Iam } from './aws/iam/template.ts';
import type { CpuChoice } from './aws/lambda-cpu.ts';
import { type Aws, startAws } from './aws/start.ts';
import {
  account,
  type Changes,
  configure,
  credentialsParameter,
  documentNames,
  eniIds,
  functionsOf,
  instanceIds,
  nodesGroup,
  pairName,
  quarantineGroup,
  resourceNames,
  seatIn,
  storeTable,
  subnetId,
  tableName,
  topicArn,
} from './deployment.ts';
import { LabError } from './errors.ts';
import type { NetworkMaker } from './network/contract.ts';
import { type LabNodeName, type LabPair, type PairOptions, startPair } from './pair.ts';
import { accounts } from './servers/accounts.ts';
import { findProduct } from './servers/catalogue.ts';
import type { ServerSettings } from './servers/my-cnf.ts';
import { untilSteady as untilPairsSteady } from './steady.ts';

export interface WorldOptions extends LatencyTerms {
  /** A name of the catalogue, or a path. */
  readonly server: string;
  /** The public port of the nodes and of the VIP. */
  readonly port: number;
  readonly changes: Changes;
  /** What CPU functions get once they have loaded. @default lambda */
  readonly cpu?: CpuChoice | undefined;
  /** How the servers are configured. @default vendor */
  readonly serverSettings?: ServerSettings | undefined;
  /** The code of the functions, such as what was deployed elsewhere. @default bundled from the sources */
  readonly bundles?: Bundles;
  /** @default the loopback network */
  readonly makeNetwork?: NetworkMaker;
  /** Hears how far it is. @default nobody */
  readonly hear?: ((what: string) => void) | undefined;
  /** Whether keepalambda finds the pair as it keeps it, or another is to have it. @default managed */
  readonly state?: PairOptions['state'];
}

export interface LabWorld extends Omit<LabPair, 'close'> {
  readonly options: WorldOptions;
  readonly config: Config;
  readonly bundles: Bundles;
  readonly aws: Aws;
  /** The store as the functions use it, to look at what they remember. */
  readonly store: StorePort;
  /**
   * What functions asked for that their policies do not allow, one line for each permission, however often it was. Each is
   * a fault of the product.
   */
  readonly denied: ReadonlySet<string>;
  /** The node whose ENI has the VIP, as EC2's data plane has it. */
  holder(): LabNodeName | null;
  /** Starts the schedule: two watches at once, as in a system that has been running. */
  schedule(): void;
  /** Has something that was added to the world closed with it, first of all. */
  defer(close: () => Promise<void>): void;
  close(): Promise<void>;
}

/** Opens it. What was opened before a failure is closed again. Throws a `LabError` for what a person can mend. */
export async function openWorld(options: WorldOptions): Promise<LabWorld> {
  const product = await findProduct(options.server);
  // Both are made while the servers start, which mostly wait for their disk.
  const making = Promise.all([
    options.bundles ?? bundleFunctions(temporaryDirectory()),
    import('./aws/iam/synthesis.ts'),
  ]);
  // It is asked for when the pair is there.
  making.catch(() => {});
  const { port, makeNetwork, state = 'managed', serverSettings, hear = () => {} } = options;
  const network = makeNetwork ? { makeNetwork } : {};
  const pair = await startPair({ product, port, state, serverSettings, ...network });
  try {
    hear('both servers run, and replicate from each other');
    const config = configure(pair, options.changes);
    const [bundles, { synthesiseIam }] = await making;
    hear('the functions are bundled; the stack is synthesised, for what it allows them');
    const iam = await synthesiseIam(config, bundles, resourceNames, account);
    const aws = await startAwsFor(pair, config, bundles, iam, options);
    return assemble(options, pair, config, bundles, aws);
  } catch (error) {
    await pair.close();
    throw error;
  }
}

async function startAwsFor(
  pair: LabPair,
  config: Config,
  bundles: Bundles,
  iam: Iam,
  options: WorldOptions,
): Promise<Aws> {
  const { network, hosts } = pair;
  const nameOfInstance = (id: string): LabNodeName => (id === instanceIds.db1 ? 'db1' : 'db2');
  const node = (name: LabNodeName) => ({
    id: eniIds[name],
    instanceId: instanceIds[name],
    subnetId,
    primaryAddress: hosts[name].address,
    secondaryAddresses: name === 'db1' && options.state !== 'empty' ? [network.vip] : [],
    groups: [nodesGroup],
  });
  const subnet = config.subnets.a;
  if (!subnet) throw new Error('the lab has a subnet named a');
  const aws = await startAws({
    subnets: [{ id: subnetId, cidr: subnet.cidr, zone: subnet.availabilityZone }],
    instances: [instanceIds.db1, instanceIds.db2].map((id) => ({ id, type: 't3.small' })),
    enis: [node('db1'), node('db2')],
    account,
    latency: options.latency,
    iam,
    ec2Timing: ec2TimingOf(options),
    parameters:
      options.state === 'empty'
        ? []
        : [{ name: credentialsParameter, value: JSON.stringify(accounts.monitor) }],
    documents: Object.entries(documents).map(([name, content]) => ({
      name: documentNames[name as HostDocument],
      content,
    })),
    hostOf: (id) => {
      const host = hosts[nameOfInstance(id)];
      return { reachable: host.isUp, environment: host.environment() };
    },
    cpu: options.cpu ?? 'lambda',
    topicArns: [topicArn],
    tables: [storeTable(tableName)],
    functions: await functionsOf(config, bundles, pair.directory, (vantage) => seatIn(network, vantage)),
    rules: [
      {
        name: 'state-change',
        functionName: functionNameOf(config.name, 'watch'),
        pattern: {
          source: ['aws.ec2'],
          'detail-type': ['EC2 Instance State-change Notification'],
          detail: { 'instance-id': Object.values(instanceIds) },
        },
      },
    ],
  });
  connect(pair, aws, nameOfInstance);
  return aws;
}

/** The network and the hosts follow EC2. */
function connect({ network, hosts }: LabPair, aws: Aws, nameOf: (instanceId: string) => LabNodeName): void {
  aws.events.on('addressMoved', ({ address, instanceId }) => {
    if (address === network.vip) network.setHolder(instanceId === null ? null : nameOf(instanceId));
  });
  aws.events.on('groupsChanged', ({ instanceId, groups }) => {
    network.quarantine(nameOf(instanceId), groups.includes(quarantineGroup));
  });
  aws.events.on('instanceState', ({ instanceId, state, force }) => {
    const host = hosts[nameOf(instanceId)];
    // Without Force the operating system ends its services first.
    if (state === 'stopping') void (force ? host.powerOff() : host.shutDown());
    if (state === 'stopped' && host.isUp) void host.powerOff();
    if (state === 'running' && !host.isUp) void host.boot();
  });
}

/** The store as the functions use it, over a client of the lab's own. */
export function openStore(aws: Aws): { readonly store: StorePort; readonly client: DynamoDBClient } {
  const client = new DynamoDBClient(aws.clientOptions());
  const log = { info() {}, warn() {}, error() {} };
  const store = createStore({ client, name: tableName, ids: createIds(), clock: createClock(), log });
  return { store, client };
}

function assemble(
  options: WorldOptions,
  pair: LabPair,
  config: Config,
  bundles: Bundles,
  aws: Aws,
): LabWorld {
  const { store, client } = openStore(aws);
  const deferred: (() => Promise<void>)[] = [];
  const denied = new Set<string>();
  aws.events.on('denied', ({ functionName, action, resource }) =>
    denied.add(`${functionName} may not ${action} on ${resource}`),
  );
  return {
    ...pair,
    options,
    config,
    bundles,
    aws,
    store,
    denied,
    holder() {
      const { holder } = pair.network;
      return holder === 'db1' || holder === 'db2' ? holder : null;
    },
    schedule() {
      aws.scheduler.start({ name: 'watch', functionName: functionNameOf(config.name, 'watch'), atStart: 2 });
    },
    defer: (close) => void deferred.push(close),
    async close() {
      for (const each of deferred) await each();
      client.destroy();
      await aws.close();
      await pair.close();
    },
  };
}

/** Throws a `LabError` with what was denied: figures of such a run are not those of a deployment. */
export function expectNothingDenied({ denied }: LabWorld): void {
  if (denied.size === 0) return;
  throw new LabError({
    got: [...denied].join('; '),
    want: 'policies that allow what the functions do',
    remedy: 'correct lib/stack/permissions.ts',
  });
}

/** Waits until keepalambda leads and has seen the standby fit. Throws after `limitMs` with what it saw. */
export function untilSteady(world: LabWorld, limitMs = 90_000): Promise<void> {
  return untilPairsSteady(world.store, [pairName], limitMs);
}
