/** What is deployed, whether it has room, and whether anybody hears of it. */
import type { Config } from '../config/config.ts';
import type { Answers, SubscriptionAnswer } from './answers.ts';
import { awsCommand, type Rule } from './rule.ts';

/** What AWS keeps of an account's concurrency for functions without a reservation. */
const LEAST_UNRESERVED = 100;
/** The limit that AWS gives an account by default, and that it raises a new account's to on request. */
const DEFAULT_CONCURRENCY = 1000;

/** So many versions of a function are no burden yet, and so many are kept of them. */
const MANY_VERSIONS = 50;
const KEPT_VERSIONS = 10;

interface Topic {
  readonly arn: string;
  readonly subscriptions: readonly SubscriptionAnswer[];
}

/** Null before the deployment, and where AWS did not answer. */
function topicOf({ deployed, subscriptions }: Answers): Topic | null {
  if (deployed === null || deployed === 'no' || subscriptions === null) return null;
  return { arn: deployed.topicArn, subscriptions };
}

function confirmAgain(config: Config, topic: Topic, endpoint: string): string {
  const words = `sns subscribe --topic-arn ${topic.arn} --protocol email --notification-endpoint ${endpoint}`;
  return `open the link in the e-mail from AWS, or have it sent again: ${awsCommand(config, words)}`;
}

export const stackRules: readonly Rule[] = [
  {
    id: 'over-limit',
    severity: 'danger',
    why: 'IAM, EventBridge, Lambda, CloudWatch or CloudFormation refuses it, so the deployment fails',
    differences: (config, { overLimits }) =>
      overLimits.map(({ got, want, remedy }) => ({ subject: config.name, got, want, fix: remedy })),
  },
  {
    id: 'concurrency-too-small',
    severity: 'danger',
    why: `AWS keeps ${LEAST_UNRESERVED} invocations of an account unreserved, so the deployment fails`,
    differences: (config, { concurrency }) => {
      if (concurrency === null) return [];
      const { limit, unreserved, reservedByOurs, neededByOurs } = concurrency;
      const room = Math.max(0, unreserved + reservedByOurs - LEAST_UNRESERVED);
      if (room >= neededByOurs) return [];
      const wanted = Math.max(DEFAULT_CONCURRENCY, limit + neededByOurs - room);
      const words = `service-quotas request-service-quota-increase --service-code lambda --quota-code L-B99A9384 --desired-value ${wanted}`;
      return [
        {
          subject: config.name,
          got: `room to reserve ${room} invocations, by the limit of ${limit}`,
          want: `room for ${neededByOurs}`,
          fix: `${awsCommand(config, words)}; until then, set reservedConcurrency: false`,
        },
      ];
    },
  },
  {
    id: 'nobody-alerted',
    severity: 'danger',
    why: 'SNS accepts alerts that nobody gets: nothing fails, and nobody hears of a failover',
    differences: (config, answers) => {
      const topic = topicOf(answers);
      if (topic === null || topic.subscriptions.some(({ confirmed }) => confirmed)) return [];
      return [
        {
          subject: 'the topic',
          got: 'no confirmed subscription',
          want: 'at least one',
          fix: confirmAgain(config, topic, config.subscribers?.[0] ?? 'ADDRESS'),
        },
      ];
    },
  },
  {
    id: 'subscriber-unconfirmed',
    severity: 'warning',
    why: 'this subscriber gets no alert: SNS drops what is not confirmed, and mail scanners may end a subscription',
    differences: (config, answers) => {
      const topic = topicOf(answers);
      if (topic === null) return [];
      return (config.subscribers ?? []).flatMap((endpoint) => {
        const own = topic.subscriptions.filter((one) => one.endpoint === endpoint);
        if (own.some(({ confirmed }) => confirmed)) return [];
        return [
          {
            subject: endpoint,
            got: own.length > 0 ? 'a subscription that waits to be confirmed' : 'no subscription',
            want: 'a confirmed subscription',
            fix: confirmAgain(config, topic, endpoint),
          },
        ];
      });
    },
  },
  {
    id: 'old-versions',
    severity: 'hint',
    why: 'each update leaves a version behind, and the code of all functions of an account has 75 GB',
    differences: (config, { versions }) =>
      (versions ?? []).flatMap(({ functionName, numbers }) => {
        if (numbers.length <= MANY_VERSIONS) return [];
        const last = numbers.at(-KEPT_VERSIONS - 1);
        const words = `lambda delete-function --function-name ${functionName} --qualifier $number`;
        return [
          {
            subject: functionName,
            got: `${numbers.length} versions`,
            want: `at most ${MANY_VERSIONS}; the last ${KEPT_VERSIONS} are enough for a rollback`,
            fix: `for number in $(seq ${numbers[0]} ${last}); do ${awsCommand(config, words)}; done`,
          },
        ];
      }),
  },
  {
    id: 'not-deployed',
    severity: 'hint',
    why: 'nothing watches the pair yet; subscriptions and the settings of the servers are checked after the deployment',
    differences: (config, { deployed }) =>
      deployed === 'no'
        ? [
            {
              subject: config.name,
              got: `no function keepalambda-${config.name}-watch`,
              want: 'a deployed stack',
              fix: `npx cdk deploy ${config.name}`,
            },
          ]
        : [],
  },
];
