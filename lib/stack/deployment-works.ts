/**
 * What CloudFormation does to each type of resource that a stack of ours has: the permissions of its handlers (the schemas of
 * its registry name them), without those for properties that we never set.
 */
import type { Config } from '../core/config/config.ts';

export type Condition = Readonly<Record<string, Readonly<Record<string, string | readonly string[]>>>>;

/** What the deployment does to resources of one type: on which, and under which condition. */
export interface Work {
  readonly actions: string;
  readonly on: (arn: Arn) => readonly string[];
  readonly condition?: (config: Config) => Condition | undefined;
}

/**
 * An ARN in the account. In its resource, NAME stands for the name of the stack, and STACK for as much of it as CloudFormation
 * leaves in the names that it makes.
 */
export type Arn = (service: string, resource: string, where?: 'regional' | 'global') => string;

const everything = () => ['*'];
const roles = (arn: Arn) => [arn('iam', 'role/*STACK*', 'global')];
const policies = (arn: Arn) => [arn('iam', 'policy/*STACK*', 'global')];
const functions = (arn: Arn) => [arn('lambda', 'function:NAME-*')];
const topics = (arn: Arn) => [arn('sns', 'NAME-*')];
const queues = (arn: Arn) => [arn('sqs', 'STACK*')];
const code = (arn: Arn) => [arn('s3', 'cdk-*-assets-*/*')];

/** A role that is given what it may do needs the boundary, where there is one: without it, the deployment could give itself anything. */
const boundary = ({ permissionsBoundary }: Config): Condition | undefined =>
  permissionsBoundary ? { StringEquals: { 'iam:PermissionsBoundary': permissionsBoundary } } : undefined;
const ownKey = ({ name }: Config): Condition | undefined => ({
  StringEquals: { 'aws:ResourceTag/keepalambda': name },
});
const newKey = ({ name }: Config): Condition | undefined => ({
  StringEquals: { 'aws:RequestTag/keepalambda': name },
});
const passed = (): Condition | undefined => ({
  StringEquals: { 'iam:PassedToService': ['lambda.amazonaws.com', 'scheduler.amazonaws.com'] },
});

const passRole: Work = { actions: 'iam:PassRole', on: roles, condition: passed };
const readCode: Work = { actions: 's3:GetObject s3:GetObjectVersion', on: code };
const keys = (arn: Arn) => [arn('kms', 'key/*')];

