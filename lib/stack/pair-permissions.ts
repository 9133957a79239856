/**
 * What may be done to the things of each pair. In a policy each of them stands once, with all that may be done to it:
 * ARNs are long, and IAM counts their characters (docs/adr/0011-managed-policies-by-pairs.md).
 */
import { Stack } from 'aws-cdk-lib';
import { ManagedPolicy, PolicyDocument, type PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { Construct } from 'constructs';
import type { Config, Pair } from '../core/config/config.ts';
import { secretIdOf } from '../core/config/secret-parameter.ts';
import { replicationParameterOf } from '../core/setup/accounts.ts';
import { isActedOn, runsDocuments } from './host-documents.ts';
import { limits, policySize } from './limits.ts';
import { viaServices } from './regions.ts';
import { allow, colonArn, slashArn } from './statements.ts';

/** `act`: look and change. `read`: only look. `work`: what work on hosts takes beside `act`. */
export type Powers = 'act' | 'read' | 'work';

export interface PairPoliciesProps {
  readonly config: Config;
  readonly powers: Powers;
}

/**
 * Managed policies, each for as many pairs as fit. A pair that is added at the end of the list changes the last one
 * alone.
 */
export class PairPolicies extends Construct {
  readonly all: readonly ManagedPolicy[];

  constructor(scope: Construct, id: string, { config, powers }: PairPoliciesProps) {
    super(scope, id);
    const stack = Stack.of(this);
    const pairs = powers === 'work' ? config.pairs.filter(({ hostWork }) => hostWork) : config.pairs;
    this.all = shardsOf(stack, pairs, powers).map(
      (pairs, index) =>
        new ManagedPolicy(this, `Policy${index + 1}`, {
          path: config.rolePath,
          description: `keepalambda ${config.name}, ${powers}: ${pairs.length} pairs from ${pairs[0]?.name} on`,
          statements: pairStatements(stack, pairs, powers),
        }),
    );
  }
}

function shardsOf(stack: Stack, pairs: readonly Pair[], powers: Powers): readonly (readonly Pair[])[] {
  const fits = (shard: readonly Pair[]) => {
    const document = new PolicyDocument({ statements: pairStatements(stack, shard, powers) });
    return policySize(stack.resolve(document)) <= limits.managedPolicy.most;
  };
  const shards: Pair[][] = [];
  for (const pair of pairs) {
    const last = shards.at(-1);
    if (last && fits([...last, pair])) last.push(pair);
    else shards.push([pair]);
  }
  return shards;
}

function pairStatements(stack: Stack, pairs: readonly Pair[], powers: Powers): PolicyStatement[] {
  if (powers === 'work') return workStatements(stack, pairs);
  const credentials = credentialStatements(stack, pairs);
  return powers === 'read' ? credentials : [...changeStatements(stack, pairs), ...credentials];
}

type Action =
  | 'ec2:AssignPrivateIpAddresses'
  | 'ec2:ModifyNetworkInterfaceAttribute'
  | 'ec2:StopInstances'
  | 'ssm:SendCommand';

/** What each action is for, in the names of the statements. */
const purposes: Readonly<Record<Action, string>> = {
  'ec2:AssignPrivateIpAddresses': 'MoveVip',
  'ec2:ModifyNetworkInterfaceAttribute': 'SwapGroups',
  'ec2:StopInstances': 'Stop',
  'ssm:SendCommand': 'RunDocuments',
};

/** Nothing of a pair that is only observed may be changed. */
function changeStatements(stack: Stack, pairs: readonly Pair[]): PolicyStatement[] {
  const acted = pairs.filter(isActedOn);
  const isolated = acted.filter(({ fencing }) => fencing === 'isolate');
  const groups = isolated.flatMap((pair) => [pair.quarantineGroup ?? [], pair.nodeGroups].flat());
  return [
    ...byActions('Interfaces', acted, interfaceActions, (pair) =>
      pair.nodes.map(({ eniId }) => slashArn(stack, 'ec2', 'network-interface', eniId)),
    ),
    ...byActions('Instances', acted, instanceActions, (pair) =>
      pair.nodes.map(({ instanceId }) => slashArn(stack, 'ec2', 'instance', instanceId)),
    ),
    ...allow(
      'SwapGroupsAmongThese',
      ['ec2:ModifyNetworkInterfaceAttribute'],
      groups.map((group) => slashArn(stack, 'ec2', 'security-group', group)),
    ),
  ];
}

/** Work on hosts, also of a pair that is only observed: run our documents, and put the VIP on a node. */
function workStatements(stack: Stack, pairs: readonly Pair[]): PolicyStatement[] {
  const nodes = pairs.flatMap((pair) => pair.nodes);
  return [
    ...allow(
      'WorkOnInstances',
      ['ssm:SendCommand'],
      nodes.map(({ instanceId }) => slashArn(stack, 'ec2', 'instance', instanceId)),
    ),
    ...allow(
      'AttachVip',
      ['ec2:AssignPrivateIpAddresses'],
      nodes.map(({ eniId }) => slashArn(stack, 'ec2', 'network-interface', eniId)),
    ),
    ...accountStatements(stack, pairs),
  ];
}

/** The passwords that setup makes. A secret of Secrets Manager is made by hand. */
function accountStatements(stack: Stack, pairs: readonly Pair[]): PolicyStatement[] {
  const own = pairs.filter(({ credentials }) => secretIdOf(credentials) === null);
  const arnOf = (name: string) => slashArn(stack, 'ssm', 'parameter', name.slice(1));
  return [
    ...allow('ReadReplication', ['ssm:GetParameter'], pairs.map(replicationParameterOf).map(arnOf)),
    ...allow(
      'WriteCredentials',
      ['ssm:PutParameter'],
      own.flatMap((pair) => [pair.credentials, replicationParameterOf(pair)]).map(arnOf),
    ),
    ...allow(
      'EncryptCredentials',
      ['kms:Encrypt'],
      own.flatMap((pair) => pair.credentialsKey ?? []),
      { StringEquals: { 'kms:ViaService': viaServices(stack.region, ['ssm']) } },
    ),
  ];
}

function interfaceActions({ fencing }: Pair): readonly Action[] {
  return [
    'ec2:AssignPrivateIpAddresses',
    ...(fencing === 'isolate' ? (['ec2:ModifyNetworkInterfaceAttribute'] as const) : []),
  ];
}

function instanceActions(pair: Pair): readonly Action[] {
  return [
    ...(runsDocuments(pair) ? (['ssm:SendCommand'] as const) : []),
    // EC2 asks for the instance too that the interface is attached to.
    ...(pair.fencing === 'isolate' ? (['ec2:ModifyNetworkInterfaceAttribute'] as const) : []),
    ...(pair.fencing === 'stop-instance' ? (['ec2:StopInstances'] as const) : []),
  ];
}

/** A statement for each set of actions, on the things of the pairs that need just these. */
function byActions(
  things: string,
  pairs: readonly Pair[],
  actionsOf: (pair: Pair) => readonly Action[],
  arnsOf: (pair: Pair) => readonly string[],
): PolicyStatement[] {
  const named = (pair: Pair) =>
    `${actionsOf(pair)
      .map((action) => purposes[action])
      .join('And')}`;
  return Object.entries(Object.groupBy(pairs, named)).flatMap(([purpose, alike = []]) => {
    const [first] = alike;
    const actions = first ? actionsOf(first) : [];
    return actions.length > 0 ? allow(`${purpose}On${things}`, actions, alike.flatMap(arnsOf)) : [];
  });
}

function credentialStatements(stack: Stack, pairs: readonly Pair[]): PolicyStatement[] {
  const names = pairs.map((pair) => pair.credentials);
  const authorities = pairs.flatMap((pair) => pair.tlsAuthority ?? []);
  const secrets = names.flatMap((name) => secretIdOf(name) ?? []);
  return [
    ...allow(
      'ReadCredentials',
      ['ssm:GetParameter'],
      [...names, ...authorities].map((name) => slashArn(stack, 'ssm', 'parameter', name.slice(1))),
    ),
    ...allow(
      'ReadSecrets',
      ['secretsmanager:GetSecretValue'],
      // Secrets Manager ends the name of every secret with a hyphen and six characters of its own.
      secrets.map((name) => colonArn(stack, 'secretsmanager', 'secret', `${name}-??????`)),
    ),
    ...allow(
      'DecryptCredentials',
      ['kms:Decrypt'],
      pairs.flatMap((pair) => pair.credentialsKey ?? []),
      { StringEquals: { 'kms:ViaService': viaServices(stack.region, ['ssm', 'secretsmanager']) } },
    ),
  ];
}
