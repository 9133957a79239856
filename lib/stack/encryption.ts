import { RemovalPolicy, Stack } from 'aws-cdk-lib';
import { PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Key } from 'aws-cdk-lib/aws-kms';
import { Construct } from 'constructs';
import { prefixOf } from './names.ts';
import { domainSuffixOf } from './regions.ts';

export interface EncryptionProps {
  readonly environment: string;
}

/**
 * The environment's own key, for alerts and logs. The table does not use it: a lease that depends on a key
 * which somebody can disable would be a new way to lose both masters.
 */
export class Encryption extends Construct {
  readonly key: Key;

  constructor(scope: Construct, id: string, props: EncryptionProps) {
    super(scope, id);
    const prefix = prefixOf(props.environment);
    const { partition, region, account } = Stack.of(this);
    this.key = new Key(this, 'Key', {
      alias: prefix,
      description: `${prefix}: alerts and logs`,
      enableKeyRotation: true,
      removalPolicy: RemovalPolicy.DESTROY,
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
    // An alarm publishes to the encrypted topic in the name of CloudWatch. Whose alarms may, the topic's policy
    // says; here is only what AWS documents to work, because a dead man's switch that fails is silent.
    this.key.addToResourcePolicy(
      new PolicyStatement({
        sid: 'AlarmsToTheTopic',
        principals: [new ServicePrincipal('cloudwatch.amazonaws.com')],
        actions: ['kms:Decrypt', 'kms:GenerateDataKey*'],
        resources: ['*'],
      }),
    );
  }
}
