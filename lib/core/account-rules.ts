/** Faults of sense in what an environment asks of its account. */
import type { Config } from './config.ts';
import type { ConfigFault } from './fault.ts';

type Topics = Partial<
  Pick<Config, 'topicArn' | 'topicKeyArn' | 'deadManTopicArn' | 'region' | 'name' | 'account'>
> & { readonly subscribers?: readonly unknown[] | undefined };

/** Whom the alerts go to: people whom the stack subscribes, or a topic that exists; and the topics fit the stack. */
export function topicFaults(environment: Topics): ConfigFault[] {
  return [
    ...audienceFaults(environment),
    ...fitFaults(environment, 'topicArn', 'a topic that is there already: the stack takes its own away now'),
    ...fitFaults(
      environment,
      'deadManTopicArn',
      'a topic that is not of this stack: it is for the time when that one reaches nobody',
    ),
    ...sameTopicFaults(environment),
  ];
}

function audienceFaults({ topicArn, topicKeyArn, subscribers }: Topics): ConfigFault[] {
  if (topicArn === undefined) {
    const remedy = 'give subscribers at least one subscriber, or an existing topic as topicArn';
    return [
      ...(subscribers === undefined
        ? [{ path: 'subscribers', got: 'nothing', want: 'at least one subscriber', remedy }]
        : []),
      ...(topicKeyArn === undefined
        ? []
        : [
            {
              ...{
                path: 'topicKeyArn',
                got: 'a key without topicArn',
                want: 'the key of the topic topicArn',
              },
              remedy: 'leave it out: the topic that the stack makes has a key of its own',
            },
          ]),
    ];
  }
  if (subscribers === undefined) return [];
  const want = 'either topicArn or subscribers: to a topic of yours, the stack subscribes nobody';
  const remedy = 'subscribe them to that topic yourself, and leave subscribers out';
  return [{ path: 'subscribers', got: 'subscribers beside topicArn', want, remedy }];
}

/** An alarm, and a function, publish only to a topic of their own region. */
function fitFaults(
  { region, name, account, ...topics }: Topics,
  path: 'topicArn' | 'deadManTopicArn',
  notOurs: string,
): ConfigFault[] {
  const [, , , topicRegion, topicAccount, topic] = topics[path]?.split(':') ?? [];
  if (topicRegion !== undefined && region !== undefined && topicRegion !== region) {
    const remedy = `make a topic in ${region} that passes it on, and give its ARN`;
    return [
      { path, got: `a topic in ${topicRegion}`, want: `a topic in ${region}, as the alarms are`, remedy },
    ];
  }
  const isOurs =
    topic === `keepalambda-${name}-alerts` && (account === undefined || account === topicAccount);
  if (!isOurs) return [];
  const got = `${topic}, the topic of this stack`;
  return [{ path, got, want: notOurs, remedy: 'give another topic, or leave it out' }];
}

function sameTopicFaults({ topicArn, deadManTopicArn }: Topics): ConfigFault[] {
  if (deadManTopicArn === undefined || deadManTopicArn !== topicArn) return [];
  const want = 'another topic than that of the alerts: it is for the time when that one reaches nobody';
  return [
    {
      path: 'deadManTopicArn',
      got: 'the same as topicArn',
      want,
      remedy: 'give another topic, or leave it out',
    },
  ];
}
