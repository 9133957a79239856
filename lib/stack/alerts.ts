import { Stack } from 'aws-cdk-lib';
import { PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import { type ITopic, type ITopicSubscription, Topic } from 'aws-cdk-lib/aws-sns';
import { EmailSubscription, SmsSubscription, UrlSubscription } from 'aws-cdk-lib/aws-sns-subscriptions';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import type { Config } from '../core/config/config.ts';
import { protocolOf } from '../core/config/subscriber.ts';
import { prefixOf } from './names.ts';

export interface AlertsProps {
  readonly config: Pick<Config, 'name' | 'subscribers' | 'topicArn' | 'topicKeyArn'>;
  /** Encrypts a topic that is made here. */
  readonly key: IKey;
  /** Where an alert goes that could not be delivered to a subscriber. */
  readonly deadLetters: IQueue;
}

/** The topic of the alerts: one of the stack's own, or an existing one, which is left as it is. */
export class Alerts extends Construct {
  readonly topic: ITopic;
  /** The key that a publisher needs; undefined where the topic has none. */
  readonly keyArn: string | undefined;

  constructor(scope: Construct, id: string, props: AlertsProps) {
    super(scope, id);
    const { topicArn, topicKeyArn } = props.config;
    const isOurs = topicArn === undefined;
    this.topic = isOurs ? this.#make(props) : Topic.fromTopicArn(this, 'Topic', topicArn);
    this.keyArn = isOurs ? props.key.keyArn : topicKeyArn;
  }

  /** An e-mail address confirms by the link in its first mail, an https URL by itself. */
  #make({ config, key, deadLetters }: AlertsProps): Topic {
    const topic = new Topic(this, 'Topic', {
      topicName: `${prefixOf(config.name)}-alerts`,
      displayName: `keepalambda ${config.name}`,
      masterKey: key,
      enforceSSL: true,
    });
    // With a policy of its own, the topic loses the default one, which let the account's alarms in.
    topic.addToResourcePolicy(
      new PolicyStatement({
        sid: 'Alarms',
        principals: [new ServicePrincipal('cloudwatch.amazonaws.com')],
        actions: ['sns:Publish'],
        resources: [topic.topicArn],
        conditions: { StringEquals: { 'aws:SourceAccount': Stack.of(this).account } },
      }),
    );
    for (const subscriber of config.subscribers ?? [])
      topic.addSubscription(subscriptionOf(subscriber, deadLetters));
    return topic;
  }
}

function subscriptionOf(subscriber: string, deadLetterQueue: IQueue): ITopicSubscription {
  const protocol = protocolOf(subscriber);
  switch (protocol) {
    case 'email':
      return new EmailSubscription(subscriber, { deadLetterQueue });
    case 'sms':
      // The CDK takes no queue for these.
      return new SmsSubscription(subscriber);
    case 'https':
      return new UrlSubscription(subscriber, { deadLetterQueue });
    case null:
      throw new Error(`got the subscriber ${subscriber}; the configuration must have refused it`);
  }
}
