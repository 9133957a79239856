/** The whole of the lab: the pair, its AWS, and keepalambda deployed on it, ticking. */
import type { Config } from '../lib/core/config/config.ts';
import { type Bundles, bundleFunctions } from '../lib/stack/bundle.ts';
import { documents } from '../lib/stack/documents/index.ts';
import { functionNameOf } from '../lib/stack/names.ts';
import { temporaryDirectory } from '../lib/stack/temporary.ts';
import type { StorePort } from '../lib/watch/ports/store.ts';
import type { Aws } from './aws/start.ts';
import {
  account,
  type Changes,
  checkChanges,
  configure,
  credentialsParameter,
  documentNames,
  functionsOf,
  pairName,
  resourceNames,
  seatIn,
} from './deployment.ts';
import { LabError } from './errors.ts';
import type { NetworkMaker } from './network/contract.ts';
import { type LabNodeName, type LabPair, startPair } from './pair.ts';
import { accounts } from './servers/accounts.ts';
import { findProduct } from './servers/catalogue.ts';
import type { ServerSettings } from './servers/my-cnf.ts';
import { untilSteady as untilPairsSteady } from './steady.ts';
import { type AwsTerms, openStore, startAwsFor } from './world-aws.ts';

export interface WorldOptions extends AwsTerms {
  /** A name of the catalogue, or a path. */
  readonly server: string;
  /** The public port of the nodes and of the VIP. */
  readonly port: number;
  readonly changes: Changes;
  /** How the servers are configured. @default vendor */
  readonly serverSettings?: ServerSettings | undefined;
  /** The code of the functions, such as what was deployed elsewhere. @default bundled from the sources */
  readonly bundles?: Bundles;
  /** @default the loopback network */
  readonly makeNetwork?: NetworkMaker;
  /** Hears how far it is. @default nobody */
  readonly hear?: ((what: string) => void) | undefined;
}

export interface LabWorld extends Omit<LabPair, 'close'> {
  readonly options: WorldOptions;
  readonly config: Config;
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
  /** Starts the schedule, unless it runs: two watches at once, as in a system that has been running. */
  schedule(): void;
  /** Ends the schedule, and every function that runs. */
  rest(): void;
  /** Has something that was added to the world closed with it, first of all. */
  defer(close: () => Promise<void>): void;
  close(): Promise<void>;
}

/** Opens it. What was opened before a failure is closed again. Throws a `LabError` for what a person can fix. */
export async function openWorld(options: WorldOptions): Promise<LabWorld> {
  checkChanges(options.changes);
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
    const aws = await startAwsFor(pair, config, options, {
      iam: await synthesiseIam(config, bundles, resourceNames, account),
      functions: await functionsOf(config, bundles, pair.directory, (vantage) =>
        seatIn(pair.network, vantage),
      ),
      documents: Object.entries(documents).map(([name, content]) => ({
        name: documentNames[name as keyof typeof documentNames],
        content,
      })),
    });
    if (state !== 'empty') putAccount(aws);
    return assemble(options, pair, config, aws);
  } catch (error) {
    await pair.close();
    throw error;
  }
}

/**
 * The same world before anything is deployed, with the two steps left that a person forgets: the parameter with the account, and the
 * deployment (`lab/deployed.ts`).
 */
export async function openSite(options: WorldOptions): Promise<LabWorld> {
  const product = await findProduct(options.server);
  const pair = await startPair({ product, port: options.port });
  try {
    const config = configure(pair, options.changes);
    const nothing = { functions: [], documents: [], iam: { policies: {}, topicKeys: {} } };
    return assemble(options, pair, config, await startAwsFor(pair, config, options, nothing));
  } catch (error) {
    await pair.close();
    throw error;
  }
}

/** Stores the account of the probes, as a person does with the command that `keepalambda grants` prints. */
export function putAccount({ ssm }: Aws): void {
  ssm.putParameter({ name: credentialsParameter, value: JSON.stringify(accounts.monitor) });
}

function assemble(options: WorldOptions, pair: LabPair, config: Config, aws: Aws): LabWorld {
  const { store, client } = openStore(aws);
  const deferred: (() => Promise<void>)[] = [];
  let endSchedule: (() => void) | null = null;
  const denied = new Set<string>();
  aws.events.on('denied', ({ functionName, action, resource }) =>
    denied.add(`${functionName} may not ${action} on ${resource}`),
  );
  return {
    ...pair,
    options,
    config,
    aws,
    store,
    denied,
    holder() {
      const { holder } = pair.network;
      return holder === 'db1' || holder === 'db2' ? holder : null;
    },
    schedule() {
      const functionName = functionNameOf(config.name, 'watch');
      endSchedule ??= aws.scheduler.start({ name: 'watch', functionName, atStart: 2 });
    },
    rest() {
      endSchedule?.();
      endSchedule = null;
      for (const { name } of aws.lambda.functions) aws.lambda.kill(name);
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
