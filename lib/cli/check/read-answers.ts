/** Everything that `check` asks AWS, asked at once. */
import { EC2Client, type EC2ClientConfig } from '@aws-sdk/client-ec2';
import { LambdaClient } from '@aws-sdk/client-lambda';
import { SNSClient } from '@aws-sdk/client-sns';
import { SSMClient } from '@aws-sdk/client-ssm';
import { operatorOptions } from '../../aws/clients.ts';
import type { Config } from '../../core/config/config.ts';
import type { Answers } from '../../core/deployment-check/answers.ts';
import { Asking } from './asking.ts';
import { readDeployed } from './read-deployed.ts';
import { readEc2 } from './read-ec2.ts';
import { readExaminations } from './read-examinations.ts';
import { readSsm } from './read-ssm.ts';

/** What the clients are made with, apart from the region: that is the environment's. */
export type ReadingOptions = Pick<
  EC2ClientConfig,
  'maxAttempts' | 'requestHandler' | 'endpoint' | 'credentials'
>;

/** The answers of AWS. Throws a `CliError` where it cannot be reached, or does not know who asks. */
export async function readAnswers(
  config: Config,
  shellRegion: string | null,
  reading: ReadingOptions = operatorOptions(),
): Promise<Omit<Answers, 'overLimits'>> {
  const options = { ...reading, region: config.region };
  const asking = new Asking();
  const clients = { lambda: new LambdaClient(options), sns: new SNSClient(options) };
  const [ec2, ssm, deployed] = await Promise.all([
    readEc2(new EC2Client(options), config, asking),
    readSsm(new SSMClient(options), config, asking),
    readDeployed(clients, config, asking),
  ]);
  const isDeployed = deployed.deployed !== null && deployed.deployed !== 'no';
  const examinations = await readExaminations(clients.lambda, isDeployed ? config : null);
  return { ...ec2, ...ssm, ...deployed, examinations, shellRegion, unread: asking.unread };
}

/** The region of the environment variables, or of the profile; null where neither has one. */
export async function readShellRegion(): Promise<string | null> {
  const { AWS_REGION, AWS_DEFAULT_REGION } = process.env;
  const given = AWS_REGION ?? AWS_DEFAULT_REGION;
  return given ?? (await new SSMClient({}).config.region().catch(() => null));
}
