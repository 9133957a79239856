/** Faults of sense in what an environment asks of its account. */
import type { Config } from './config.ts';
import type { ConfigFault } from './fault.ts';

/** An alarm publishes only to a topic of its own region. */
export function secondTopicFaults({
  deadManTopicArn: arn,
  region,
  name,
  account,
}: Partial<Pick<Config, 'deadManTopicArn' | 'region' | 'name' | 'account'>>): ConfigFault[] {
  const path = 'deadManTopicArn';
  const [, , , topicRegion, topicAccount, topic] = arn?.split(':') ?? [];
  if (topicRegion !== undefined && region !== undefined && topicRegion !== region) {
    const remedy = `make a topic in ${region} that passes it on, and give its ARN`;
    return [
      { path, got: `a topic in ${topicRegion}`, want: `a topic in ${region}, as the alarms are`, remedy },
    ];
  }
  const isOurs =
    topic === `keepalambda-${name}-alerts` && (account === undefined || account === topicAccount);
  if (!isOurs) return [];
  const want = 'a topic that is not of this stack: it is for the time when that one reaches nobody';
  return [
    { path, got: `${topic}, the topic of this stack`, want, remedy: 'give another topic, or leave it out' },
  ];
}
