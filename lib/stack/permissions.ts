/**
 * What the functions may do, as policies that a person can read: one per outside system, each statement with
 * a name. IAM cannot say which address may be assigned: the code assigns the VIP alone (`lib/aws/ec2/vip-guard.ts`).
 */
import type { Stack } from 'aws-cdk-lib';
import { Effect, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { Config } from '../core/config/config.ts';
import { EVENT_SOURCE } from '../core/text/alert-form.ts';
import { functionNameOf } from './names.ts';
import { viaServices } from './regions.ts';
import { allow, functionArn, notByCode, type Policies, policy, slashArn, versionsArn } from './statements.ts';

/** The ARNs of what the environment has. */
export interface Reach {
  readonly tableArn: string;
  /** The key of the table; undefined for AWS's own. */
  readonly tableKeyArn: string | undefined;
  readonly topicArn: string;
  /** The key that encrypts the topic; undefined for none. */
  readonly topicKeyArn: string | undefined;
  readonly documentArns: readonly string[];
  /** Those that operate alone runs: work that a person ordered. */
  readonly workDocumentArns: readonly string[];
  readonly deadLettersArn: string;
}

/**
 * The policies of watch and operate, beside those of the pairs (`pair-permissions.ts`): the same, because an operator's
 * order is carried out by the same core.
 */
export function actorPolicies(stack: Stack, config: Config, reach: Reach, logGroupArn: string): Policies {
  return {
    ...lookPolicies(stack, config, logGroupArn),
    ...(reach.documentArns.length > 0 ? { hosts: hostPolicy(reach.documentArns) } : {}),
    store: policy(
      ...allow(
        'LeaseMemoryHistory',
        [
          'dynamodb:GetItem',
          'dynamodb:PutItem',
          'dynamodb:UpdateItem',
          'dynamodb:DeleteItem',
          'dynamodb:Query',
          'dynamodb:BatchWriteItem',
        ],
        [reach.tableArn],
      ),
      ...tableKey(stack, reach, [
        'kms:Decrypt',
        'kms:DescribeKey',
        'kms:Encrypt',
        'kms:GenerateDataKey',
        'kms:ReEncryptFrom',
        'kms:ReEncryptTo',
      ]),
    ),
    alerts: policy(
      ...allow('TellPeople', ['sns:Publish', 'sns:GetTopicAttributes'], [reach.topicArn]),
      ...allow('Escalate', ['sns:Publish'], given(config.escalationTopicArn)),
      ...allow(
        'EncryptAlerts',
        ['kms:Decrypt', 'kms:GenerateDataKey'],
        [...given(reach.topicKeyArn), ...given(config.escalationKeyArn)],
      ),
      ...allow('LeaveDeadLetters', ['sqs:SendMessage'], [reach.deadLettersArn]),
      ...allow('PutEvents', ['events:PutEvents'], busArns(stack, config), {
        StringEquals: { 'events:source': EVENT_SOURCE },
      }),
    ),
  };
}

/** What operate may beside that: to run the documents of work that a person ordered. */
export function workPolicies({ documentArns, workDocumentArns }: Reach): Policies {
  const arns = [...documentArns, ...workDocumentArns];
  return workDocumentArns.length > 0 ? { hosts: hostPolicy(arns) } : {};
}

function given(arn: string | undefined): readonly string[] {
  return arn === undefined ? [] : [arn];
}

/** The bus of the alerts; none where they are no events. */
function busArns(stack: Stack, { eventBus }: Config): readonly string[] {
  if (eventBus === 'none') return [];
  return [eventBus.startsWith('arn:') ? eventBus : slashArn(stack, 'events', 'event-bus', eventBus)];
}

/** The policies of read, beside those of the pairs: it looks, and can change nothing of AWS. */
export function readerPolicies(stack: Stack, config: Config, reach: Reach, logGroupArn: string): Policies {
  return {
    ...lookPolicies(stack, config, logGroupArn),
    store: policy(
      ...allow('ReadMemoryHistory', ['dynamodb:GetItem', 'dynamodb:Query'], [reach.tableArn]),
      ...tableKey(stack, reach, ['kms:Decrypt', 'kms:DescribeKey']),
    ),
    alerts: policy(...allow('SeeWhoGetsAlerts', ['sns:GetTopicAttributes'], [reach.topicArn])),
  };
}

/** DynamoDB uses a customer key in the caller's name. */
function tableKey(stack: Stack, { tableKeyArn }: Reach, actions: readonly string[]): PolicyStatement[] {
  return allow('UseTableKey', actions, tableKeyArn === undefined ? [] : [tableKeyArn], {
    StringEquals: { 'kms:ViaService': viaServices(stack.region, ['dynamodb']) },
  });
}

/** What looking at the pairs takes. */
function lookPolicies(stack: Stack, config: Config, logGroupArn: string): Policies {
  return {
    logs: logPolicy(logGroupArn),
    vip: policy(
      // None of these takes a resource.
      ...allow(
        'FindVip',
        ['ec2:DescribeNetworkInterfaces', 'ec2:DescribeInstances', 'ec2:DescribeInstanceTypes'],
        ['*'],
      ),
    ),
    probes: policy(...allow('AskProbes', ['lambda:InvokeFunction'], probeArns(stack, config))),
    ...(config.tracing
      ? { traces: policy(...allow('Trace', ['xray:PutTraceSegments', 'xray:PutTelemetryRecords'], ['*'])) }
      : {}),
    ...(config.insideVpc
      ? { network: policy(...allow('ServiceConnectsToVpc', interfaceActions, ['*'], notByCode)) }
      : {}),
  };
}

/**
 * All versions: a watch that runs on while a deployment replaces it asks those that it knows, and the function itself where a rollback
 * has deleted its version.
 */
function probeArns(stack: Stack, config: Config): readonly string[] {
  const names = config.vantages.map((vantage) => functionNameOf(config.name, 'probe', vantage));
  return [...names.map((name) => functionArn(stack, name)), ...probeVersionsArns(stack, config)];
}

/** Every version of each probe. */
export function probeVersionsArns(stack: Stack, config: Config): readonly string[] {
  return config.vantages.map((vantage) => versionsArn(stack, functionNameOf(config.name, 'probe', vantage)));
}

function hostPolicy(documentArns: readonly string[]) {
  return policy(
    ...allow('RunOurDocuments', ['ssm:SendCommand'], documentArns),
    // Takes no resource.
    ...allow('SeeHowItWent', ['ssm:GetCommandInvocation'], ['*']),
  );
}

const interfaceActions = [
  'ec2:CreateNetworkInterface',
  'ec2:DeleteNetworkInterface',
  'ec2:DescribeNetworkInterfaces',
  'ec2:DescribeSubnets',
  'ec2:AssignPrivateIpAddresses',
  'ec2:UnassignPrivateIpAddresses',
];

/**
 * The policies of a probe: its logs, and what the Lambda service needs, under the function's role, to connect
 * it to the VPC. The same actions are denied to the function's own code: `lambda:SourceFunctionArn` is set on
 * the calls that the code makes, not on those of the service.
 */
export function probePolicies(stack: Stack, functionName: string, logGroupArn: string): Policies {
  return {
    logs: logPolicy(logGroupArn),
    network: policy(
      ...allow('ServiceConnectsToVpc', interfaceActions, ['*']),
      new PolicyStatement({
        sid: 'CodeMayNot',
        effect: Effect.DENY,
        actions: interfaceActions,
        resources: ['*'],
        conditions: {
          ArnLike: {
            'lambda:SourceFunctionArn': [functionArn(stack, functionName), versionsArn(stack, functionName)],
          },
        },
      }),
    ),
  };
}

function logPolicy(logGroupArn: string) {
  return policy(...allow('WriteLog', ['logs:CreateLogStream', 'logs:PutLogEvents'], [logGroupArn]));
}
