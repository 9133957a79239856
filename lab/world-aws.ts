/** The AWS of the lab's one pair: an account in which everything is as the environment says, and what is deployed there. */
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { createClock } from '../lib/aws/clock.ts';
import { createStore } from '../lib/aws/dynamodb/store.ts';
import { createIds } from '../lib/aws/ids.ts';
import type { Config } from '../lib/core/config/config.ts';
import { functionNameOf } from '../lib/stack/names.ts';
import type { StorePort } from '../lib/watch/ports/store.ts';
import { ec2TimingOf, type LatencyTerms } from './aws/flags.ts';
import type { CpuChoice } from './aws/lambda-cpu.ts';
import { type Aws, type AwsOptions, startAws } from './aws/start.ts';
import {
  account,
  eniIds,
  instanceIds,
  nodesGroup,
  quarantineGroup,
  storeTable,
  subnetId,
  tableName,
  topicArn,
} from './deployment.ts';
import type { LabNodeName, LabPair, PairOptions } from './pair.ts';

export interface AwsTerms extends LatencyTerms {
  /** What CPU functions get once they have loaded. @default lambda */
  readonly cpu?: CpuChoice | undefined;
  /** Whether keepalambda finds the pair as it keeps it, or another is to have it. @default managed */
  readonly state?: PairOptions['state'];
}

/** Starts it. The parameter with the account is not there yet: that is for who opens the world. */
export async function startAwsFor(
  pair: LabPair,
  config: Config,
  terms: AwsTerms,
  deployed: Parameters<Aws['deploy']>[0],
): Promise<Aws> {
  const { network, hosts } = pair;
  const nameOfInstance = (id: string): LabNodeName => (id === instanceIds.db1 ? 'db1' : 'db2');
  const node = (name: LabNodeName) => ({
    id: eniIds[name],
    instanceId: instanceIds[name],
    subnetId,
    primaryAddress: hosts[name].address,
    secondaryAddresses: name === 'db1' && terms.state !== 'empty' ? [network.vip] : [],
    groups: [nodesGroup],
  });
  const aws = await startAws({
    ...accountOf(config, network.vip),
    instances: [instanceIds.db1, instanceIds.db2].map((id) => ({ id, type: 't3.small' })),
    enis: [node('db1'), node('db2')],
    account,
    ...deployed,
    latency: terms.latency,
    ec2Timing: ec2TimingOf(terms),
    hostOf: (id) => {
      const name = nameOfInstance(id);
      const host = hosts[name];
      return {
        reachable: host.isUp,
        environment: host.environment(),
        reboot: () => host.reboot(),
        // A crash of the holder is a failover, and another story.
        ...(network.holder === name ? {} : { crash: () => host.crash() }),
      };
    },
    cpu: terms.cpu ?? 'lambda',
    topicArns: [topicArn],
    subscriptions: [{ topicArn, protocol: 'email', endpoint: 'dba@example.org', confirmed: true }],
    tables: [storeTable(tableName)],
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

/** What a team has made before the first deployment, by the README: `keepalambda check` finds nothing wrong with it. */
function accountOf(config: Config, vip: string): Pick<AwsOptions, 'subnets' | 'groups' | 'parameters'> {
  const probes = config.probeSecurityGroups;
  const port = config.pairs[0]?.port ?? 3306;
  return {
    subnets: Object.values(config.subnets).map((subnet) => ({
      id: subnet.subnetId,
      cidr: subnet.cidr,
      zone: subnet.availabilityZone,
      vpcId: config.vpcId,
      reservations: subnet.subnetId === subnetId ? [{ cidr: `${vip}/32`, type: 'explicit' }] : [],
    })),
    groups: [
      ...probes.map((id) => ({ id })),
      { id: nodesGroup, inbound: probes.map((group) => ({ port, group })) },
      { id: quarantineGroup },
    ],
    parameters: [{ name: '/cdk-bootstrap/hnb659fds/version', value: '28', type: 'String' }],
  };
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
