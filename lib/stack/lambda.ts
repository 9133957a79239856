import { Duration, RemovalPolicy, Stack, Tokenization, Validations } from 'aws-cdk-lib';
import { type IManagedPolicy, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import { LogGroup, type RetentionDays } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import { allow, notByCode, type Policies, policy } from './statements.ts';

/**
 * A version that an update replaces stays: what was started before it still runs, and a rollback goes back to it. A version that a
 * failed update made goes with it, or the next try would find it there and fail.
 */
export const versionsStay = { removalPolicy: RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE } as const;

export interface LambdaProps {
  readonly functionName: string;
  readonly description: string;
  /** Directory with `index.mjs`. */
  readonly code: string;
  /** @default 'index.handler' */
  readonly handler?: string;
  readonly timeoutSeconds: number;
  readonly memoryMb: number;
  /** How many invocations can always run at once, and at most. @default none: it shares the account's pool */
  readonly reservedConcurrency?: number | undefined;
  readonly logRetentionDays: number;
  readonly logKey: IKey;
  readonly rolePath: string;
  /** The profile that must have signed the code. @default nothing */
  readonly codeSigningConfigArn: string | undefined;
  /** The key that encrypts the variables. @default AWS's own */
  readonly variablesKey: IKey | undefined;
  readonly variables: Readonly<Record<string, string>>;
  /** @default false */
  readonly tracing?: boolean;
  /** With `managedPolicies`, the whole of what the function may do; nothing is added to it. */
  readonly policies: (logGroupArn: string) => Policies;
  /** @default none */
  readonly managedPolicies?: readonly IManagedPolicy[];
  /** Each resource with a `*`, and why: for cdk-nag, and for people who read the template. */
  readonly wildcards: readonly (readonly [resource: string, reason: string])[];
  /** VPC and layers. @default none */
  readonly options?: Pick<
    lambda.FunctionProps,
    'vpc' | 'vpcSubnets' | 'securityGroups' | 'layers' | 'currentVersionOptions'
  >;
}

/** A function of ours with its log group and its role. */
export class Lambda extends Construct {
  readonly function: lambda.Function;
  readonly role: Role;

  constructor(scope: Construct, id: string, props: LambdaProps) {
    super(scope, id);
    const logGroupName = `/aws/lambda/${props.functionName}`;
    const logGroup = new LogGroup(this, 'Log', {
      logGroupName,
      retention: props.logRetentionDays as RetentionDays,
      encryptionKey: props.logKey,
      removalPolicy: RemovalPolicy.DESTROY,
    });
    // Spelled out, not taken from the resource, so that the policy can be read.
    const logGroupArn = `${logArn(this, logGroupName)}:*`;
    this.role = new Role(this, 'Role', {
      assumedBy: new ServicePrincipal('lambda.amazonaws.com'),
      description: props.description,
      path: props.rolePath,
      inlinePolicies: { ...props.policies(logGroupArn), ...variablePolicies(props.variablesKey) },
      managedPolicies: [...(props.managedPolicies ?? [])],
    });
    const streams =
      'The streams of the one log group: Lambda makes a new one for each instance of the function.';
    Validations.of(this.role).acknowledge(
      ...[[logGroupArn, streams] as const, ...props.wildcards].map(([resource, reason]) => ({
        id: `AwsSolutions-IAM5[Resource::${readable(resource)}]`,
        reason,
      })),
    );
    this.function = new lambda.Function(this, 'Function', {
      ...props.options,
      functionName: props.functionName,
      description: props.description,
      runtime: lambda.Runtime.NODEJS_24_X,
      architecture: lambda.Architecture.ARM_64,
      handler: props.handler ?? 'index.handler',
      code: lambda.Code.fromAsset(props.code),
      timeout: Duration.seconds(props.timeoutSeconds),
      memorySize: props.memoryMb,
      ...(props.reservedConcurrency === undefined
        ? {}
        : { reservedConcurrentExecutions: props.reservedConcurrency }),
      environment: { ...props.variables },
      ...(props.variablesKey ? { environmentEncryption: props.variablesKey } : {}),
      ...this.#signing(props),
      logGroup,
      // The CDK would add statements of its own for tracing, queues and so on.
      role: this.role.withoutPolicyUpdates(),
      tracing: props.tracing ? lambda.Tracing.ACTIVE : lambda.Tracing.DISABLED,
    });
  }

  #signing({ codeSigningConfigArn: arn }: LambdaProps): Pick<lambda.FunctionProps, 'codeSigningConfig'> {
    if (arn === undefined) return {};
    return { codeSigningConfig: lambda.CodeSigningConfig.fromCodeSigningConfigArn(this, 'Signing', arn) };
  }
}

/** Lambda itself decrypts the variables under the function's role; the function's code does not use the key. */
function variablePolicies(key: IKey | undefined): Policies {
  if (!key) return {};
  return { variables: policy(...allow('ServiceReadsVariables', ['kms:Decrypt'], [key.keyArn], notByCode)) };
}

/** An ARN as cdk-nag writes it when the account is only known at deployment. */
function readable(arn: string): string {
  return Tokenization.reverseString(arn)
    .mapTokens({ mapToken: () => '<AWS::AccountId>' })
    .join(joinText) as string;
}

const joinText = { join: (left: unknown, right: unknown) => `${left}${right}` };

function logArn(scope: Construct, logGroupName: string): string {
  const { partition, region, account } = Stack.of(scope);
  return `arn:${partition}:logs:${region}:${account}:log-group:${logGroupName}`;
}
