/**
 * The environment that the lab deploys: the configuration, and the functions with the bundles and variables
 * that the stack gives them.
 */
import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Config, type EnvironmentInput, parseConfig } from '../lib/core/config/config.ts';
import { renderFault } from '../lib/core/fault.ts';
import type { HostDocument } from '../lib/core/hosts/host-document.ts';
import type { Bundles } from '../lib/stack/bundle.ts';
import { documents } from '../lib/stack/documents/index.ts';
import { functionNameOf } from '../lib/stack/names.ts';
import { type FunctionKind, sizeOf } from '../lib/stack/sizes.ts';
import type { TableSpec } from './aws/dynamodb.ts';
import type { FunctionSpec } from './aws/lambda-process.ts';
import { LabError } from './errors.ts';
import type { LabNodeName, LabPair } from './pair.ts';
import { judgingOf } from './settings.ts';

export const environmentName = 'lab';
export const pairName = 'orders';
export const tableName = 'keepalambda-lab';
export const account = '123456789012';
export const topicArn = `arn:aws:sns:us-east-1:${account}:keepalambda-lab-alerts`;
/** What CloudFormation would name itself, by type. */
export const resourceNames = { 'AWS::DynamoDB::Table': tableName };
export const credentialsParameter = '/keepalambda/lab/orders';
export const vantages = ['a', 'b'] as const;

/** The ids of the lab's EC2. */
export const instanceIds: Readonly<Record<LabNodeName, string>> = {
  db1: 'i-0000000000000db01',
  db2: 'i-0000000000000db02',
};
export const eniIds: Readonly<Record<LabNodeName, string>> = {
  db1: 'eni-0000000000000db01',
  db2: 'eni-0000000000000db02',
};
export const subnetId = 'subnet-00000000000000001';
export const nodesGroup = 'sg-00000000000000001';
export const quarantineGroup = 'sg-00000000000000002';

type PairChange = Partial<EnvironmentInput['pairs'][number]>;

/** What a run of the lab may change of the configuration. */
export interface Changes {
  /** By name, as `--set` takes them: settings and expert values of the pair. */
  readonly settings?: Readonly<Record<string, number>>;
  readonly pair?: PairChange | ((places: Places) => PairChange);
  readonly environment?: Partial<EnvironmentInput>;
}

/** What of a pair is in its configuration, and known when its servers have started. */
export interface Places {
  readonly network: Pick<LabPair['network'], 'vip' | 'port' | 'addressOf'>;
  readonly hosts: Readonly<Record<LabNodeName, Pick<LabPair['hosts'][LabNodeName], 'address'>>>;
}

/** Stand in for those of a pair that is not started yet. */
const anywhere: Places = {
  network: { vip: '127.0.0.100', port: 3306, addressOf: () => '127.0.0.13' },
  hosts: { db1: { address: '127.0.0.11' }, db2: { address: '127.0.0.12' } },
};

/** Before any server is started: throws a `LabError` that lists every fault of the changes. */
export function checkChanges(changes: Changes): void {
  configure(anywhere, changes);
}

/** The configuration of the lab's one pair. Throws a `LabError` that lists every fault of the changes. */
export function configure(places: Places, changes: Changes): Config {
  const parsed = parseConfig(environmentOf(places, changes));
  if (parsed.kind === 'valid') return parsed.value;
  const [first, ...more] = parsed.faults;
  const also = more.length > 0 ? ` (and ${more.length} more)` : '';
  throw new LabError({
    got: first ? `${renderFault(first)}${also}` : 'a faulty configuration',
    want: 'settings that there are',
    remedy: 'correct --set; docs/settings.md lists them',
  });
}

/** The lab's one pair as an operator would write it into an environment file. */
export function environmentOf(places: Places, changes: Changes): EnvironmentInput {
  const { network, hosts } = places;
  const cidr = `${network.vip.replace(/\.\d+$/, '.0')}/24`;
  const node = (name: LabNodeName) => ({
    name,
    instanceId: instanceIds[name],
    eniId: eniIds[name],
    address: hosts[name].address,
    subnet: 'a',
  });
  return {
    name: environmentName,
    description: 'Two real servers on this machine',
    region: 'us-east-1',
    vpcId: 'vpc-00000000000000001',
    subnets: {
      a: { subnetId, cidr, availabilityZone: 'us-east-1a' },
      b: { subnetId: 'subnet-00000000000000002', cidr: '127.1.0.0/24', availabilityZone: 'us-east-1b' },
    },
    vantages: [...vantages],
    probeSecurityGroups: ['sg-00000000000000003'],
    subscribers: ['oncall@example.com'],
    ...changes.environment,
    pairs: [
      {
        name: pairName,
        vip: network.vip,
        port: network.port,
        nodes: [node('db1'), node('db2')],
        prefer: 'db1',
        credentials: credentialsParameter,
        quarantineGroup,
        ...(typeof changes.pair === 'function' ? changes.pair(places) : changes.pair),
        ...judgingOf(changes.settings ?? {}),
      },
    ],
  };
}

