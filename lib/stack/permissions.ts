/**
 * What the functions may do, as policies that a person can read: one per outside system, each statement with
 * a name. IAM cannot say which address may be assigned; that only the VIP is, the code sees to.
 */
import { ArnFormat, type Stack } from 'aws-cdk-lib';
import { Effect, PolicyDocument, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { Config, Pair } from '../core/config.ts';
import { functionNameOf } from './names.ts';

type Policies = Readonly<Record<string, PolicyDocument>>;

/** The ARNs of what the environment has. */
export interface Reach {
  readonly tableArn: string;
  readonly topicArn: string;
  readonly topicKeyArn: string;
  readonly documentArns: readonly string[];
  readonly deadLettersArn: string;
}

/** The policies of watch and operate: the same, because an operator's order is carried out by the same core. */
export function actorPolicies(stack: Stack, config: Config, reach: Reach, logGroupArn: string): Policies {
  return {
    logs: policy(logStatement(logGroupArn)),
    vip: policy(...vipStatements(stack, config)),
    ...(actedOn(config).length > 0 ? { hosts: policy(...hostStatements(stack, config, reach)) } : {}),
    credentials: policy(...credentialStatements(stack, config)),
    store: policy(
      allow(
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
    ),
    alerts: policy(
      allow('TellPeople', ['sns:Publish'], [reach.topicArn]),
      allow('EncryptAlerts', ['kms:Decrypt', 'kms:GenerateDataKey'], [reach.topicKeyArn]),
      allow('LeaveDeadLetters', ['sqs:SendMessage'], [reach.deadLettersArn]),
    ),
    probes: policy(
      allow(
        'AskProbes',
        ['lambda:InvokeFunction'],
        config.vantages.map((vantage) => functionArn(stack, functionNameOf(config.name, 'probe', vantage))),
      ),
    ),
    ...fencingPolicies(stack, config),
    ...(config.tracing
      ? { traces: policy(allow('Trace', ['xray:PutTraceSegments', 'xray:PutTelemetryRecords'], ['*'])) }
      : {}),
  };
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
    logs: policy(logStatement(logGroupArn)),
    network: policy(
      allow('ServiceConnectsToVpc', interfaceActions, ['*']),
      new PolicyStatement({
        sid: 'CodeMayNot',
        effect: Effect.DENY,
        actions: interfaceActions,
        resources: ['*'],
        conditions: { ArnEquals: { 'lambda:SourceFunctionArn': functionArn(stack, functionName) } },
      }),
    ),
  };
}

/** Of a pair that is only observed, nothing may be changed. */
function actedOn({ pairs }: Config): readonly Pair[] {
  return pairs.filter(({ mode }) => mode === 'act');
}

function vipStatements(stack: Stack, config: Config): PolicyStatement[] {
  const enis = actedOn(config).flatMap((pair) => eniArns(stack, pair));
  return [
    ...(enis.length > 0 ? [allow('MoveVip', ['ec2:AssignPrivateIpAddresses'], unique(enis))] : []),
    // None of these takes a resource.
    allow(
      'FindVip',
      ['ec2:DescribeNetworkInterfaces', 'ec2:DescribeInstances', 'ec2:DescribeInstanceTypes'],
      ['*'],
    ),
  ];
}

function hostStatements(stack: Stack, config: Config, reach: Reach): PolicyStatement[] {
  const instances = actedOn(config).flatMap((pair) => instanceArns(stack, pair));
  return [
    allow('RunOurDocuments', ['ssm:SendCommand'], [...reach.documentArns, ...unique(instances)]),
    // Takes no resource.
    allow('SeeHowItWent', ['ssm:GetCommandInvocation'], ['*']),
  ];
}

const secretsPrefix = '/aws/reference/secretsmanager/';

function credentialStatements(stack: Stack, config: Config): PolicyStatement[] {
  const names = unique(config.pairs.map((pair) => pair.credentials));
  const authorities = config.pairs.flatMap((pair) => pair.tlsAuthority ?? []);
  const parameters = unique([...names, ...authorities]).map((name) =>
    stack.formatArn({ service: 'ssm', resource: 'parameter', resourceName: name.slice(1) }),
  );
  // Secrets Manager ends the name of every secret with a hyphen and six characters of its own.
  const secrets = names
    .filter((name) => name.startsWith(secretsPrefix))
    .map((name) => name.slice(secretsPrefix.length))
    .map((name) => colonArn(stack, 'secretsmanager', 'secret', `${name}-??????`));
  const keys = unique(config.pairs.flatMap((pair) => pair.credentialsKey ?? []));
  return [
    allow('ReadCredentials', ['ssm:GetParameter'], parameters),
    ...(secrets.length > 0 ? [allow('ReadSecrets', ['secretsmanager:GetSecretValue'], secrets)] : []),
    ...(keys.length > 0
      ? [
          new PolicyStatement({
            sid: 'DecryptCredentials',
            actions: ['kms:Decrypt'],
            resources: keys,
            conditions: {
              StringEquals: {
                'kms:ViaService': ['ssm', 'secretsmanager'].map(
                  (service) => `${service}.${stack.region}.amazonaws.com`,
                ),
              },
            },
          }),
        ]
      : []),
  ];
}

/** Powers that only a pair's `fencing` brings in. */
function fencingPolicies(stack: Stack, config: Config): Policies {
  const isolated = actedOn(config).filter((pair) => pair.fencing === 'isolate');
  const stopped = actedOn(config).filter((pair) => pair.fencing === 'stop-instance');
  const groups = isolated.flatMap((pair) => [
    ...(pair.quarantineGroup ? [pair.quarantineGroup] : []),
    ...pair.nodeGroups,
  ]);
  const groupArns = unique(groups).map((group) => ec2Arn(stack, 'security-group', group));
  const interfaces = isolated.flatMap((pair) => [...eniArns(stack, pair), ...instanceArns(stack, pair)]);
  const instances = stopped.flatMap((pair) => instanceArns(stack, pair));
  return {
    ...(isolated.length > 0
      ? {
          isolate: policy(
            allow(
              'SwapGroups',
              ['ec2:ModifyNetworkInterfaceAttribute'],
              [...unique(interfaces), ...groupArns],
            ),
          ),
        }
      : {}),
    ...(stopped.length > 0
      ? { stopInstance: policy(allow('StopOldHolder', ['ec2:StopInstances'], unique(instances))) }
      : {}),
  };
}

function logStatement(logGroupArn: string): PolicyStatement {
  return allow('WriteLog', ['logs:CreateLogStream', 'logs:PutLogEvents'], [logGroupArn]);
}

function allow(sid: string, actions: readonly string[], resources: readonly string[]): PolicyStatement {
  return new PolicyStatement({ sid, actions: [...actions], resources: [...resources] });
}

function policy(...statements: PolicyStatement[]): PolicyDocument {
  return new PolicyDocument({ statements });
}

function eniArns(stack: Stack, pair: Pair): string[] {
  return pair.nodes.map((node) => ec2Arn(stack, 'network-interface', node.eniId));
}

function instanceArns(stack: Stack, pair: Pair): string[] {
  return pair.nodes.map((node) => ec2Arn(stack, 'instance', node.instanceId));
}

function ec2Arn(stack: Stack, resource: string, resourceName: string): string {
  return stack.formatArn({ service: 'ec2', resource, resourceName });
}

function functionArn(stack: Stack, name: string): string {
  return colonArn(stack, 'lambda', 'function', name);
}

function colonArn(stack: Stack, service: string, resource: string, resourceName: string): string {
  return stack.formatArn({ service, resource, resourceName, arnFormat: ArnFormat.COLON_RESOURCE_NAME });
}

function unique(values: readonly string[]): string[] {
  return [...new Set(values)];
}
