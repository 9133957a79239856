import { Stack } from 'aws-cdk-lib';
import { PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { EmailSubscription } from 'aws-cdk-lib/aws-sns-subscriptions';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import { prefixOf } from './names.ts';

export interface AlertsProps {
  readonly environment: string;
  readonly subscribers: readonly string[];
  readonly key: IKey;
  /** Where an alert goes that could not be delivered to a subscriber. */
  readonly deadLetters: IQueue;
}

/** The topic that tells people. Each subscriber confirms by a link in the first e-mail. */
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
    for (const address of props.subscribers) {
      this.topic.addSubscription(new EmailSubscription(address, { deadLetterQueue: props.deadLetters }));
    }
  }
}