/** Where a probe runs: the words before its command, and how its connections leave from there. */
export type ProbeSeat = Pick<FunctionSpec, 'words' | 'preload' | 'labEnvironment'>;

/** The seat of a vantage's probe in the network of the lab. */
export function seatIn(network: LabPair['network'], vantage: string): ProbeSeat {
  const seat = `probe-${vantage}` as 'probe-a' | 'probe-b';
  return {
    words: network.wordsAt(seat),
    preload: [fileURLToPath(new URL('./network/bind-source.mjs', import.meta.url))],
    labEnvironment: { LAB_SOURCE_ADDRESS: network.addressOf(seat) },
  };
}

/** The memory and the concurrency that the stack gives to a function. */
function specSizeOf(
  config: Config,
  kind: FunctionKind,
): Pick<FunctionSpec, 'memoryMegabytes' | 'reservedConcurrency'> {
  const { memoryMb, reserved } = sizeOf(config, kind);
  return { memoryMegabytes: memoryMb, ...(reserved === undefined ? {} : { reservedConcurrency: reserved }) };
}

/** The functions as the stack deploys them, but for the source address that the platform gives to each probe. */
export async function functionsOf(
  config: Config,
  bundles: Bundles,
  directory: string,
  seatOf: (vantage: string) => ProbeSeat,
): Promise<FunctionSpec[]> {
  const layerDirectory = path.join(directory, 'layer');
  await mkdir(path.join(layerDirectory, 'keepalambda'), { recursive: true });
  await writeFile(path.join(layerDirectory, 'keepalambda', 'config.json'), JSON.stringify(config));
  const nameOf = (vantage: string) => functionNameOf(config.name, 'probe', vantage);
  const environment = {
    KEEPALAMBDA_CONFIG_FILE: '/opt/keepalambda/config.json',
    TABLE_NAME: tableName,
    TOPIC_ARN: topicArn,
    ACCOUNT_ID: account,
    PROBE_FUNCTIONS: JSON.stringify(
      // The lab's functions have one version.
      Object.fromEntries(config.vantages.map((vantage) => [vantage, `${nameOf(vantage)}:1`])),
    ),
    DOCUMENTS: JSON.stringify(documentNames),
    POWERTOOLS_METRICS_NAMESPACE: 'keepalambda',
    POWERTOOLS_SERVICE_NAME: 'keepalambda',
  };
  const actor = { environment, layerDirectory };
  const probes = config.vantages.map(
    (vantage): FunctionSpec => ({
      name: nameOf(vantage),
      directory: bundles.probe.directory,
      timeoutSeconds: 60,
      ...specSizeOf(config, 'probe'),
      ...seatOf(vantage),
    }),
  );
  return [
    {
      name: functionNameOf(config.name, 'watch'),
      directory: bundles.watch.directory,
      timeoutSeconds: 150,
      ...specSizeOf(config, 'watch'),
      ...actor,
    },
    {
      name: functionNameOf(config.name, 'operate'),
      directory: bundles.operate.directory,
      timeoutSeconds: 120,
      ...specSizeOf(config, 'operate'),
      ...actor,
    },
    ...probes,
  ];
}

/** The names under which the lab registers our SSM documents: those of the stack. */
export const documentNames = Object.fromEntries(
  Object.keys(documents).map((name) => [name, `keepalambda-lab-${name}`]),
) as Readonly<Record<HostDocument, string>>;

/** The table of the store, as the stack makes it. */
export function storeTable(TableName: string): TableSpec {
  return {
    TableName,
    AttributeDefinitions: [
      { AttributeName: 'pk', AttributeType: 'S' },
      { AttributeName: 'sk', AttributeType: 'S' },
    ],
    KeySchema: [
      { AttributeName: 'pk', KeyType: 'HASH' },
      { AttributeName: 'sk', KeyType: 'RANGE' },
    ],
  };
}
