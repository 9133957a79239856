/** Faults of sense in what an environment asks of its account. */
import type { ConfigFault } from '../fault.ts';
import type { Config } from './config.ts';

type Topics = Partial<
  Pick<
    Config,
    | 'topicArn'
    | 'topicKeyArn'
    | 'deadManTopicArn'
    | 'escalationTopicArn'
    | 'escalationKeyArn'
    | 'region'
    | 'name'
    | 'account'
  >
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
    ...fitFaults(
      environment,
      'escalationTopicArn',
      'a topic that is not of this stack: it is for people whom that one has not reached',
    ),
    ...sameTopicFaults(environment, 'deadManTopicArn'),
    ...sameTopicFaults(environment, 'escalationTopicArn'),
    ...keyFaults(environment, 'topicKeyArn', 'topicArn'),
    ...keyFaults(environment, 'escalationKeyArn', 'escalationTopicArn'),
  ];
}

function audienceFaults({ topicArn, subscribers }: Topics): ConfigFault[] {
  if (topicArn === undefined) {
    if (subscribers !== undefined) return [];
    const remedy = 'give subscribers at least one subscriber, or an existing topic as topicArn';
    return [{ path: 'subscribers', got: 'nothing', want: 'at least one subscriber', remedy }];
  }
  if (subscribers === undefined) return [];
  const want = 'either topicArn or subscribers: to a topic of yours, the stack subscribes nobody';
  const remedy = 'subscribe them to that topic yourself, and leave subscribers out';
  return [{ path: 'subscribers', got: 'subscribers beside topicArn', want, remedy }];
}

/** An alarm, and a function, publish only to a topic of their own region. */
function fitFaults(
  { region, name, account, ...topics }: Topics,
  path: 'topicArn' | 'deadManTopicArn' | 'escalationTopicArn',
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

function sameTopicFaults(
  { topicArn, ...topics }: Topics,
  path: 'deadManTopicArn' | 'escalationTopicArn',
): ConfigFault[] {
  if (topicArn === undefined || topics[path] !== topicArn) return [];
  const want = 'another topic than that of the alerts: it is for the time when that one reaches nobody';
  return [{ path, got: 'the same as topicArn', want, remedy: 'give another topic, or leave it out' }];
}

function keyFaults(
  environment: Topics,
  path: 'topicKeyArn' | 'escalationKeyArn',
  topic: 'topicArn' | 'escalationTopicArn',
): ConfigFault[] {
  if (environment[path] === undefined || environment[topic] !== undefined) return [];
  const remedy = `leave it out, or name the topic as ${topic}`;
  return [{ path, got: `a key without ${topic}`, want: `the key of the topic ${topic}`, remedy }];
}
