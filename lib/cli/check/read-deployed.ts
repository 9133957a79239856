/** What Lambda and SNS say: what is deployed, who has confirmed, and how much concurrency is left. */
import {
  GetAccountSettingsCommand,
  GetFunctionConcurrencyCommand,
  GetFunctionConfigurationCommand,
  type LambdaClient,
  paginateListVersionsByFunction,
} from '@aws-sdk/client-lambda';
import { paginateListSubscriptionsByTopic, type SNSClient } from '@aws-sdk/client-sns';
import { awsErrorName } from '../../aws/errors.ts';
import type { Config } from '../../core/config/config.ts';
import type {
  Answer,
  Answers,
  ConcurrencyAnswer,
  SubscriptionAnswer,
} from '../../core/deployment-check/answers.ts';
import { functionNameOf } from '../../stack/names.ts';
import { type FunctionKind, sizeOf } from '../../stack/sizes.ts';
import type { Asking } from './asking.ts';

type DeployedAnswers = Pick<Answers, 'concurrency' | 'deployed' | 'versions' | 'subscriptions'>;

export async function readDeployed(
  clients: { readonly lambda: LambdaClient; readonly sns: SNSClient },
  config: Config,
  asking: Asking,
): Promise<DeployedAnswers> {
  const [concurrency, deployed, versions] = await Promise.all([
    readConcurrency(clients.lambda, config, asking),
    readWatch(clients.lambda, config, asking),
    readVersions(clients.lambda, config, asking),
  ]);
  const subscriptions =
    deployed === null || deployed === 'no'
      ? null
      : await readSubscriptions(clients.sns, deployed.topicArn, asking);
  return { concurrency, deployed, versions, subscriptions };
}

/** The functions of the environment, and what each reserves. */
function functionsOf(config: Config): readonly { readonly name: string; readonly reserved: number }[] {
  const sized = (kind: FunctionKind, name: string) => ({
    name,
    reserved: sizeOf(config, kind).reserved ?? 0,
  });
  return [
    sized('watch', functionNameOf(config.name, 'watch')),
    sized('operate', functionNameOf(config.name, 'operate')),
    sized('read', functionNameOf(config.name, 'read')),
    ...config.vantages.map((vantage) => sized('probe', functionNameOf(config.name, 'probe', vantage))),
  ];
}

async function readConcurrency(
  lambda: LambdaClient,
  config: Config,
  asking: Asking,
): Promise<Answer<ConcurrencyAnswer>> {
  const functions = functionsOf(config);
  const [limits, ...ours] = await Promise.all([
    asking.ask(
      'lambda:GetAccountSettings',
      async () => (await lambda.send(new GetAccountSettingsCommand({}))).AccountLimit,
    ),
    ...functions.map(({ name }) => readReserved(lambda, name, asking)),
  ]);
  if (!limits || ours.includes(null)) return null;
  return {
    limit: limits.ConcurrentExecutions ?? 0,
    unreserved: limits.UnreservedConcurrentExecutions ?? 0,
    reservedByOurs: ours.reduce<number>((sum, one) => sum + (one ?? 0), 0),
    neededByOurs: functions.reduce((sum, { reserved }) => sum + reserved, 0),
  };
}

/** 0 for a function that is not there. */
async function readReserved(lambda: LambdaClient, name: string, asking: Asking): Promise<Answer<number>> {
  return asking.ask('lambda:GetFunctionConcurrency', async () => {
    const answer = await unlessMissing(() =>
      lambda.send(new GetFunctionConcurrencyCommand({ FunctionName: name })),
    );
    return answer?.ReservedConcurrentExecutions ?? 0;
  });
}

/** Of watch and the probes: operate and read are called without one. */
async function readVersions(
  lambda: LambdaClient,
  config: Config,
  asking: Asking,
): Promise<Answers['versions']> {
  const probes = config.vantages.map((vantage) => functionNameOf(config.name, 'probe', vantage));
  const names = [functionNameOf(config.name, 'watch'), ...probes];
  const all = names.map((functionName) =>
    asking.ask('lambda:ListVersionsByFunction', async () => ({
      functionName,
      numbers: (await unlessMissing(() => numbersOf(lambda, functionName))) ?? [],
    })),
  );
  const answers = await Promise.all(all);
  const known = answers.filter((answer) => answer !== null);
  return known.length < answers.length ? null : known;
}

async function numbersOf(lambda: LambdaClient, FunctionName: string): Promise<readonly number[]> {
  const numbers: number[] = [];
  for await (const page of paginateListVersionsByFunction({ client: lambda }, { FunctionName }))
    numbers.push(...(page.Versions ?? []).map(({ Version }) => Number(Version)));
  // `$LATEST` is among them.
  return numbers.filter((number) => !Number.isNaN(number)).toSorted((one, other) => one - other);
}

/** The topic stands in the environment of watch, whatever it is called. */
async function readWatch(lambda: LambdaClient, config: Config, asking: Asking): Promise<Answers['deployed']> {
  const FunctionName = functionNameOf(config.name, 'watch');
  return asking.ask('lambda:GetFunctionConfiguration', async () => {
    const answer = await unlessMissing(() =>
      lambda.send(new GetFunctionConfigurationCommand({ FunctionName })),
    );
    return answer === null ? 'no' : { topicArn: answer.Environment?.Variables?.TOPIC_ARN ?? '' };
  });
}

async function readSubscriptions(
  sns: SNSClient,
  topicArn: string,
  asking: Asking,
): Promise<Answer<readonly SubscriptionAnswer[]>> {
  return asking.ask('sns:ListSubscriptionsByTopic', async () => {
    const found: SubscriptionAnswer[] = [];
    for await (const page of paginateListSubscriptionsByTopic({ client: sns }, { TopicArn: topicArn })) {
      for (const { Endpoint, SubscriptionArn } of page.Subscriptions ?? []) {
        // Until it is confirmed, the words `PendingConfirmation` stand in place of an ARN.
        found.push({ endpoint: Endpoint ?? '', confirmed: SubscriptionArn?.startsWith('arn:') ?? false });
      }
    }
    return found;
  });
}

async function unlessMissing<T>(call: () => Promise<T>): Promise<T | null> {
  try {
    return await call();
  } catch (error) {
    if (awsErrorName(error) === 'ResourceNotFoundException') return null;
    throw error;
  }
}
