/** What the stack has beside its functions: the store, alerts, alarms, and what cdk-nag says of all. */
import { Validations } from 'aws-cdk-lib';
import { Match, type Template } from 'aws-cdk-lib/assertions';
import { AwsSolutionsChecks } from 'cdk-nag';
import { beforeAll, describe, expect, it, test } from 'vitest';
import { large, small } from '../core/environments.ts';
import { appOf, templateOf } from './templates.ts';

let one: Template;
let three: Template;
beforeAll(async () => {
  one = await templateOf(small);
  three = await templateOf(large);
});
describe('store and alerts', () => {
  it('keeps the table in production, with recovery to any point in time', () => {
    one.hasResource('AWS::DynamoDB::Table', {
      DeletionPolicy: 'Retain',
      Properties: {
        TableName: Match.absent(),
        BillingMode: 'PAY_PER_REQUEST',
        DeletionProtectionEnabled: true,
        SSESpecification: { SSEEnabled: true },
        TimeToLiveSpecification: { AttributeName: 'expiresAt', Enabled: true },
        PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true },
        KeySchema: [
          { AttributeName: 'pk', KeyType: 'HASH' },
          { AttributeName: 'sk', KeyType: 'RANGE' },
        ],
      },
    });
  });

  it('lets it go where the environment says so', () => {
    three.hasResource('AWS::DynamoDB::Table', {
      DeletionPolicy: 'Delete',
      Properties: { DeletionProtectionEnabled: false },
    });
  });

  it('tells every subscriber by an encrypted topic', () => {
    three.resourceCountIs('AWS::SNS::Topic', 1);
    three.hasResourceProperties('AWS::SNS::Topic', { KmsMasterKeyId: Match.anyValue() });
    const protocols = ['email', 'sms', 'https'];
    for (const [index, Endpoint] of (large.subscribers ?? []).entries()) {
      three.hasResourceProperties('AWS::SNS::Subscription', {
        Protocol: protocols[index],
        Endpoint,
        ...(protocols[index] === 'sms' ? {} : { RedrivePolicy: Match.anyValue() }),
      });
    }
  });

  it('lets alarms publish, which the topic’s own policy would else forbid', () => {
    one.hasResourceProperties('AWS::SNS::TopicPolicy', {
      PolicyDocument: {
        Statement: Match.arrayWith([
          Match.objectLike({
            Action: 'sns:Publish',
            Effect: 'Allow',
            Principal: { Service: 'cloudwatch.amazonaws.com' },
          }),
        ]),
      },
    });
  });
});
describe('alarms', () => {
  it('has a dead man’s switch: two of three minutes without a heartbeat; silent before the first one', () => {
    one.hasResourceProperties('AWS::CloudWatch::Alarm', {
      AlarmName: 'keepalambda-small-watch-dead',
      // CloudWatch leaves missing points out while others are in its range: they are made zeros first.
      Metrics: Match.arrayWith([
        Match.objectLike({ Expression: 'FILL(beats, 0)', ReturnData: true }),
        Match.objectLike({
          Id: 'beats',
          MetricStat: Match.objectLike({
            Metric: Match.objectLike({ Namespace: 'keepalambda', MetricName: 'Heartbeat' }),
            Period: 60,
            Stat: 'SampleCount',
          }),
          ReturnData: false,
        }),
      ]),
      TreatMissingData: 'ignore',
      ComparisonOperator: 'LessThanThreshold',
      Threshold: 1,
      EvaluationPeriods: 3,
      DatapointsToAlarm: 2,
      AlarmActions: [Match.anyValue()],
    });
  });

  test.each([
    'watch-errors',
    'probe-blind',
    'publish-failures',
    'tick-failures',
    'dead-letters',
    'standby-unfit',
  ])('%s tells the topic, both ways, and is silent without data', (name) => {
    three.hasResourceProperties('AWS::CloudWatch::Alarm', {
      AlarmName: `keepalambda-large-${name}`,
      TreatMissingData: 'notBreaching',
      AlarmActions: [Match.anyValue()],
      OKActions: [Match.anyValue()],
    });
  });

  it('says each hour whether nobody has confirmed a subscription; silent before the first answer of SNS', () => {
    one.hasResourceProperties('AWS::CloudWatch::Alarm', {
      AlarmName: 'keepalambda-small-nobody-alerted',
      MetricName: 'SubscriptionsConfirmed',
      Statistic: 'Minimum',
      Period: 3600,
      TreatMissingData: 'ignore',
      ComparisonOperator: 'LessThanThreshold',
      Threshold: 1,
      EvaluationPeriods: 1,
      DatapointsToAlarm: 1,
    });
  });

  it('alerts each new dead letter, whether or not somebody has emptied the queue', () => {
    one.hasResourceProperties('AWS::CloudWatch::Alarm', {
      AlarmName: 'keepalambda-small-dead-letters',
      MetricName: 'NumberOfMessagesSent',
      Statistic: 'Sum',
      EvaluationPeriods: 1,
      Threshold: 1,
    });
  });

  it('has one for the standbys of all pairs, or one for each where each pair has its series', async () => {
    const unfit = { MetricName: 'StandbyUnfit' };
    three.resourcePropertiesCountIs('AWS::CloudWatch::Alarm', unfit, 1);
    const byPair = await templateOf({ ...large, metrics: 'pair' });
    byPair.resourcePropertiesCountIs('AWS::CloudWatch::Alarm', unfit, large.pairs.length);
  });

  it('shows each pair on the dashboard', async () => {
    const template = await templateOf({ ...large, metrics: 'pair', dashboard: true });
    const [board] = Object.values(template.findResources('AWS::CloudWatch::Dashboard'));
    const body = JSON.stringify(board?.Properties.DashboardBody);
    for (const pair of large.pairs) {
      for (const what of ['holder', 'lag', 'outages']) expect(body).toContain(`${pair.name}: ${what}`);
    }
  });
});
it('has nothing that cdk-nag (AwsSolutions) objects to, but for what is accepted with a reason', async () => {
  const { account: _, ...unknownAccount } = { ...small, name: 'anywhere' };
  const app = await appOf(small, { ...large, metrics: 'pair', dashboard: true }, unknownAccount);
  const checks = new AwsSolutionsChecks(app);
  Validations.of(app).addPlugins(checks);
  app.synth();
  expect(checks.validateScope(app).violations).toEqual([]);
  const accepted = app.node
    .findAll()
    .flatMap((construct) => construct.node.metadata)
    .filter((entry) => entry.type === Validations.ACKNOWLEDGED_RULES_METADATA_KEY)
    .flatMap((entry) => Object.entries(entry.data as Record<string, string>));
  expect(accepted.length).toBeGreaterThan(0);
  for (const [rule, reason] of accepted) expect(reason, rule).toMatch(/\w+ \w+/);
});
it('gives two environments of an account no name in common', () => {
  const named = (template: Template) =>
    Object.values(template.toJSON().Resources as Record<string, { Properties?: Record<string, unknown> }>)
      .flatMap(({ Properties = {} }) =>
        ['FunctionName', 'TopicName', 'AlarmName', 'DashboardName', 'LogGroupName', 'LayerName', 'Name'].map(
          (key) => Properties[key],
        ),
      )
      .filter((name) => typeof name === 'string');
  expect(named(one).length).toBeGreaterThan(10);
  expect(named(one).filter((name) => named(three).includes(name))).toEqual([]);
  for (const name of named(three)) expect(name.replace('/aws/lambda/', '')).toMatch(/^keepalambda-large-?/);
});
