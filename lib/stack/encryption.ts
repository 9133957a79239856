import { RemovalPolicy, Stack } from 'aws-cdk-lib';
import { PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Key } from 'aws-cdk-lib/aws-kms';
import { Construct } from 'constructs';
import type { Config } from '../core/config/config.ts';
import { prefixOf } from './names.ts';
import { domainSuffixOf } from './regions.ts';

export interface EncryptionProps {
  readonly config: Config;
}

/**
 * The environment's own key, for alerts and logs. The table does not use it, unless `customerKey` says so: a lease that
 * depends on a key which somebody can disable would be a new way to lose both masters.
 */
export class Encryption extends Construct {
  readonly key: Key;

  constructor(scope: Construct, id: string, props: EncryptionProps) {
    super(scope, id);
    const { customerKey, keepTable, name, topicArn } = props.config;
    const prefix = prefixOf(name);
    const { partition, region, account } = Stack.of(this);
    this.key = new Key(this, 'Key', {
      alias: prefix,
      description: `${prefix}: ${topicArn === undefined ? 'alerts and logs' : 'logs'}${customerKey ? ', table, queue and variables' : ''}`,
      enableKeyRotation: true,
      // A table that is kept cannot be read without its key.
      removalPolicy: customerKey && keepTable ? RemovalPolicy.RETAIN : RemovalPolicy.DESTROY,
    });
    this.key.addToResourcePolicy(
      new PolicyStatement({
        sid: 'LogsOfOurFunctions',
        principals: [new ServicePrincipal(`logs.${region}.${domainSuffixOf(region)}`)],
        actions: ['kms:Encrypt', 'kms:Decrypt', 'kms:ReEncrypt*', 'kms:GenerateDataKey*', 'kms:Describe*'],
        resources: ['*'],
        conditions: {
          ArnLike: {
            'kms:EncryptionContext:aws:logs:arn': `arn:${partition}:logs:${region}:${account}:log-group:/aws/lambda/${prefix}-*`,
          },
        },
      }),
    );
    if (customerKey) this.#letDeadLettersIn(account);
    if (topicArn === undefined) this.#letAlarmsPublish();
  }

  /**
   * An alarm publishes to the encrypted topic in the name of CloudWatch. Whose alarms may, the topic's policy says; here
   * is only what AWS documents to work, because a dead man's switch that fails is silent.
   */
  #letAlarmsPublish(): void {
    this.key.addToResourcePolicy(
      new PolicyStatement({
        sid: 'AlarmsToTheTopic',
        principals: [new ServicePrincipal('cloudwatch.amazonaws.com')],
        actions: ['kms:Decrypt', 'kms:GenerateDataKey*'],
        resources: ['*'],
      }),
    );
  }

  /** The services that leave something in the queue by themselves, not under a role of ours. */
  #letDeadLettersIn(account: string): void {
    this.key.addToResourcePolicy(
      new PolicyStatement({
        sid: 'DeadLetters',
        principals: ['sns', 'events'].map((service) => new ServicePrincipal(`${service}.amazonaws.com`)),
        actions: ['kms:Decrypt', 'kms:GenerateDataKey*'],
        resources: ['*'],
        conditions: { StringEquals: { 'aws:SourceAccount': account } },
      }),
    );
  }
}
