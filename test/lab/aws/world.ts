/** A world as the lab sets it up, and real SDK clients that speak to it. */
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { EC2Client } from '@aws-sdk/client-ec2';
import { LambdaClient } from '@aws-sdk/client-lambda';
import { SNSClient } from '@aws-sdk/client-sns';
import { SSMClient } from '@aws-sdk/client-ssm';
import { type Aws, type AwsOptions, startAws } from '../../../lab/aws/start.ts';

export const vip = '10.0.1.100';
export const topicArn = 'arn:aws:sns:us-east-1:123456789012:alerts';

/** Two nodes in one subnet, the VIP on the first; a small instance in another subnet. */
export const world: AwsOptions = {
  subnets: [
    { id: 'subnet-a', cidr: '10.0.1.0/24', zone: 'us-east-1a' },
    { id: 'subnet-b', cidr: '10.0.2.0/24', zone: 'us-east-1b' },
  ],
  instances: [
    { id: 'i-db1', type: 't3.small' },
    { id: 'i-db2', type: 't3.small' },
    { id: 'i-small', type: 't3.micro' },
  ],
  enis: [
    {
      id: 'eni-db1',
      instanceId: 'i-db1',
      subnetId: 'subnet-a',
      primaryAddress: '10.0.1.11',
      secondaryAddresses: [vip],
      groups: ['sg-mysql'],
    },
    {
      id: 'eni-db2',
      instanceId: 'i-db2',
      subnetId: 'subnet-a',
      primaryAddress: '10.0.1.12',
      groups: ['sg-mysql'],
    },
    {
      id: 'eni-small',
      instanceId: 'i-small',
      subnetId: 'subnet-b',
      primaryAddress: '10.0.2.13',
      groups: ['sg-mysql'],
    },
  ],
  ec2Timing: { effectDelayMs: 0, bootMs: 30, shutdownMs: 500 },
  ssmTiming: { visibleAfterMs: 0, deliveryMs: 0 },
  topicArns: [topicArn],
};

export interface Clients {
  readonly aws: Aws;
  readonly ec2: EC2Client;
  readonly ssm: SSMClient;
  readonly sns: SNSClient;
  readonly dynamodb: DynamoDBClient;
  readonly lambda: LambdaClient;
  close(): Promise<void>;
}

/** Starts the world (with changes, if any) and one client for each service, without retries. */
export async function start(changes: AwsOptions = {}): Promise<Clients> {
  const aws = await startAws({ ...world, ...changes });
  const options = () => ({ ...aws.clientOptions(400), maxAttempts: 1 });
  return {
    aws,
    ec2: new EC2Client(options()),
    ssm: new SSMClient(options()),
    sns: new SNSClient(options()),
    dynamodb: new DynamoDBClient(options()),
    lambda: new LambdaClient({ ...aws.clientOptions(), maxAttempts: 1 }),
    close: () => aws.close(),
  };
}

/** The name of the error that the promise rejects with; `none` when it does not. */
export async function errorOf(promise: Promise<unknown>): Promise<string> {
  try {
    await promise;
    return 'none';
  } catch (error) {
    return (error as Error).name;
  }
}

/** Waits until the condition holds, at most 5 s. */
export async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
  const endMs = Date.now() + 5000;
  while (!(await condition())) {
    if (Date.now() > endMs) throw new Error(`it did not come about within 5 s: ${condition}`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}
