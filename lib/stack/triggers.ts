import { Duration, Stack } from 'aws-cdk-lib';
import { Rule } from 'aws-cdk-lib/aws-events';
import { LambdaFunction } from 'aws-cdk-lib/aws-events-targets';
import { PolicyDocument, PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import { CfnSchedule } from 'aws-cdk-lib/aws-scheduler';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import type { Config } from '../core/config/config.ts';
import { prefixOf } from './names.ts';
import { allow } from './statements.ts';

export interface TriggersProps {
  readonly config: Config;
  readonly watch: IFunction;
  readonly deadLetters: IQueue;
}

/** An event that is older than this brings nothing new: watch has looked since. Seconds. */
const EVENT_AGE_SECONDS = 60;

/** How many instance ids fit into the pattern of a rule (`limits.eventPattern`). */
const IDS_MAX = 80;

/** The instances of all nodes, as many together as one rule takes. */
function instancesOf(config: Config): readonly (readonly string[])[] {
  const ids = [...new Set(config.pairs.flatMap((pair) => pair.nodes.map((node) => node.instanceId)))];
  const rules = Math.ceil(ids.length / IDS_MAX);
  return Array.from({ length: rules }, (_, index) => ids.slice(index * IDS_MAX, (index + 1) * IDS_MAX));
}

/** What starts watch: the clock, and events that make the leader look at once. */
export class Triggers extends Construct {
  constructor(scope: Construct, id: string, props: TriggersProps) {
    super(scope, id);
    this.#everyMinute(props);
    instancesOf(props.config).forEach((ids, index) => {
      this.#onEvent(
        props,
        `InstanceState${index === 0 ? '' : index + 1}`,
        'An instance of a node changes its state',
        {
          source: ['aws.ec2'],
          detailType: ['EC2 Instance State-change Notification'],
          detail: { 'instance-id': [...ids] },
        },
      );
    });
    // Not filtered by instance: an event about a whole zone names none, and comes as one of volumes, of the network, or of many
    // services.
    this.#onEvent(props, 'Health', 'AWS reports on the health of what a node depends on', {
      source: ['aws.health'],
      detailType: ['AWS Health Event'],
      detail: { service: ['EC2', 'EBS', 'VPC', 'MULTIPLE_SERVICES'] },
    });
  }

  /** Every minute, while watch runs for two: so one is always alive, mostly two, and one takes over from the other. */
  #everyMinute({ config, watch, deadLetters }: TriggersProps): void {
    const { partition, region, account } = Stack.of(this);
    const role = new Role(this, 'ScheduleRole', {
      path: config.rolePath,
      assumedBy: new ServicePrincipal('scheduler.amazonaws.com', {
        conditions: {
          StringEquals: {
            'aws:SourceAccount': account,
            'aws:SourceArn': `arn:${partition}:scheduler:${region}:${account}:schedule-group/default`,
          },
        },
      }),
      inlinePolicies: {
        start: new PolicyDocument({
          statements: [
            new PolicyStatement({
              sid: 'StartWatch',
              actions: ['lambda:InvokeFunction'],
              resources: [watch.functionArn],
            }),
            new PolicyStatement({
              sid: 'LeaveDeadLetters',
              actions: ['sqs:SendMessage'],
              resources: [deadLetters.queueArn],
            }),
            ...allow(
              'EncryptDeadLetters',
              ['kms:Decrypt', 'kms:GenerateDataKey'],
              deadLetters.encryptionMasterKey ? [deadLetters.encryptionMasterKey.keyArn] : [],
            ),
          ],
        }),
      },
    });
    new CfnSchedule(this, 'Schedule', {
      name: `${prefixOf(config.name)}-watch`,
      description: 'Starts watch',
      scheduleExpression: 'rate(1 minute)',
      flexibleTimeWindow: { mode: 'OFF' },
      target: {
        arn: watch.functionArn,
        roleArn: role.roleArn,
        input: JSON.stringify({ source: 'schedule' }),
        // A second delivery is harmless, because of the lease; a lost one leaves up to a minute without a watch.
        retryPolicy: { maximumRetryAttempts: 3, maximumEventAgeInSeconds: EVENT_AGE_SECONDS },
        deadLetterConfig: { arn: deadLetters.queueArn },
      },
    });
  }

  #onEvent(
    { watch, deadLetters }: TriggersProps,
    id: string,
    description: string,
    eventPattern: { source: string[]; detailType: string[]; detail: Record<string, string[]> },
  ): void {
    new Rule(this, id, {
      description,
      eventPattern,
      targets: [
        new LambdaFunction(watch, {
          retryAttempts: 0,
          maxEventAge: Duration.seconds(EVENT_AGE_SECONDS),
          deadLetterQueue: deadLetters,
        }),
      ],
    });
  }
}