/** What works on each type. A type that is not here is refused: the template has grown, and this table has not. */
export const works: Readonly<Record<string, readonly Work[]>> = {
  'AWS::CloudWatch::Alarm': [
    {
      actions: 'cloudwatch:PutMetricAlarm DeleteAlarms TagResource UntagResource ListTagsForResource',
      on: (arn) => [arn('cloudwatch', 'alarm:NAME-*')],
    },
    { actions: 'cloudwatch:DescribeAlarms', on: everything },
  ],
  'AWS::CloudWatch::Dashboard': [
    {
      actions:
        'cloudwatch:PutDashboard GetDashboard DeleteDashboards TagResource UntagResource ListTagsForResource',
      on: (arn) => [arn('cloudwatch', 'dashboard/NAME', 'global')],
    },
  ],
  'AWS::DynamoDB::Table': [
    {
      actions:
        'dynamodb:CreateTable DeleteTable UpdateTable Describe* UpdateTimeToLive UpdateContinuousBackups ListTagsOfResource TagResource UntagResource GetResourcePolicy',
      on: (arn) => [arn('dynamodb', 'table/STACK*')],
    },
  ],
  'AWS::Events::Rule': [
    {
      actions:
        'events:PutRule DeleteRule DescribeRule PutTargets RemoveTargets ListTargetsByRule TagResource UntagResource ListTagsForResource',
      on: (arn) => [arn('events', 'rule/STACK*')],
    },
  ],
  'AWS::IAM::ManagedPolicy': [
    {
      actions:
        'iam:CreatePolicy CreatePolicyVersion DeletePolicy DeletePolicyVersion Get* List* TagPolicy UntagPolicy',
      on: policies,
    },
  ],
  'AWS::IAM::Role': [
    {
      actions:
        'iam:CreateRole PutRolePolicy AttachRolePolicy DetachRolePolicy DeleteRolePolicy PutRolePermissionsBoundary',
      on: roles,
      condition: boundary,
    },
    {
      actions:
        'iam:DeleteRole UpdateRole UpdateRoleDescription UpdateAssumeRolePolicy Get* List* TagRole UntagRole',
      on: roles,
    },
  ],
  'AWS::KMS::Alias': [
    {
      actions: 'kms:CreateAlias UpdateAlias DeleteAlias',
      on: (arn) => [arn('kms', 'alias/NAME')],
    },
    { actions: 'kms:CreateAlias UpdateAlias DeleteAlias', on: keys, condition: ownKey },
    { actions: 'kms:ListAliases', on: everything },
  ],
  'AWS::KMS::Key': [
    { actions: 'kms:CreateKey TagResource', on: everything, condition: newKey },
    {
      actions:
        'kms:DescribeKey Get* PutKeyPolicy EnableKey* DisableKey* UpdateKeyDescription ListResourceTags UntagResource ScheduleKeyDeletion',
      on: keys,
      condition: ownKey,
    },
    // Lambda, DynamoDB and the rest use the key on behalf of the user who deploys.
    { actions: 'kms:CreateGrant Decrypt Encrypt GenerateDataKey', on: keys, condition: ownKey },
  ],
  'AWS::Lambda::EventInvokeConfig': [
    {
      actions: 'lambda:PutFunction* UpdateFunction* DeleteFunction* Get*',
      on: functions,
    },
  ],
  'AWS::Lambda::Function': [
    {
      actions:
        'lambda:CreateFunction DeleteFunction* UpdateFunction* PutFunction* Get* List* PutRuntimeManagementConfig PublishVersion TagResource UntagResource',
      on: functions,
    },
    { actions: 'lambda:GetCodeSigningConfig', on: (arn) => [arn('lambda', 'code-signing-config:*')] },
    {
      actions: 'ec2:DescribeSecurityGroups DescribeSubnets DescribeVpcs DescribeNetworkInterfaces',
      on: everything,
    },
    readCode,
    passRole,
  ],
  'AWS::Lambda::LayerVersion': [
    {
      actions: 'lambda:PublishLayerVersion GetLayerVersion DeleteLayerVersion',
      on: (arn) => [arn('lambda', 'layer:NAME-*')],
    },
    readCode,
  ],
  'AWS::Lambda::Permission': [{ actions: 'lambda:AddPermission RemovePermission Get*', on: functions }],
  'AWS::Lambda::Version': [
    {
      actions: 'lambda:PublishVersion DeleteFunction* PutRuntimeManagementConfig Get* List*',
      on: functions,
    },
  ],
  'AWS::Logs::LogGroup': [
    {
      actions:
        'logs:CreateLogGroup DeleteLogGroup PutRetentionPolicy DeleteRetentionPolicy AssociateKmsKey DisassociateKmsKey GetDataProtectionPolicy TagResource UntagResource ListTagsForResource',
      on: (arn) => [arn('logs', 'log-group:/aws/lambda/NAME-*')],
    },
    { actions: 'logs:DescribeLogGroups', on: everything },
  ],
  'AWS::SNS::Subscription': [
    { actions: 'sns:Subscribe', on: topics },
    // None of these takes a resource.
    { actions: 'sns:GetSubscriptionAttributes SetSubscriptionAttributes Unsubscribe', on: everything },
  ],
  'AWS::SNS::Topic': [
    {
      actions: 'sns:CreateTopic DeleteTopic SetTopicAttributes Get* List* TagResource UntagResource',
      on: topics,
    },
  ],
  'AWS::SNS::TopicPolicy': [{ actions: 'sns:Get* SetTopicAttributes', on: topics }],
  'AWS::SQS::Queue': [
    {
      actions: 'sqs:CreateQueue DeleteQueue GetQueue* SetQueueAttributes ListQueueTags TagQueue UntagQueue',
      on: queues,
    },
  ],
  'AWS::SQS::QueuePolicy': [{ actions: 'sqs:GetQueue* SetQueueAttributes', on: queues }],
  'AWS::SSM::Document': [
    {
      actions:
        'ssm:CreateDocument DeleteDocument GetDocument DescribeDocument UpdateDocument* AddTagsToResource RemoveTagsFromResource ListTagsForResource',
      on: (arn) => [arn('ssm', 'document/NAME-*')],
    },
  ],
  'AWS::Scheduler::Schedule': [
    {
      actions: 'scheduler:CreateSchedule GetSchedule UpdateSchedule DeleteSchedule',
      on: (arn) => [arn('scheduler', 'schedule/default/NAME-*')],
    },
    passRole,
  ],
};
