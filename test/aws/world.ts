/** The lab's AWS with one pair of `small`, and SDK clients made with the product's own options. */
import { getCACertificates, setDefaultCACertificates } from 'node:tls';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { EC2Client } from '@aws-sdk/client-ec2';
import { LambdaClient } from '@aws-sdk/client-lambda';
import { SNSClient } from '@aws-sdk/client-sns';
import { SSMClient } from '@aws-sdk/client-ssm';
import type { EniSpec } from '../../lab/aws/ec2-world.ts';
import { type Aws, type AwsOptions, startAws } from '../../lab/aws/start.ts';
import { storeTable } from '../../lab/deployment.ts';
import { type ClientOptions, changingOptions, lookingOptions, storeOptions } from '../../lib/aws/clients.ts';
import { createClock } from '../../lib/aws/clock.ts';
import { createIds } from '../../lib/aws/ids.ts';
import { type Config, type Node, type Pair, parseConfig } from '../../lib/core/config/config.ts';
import type { Log } from '../../lib/watch/ports/ports.ts';
import { small } from '../core/environments.ts';

export const clock = createClock();
export const ids = createIds();
export const silentLog: Log = { info() {}, warn() {}, error() {} };

export const quarantineGroup = 'sg-00000000000000099';
export const nodeGroup = 'sg-00000000000000050';
export const topicArn = 'arn:aws:sns:us-east-1:123456789012:alerts';
export const tableName = 'keepalambda';

/** The environment `small`, with a quarantine group. */
export const config: Config = checked();
export const pair: Pair = config.pairs[0] as Pair;

function checked(): Config {
  const pairs = small.pairs.map((one) => ({
    ...one,
    fencing: 'isolate' as const,
    quarantineGroup,
    nodeGroups: [nodeGroup],
  }));
  const parsed = parseConfig({ ...small, pairs });
  if (parsed.kind === 'faulty') throw new Error(JSON.stringify(parsed.faults));
  return parsed.value;
}

/** The subnet of both nodes. */
export const subnetId = config.subnets.a?.subnetId ?? '';

/** The interfaces of both nodes, as the configuration has them; the first carries the VIP. */
export const enis = [eniOf(pair.nodes[0], [pair.vip]), eniOf(pair.nodes[1], [])] as const;

function eniOf({ eniId, instanceId, address }: Node, secondaryAddresses: readonly string[]): EniSpec {
  return {
    id: eniId,
    instanceId,
    subnetId,
    primaryAddress: address,
    secondaryAddresses,
    groups: [nodeGroup],
  };
}

export interface AwsWorld {
  readonly aws: Aws;
  readonly ec2: { readonly looking: EC2Client; readonly changing: EC2Client };
  readonly ssm: { readonly looking: SSMClient; readonly changing: SSMClient };
  readonly sns: SNSClient;
  readonly dynamodb: DynamoDBClient;
  readonly lambda: LambdaClient;
}

/** Starts it. The caller closes `aws`. */
export async function startWorld(changes: AwsOptions = {}): Promise<AwsWorld> {
  const aws = await startAws({ ...awsOptions(), ...changes });
  // The clients are the product's own: they trust the lab's authority as a function does, by NODE_EXTRA_CA_CERTS.
  setDefaultCACertificates([...getCACertificates('default'), aws.authority.pem]);
  const { endpoint, region, credentials } = aws;
  const at = (options: ClientOptions) => ({ ...options, endpoint, region, credentials });
  return {
    aws,
    ec2: { looking: new EC2Client(at(lookingOptions())), changing: new EC2Client(at(changingOptions())) },
    ssm: { looking: new SSMClient(at(lookingOptions())), changing: new SSMClient(at(changingOptions())) },
    sns: new SNSClient(at(lookingOptions())),
    dynamodb: new DynamoDBClient(at(storeOptions())),
    lambda: new LambdaClient(at(changingOptions())),
  };
}

function awsOptions(): AwsOptions {
  return {
    subnets: [{ id: subnetId, cidr: '10.0.1.0/24', zone: 'eu-central-1a' }],
    instances: pair.nodes.map(({ instanceId }) => ({ id: instanceId, type: 't3.small' })),
    enis,
    ec2Timing: { effectDelayMs: 50, bootMs: 30, shutdownMs: 30 },
    ssmTiming: { visibleAfterMs: 100, deliveryMs: 100, secondMs: 20 },
    topicArns: [topicArn],
    subscriptions: [true, false].map((confirmed, index) => ({
      topicArn,
      protocol: 'email',
      endpoint: `dba${index}@example.org`,
      confirmed,
    })),
    tables: [storeTable(tableName)],
  };
}
