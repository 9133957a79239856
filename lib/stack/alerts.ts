import { Stack } from 'aws-cdk-lib';
import { PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import { type ITopicSubscription, Topic } from 'aws-cdk-lib/aws-sns';
import { EmailSubscription, SmsSubscription, UrlSubscription } from 'aws-cdk-lib/aws-sns-subscriptions';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import { protocolOf } from '../core/subscriber.ts';
import { prefixOf } from './names.ts';

export interface AlertsProps {
  readonly environment: string;
  readonly subscribers: readonly string[];
  readonly key: IKey;
  /** Where an alert goes that could not be delivered to a subscriber. */
  readonly deadLetters: IQueue;
}

/** The topic of the alerts. An e-mail address confirms by the link in its first mail, an https URL by itself. */
export class Alerts extends Construct {
  readonly topic: Topic;

  constructor(scope: Construct, id: string, props: AlertsProps) {
    super(scope, id);
    this.topic = new Topic(this, 'Topic', {
      topicName: `${prefixOf(props.environment)}-alerts`,
      displayName: `keepalambda ${props.environment}`,
      masterKey: props.key,
      enforceSSL: true,
    });
    // With a policy of its own, the topic loses the default one, which let the account's alarms in.
    this.topic.addToResourcePolicy(
      new PolicyStatement({
        sid: 'Alarms',
        principals: [new ServicePrincipal('cloudwatch.amazonaws.com')],
        actions: ['sns:Publish'],
        resources: [this.topic.topicArn],
        conditions: { StringEquals: { 'aws:SourceAccount': Stack.of(this).account } },
      }),
    );
    for (const subscriber of props.subscribers) {
      this.topic.addSubscription(subscriptionOf(subscriber, props.deadLetters));
    }
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
