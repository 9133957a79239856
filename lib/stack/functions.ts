import { Duration, Stack } from 'aws-cdk-lib';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import type {
  Function as Deployed,
  IFunction,
  ILayerVersion,
  IVersion,
  VersionOptions,
} from 'aws-cdk-lib/aws-lambda';
import { SqsDestination } from 'aws-cdk-lib/aws-lambda-destinations';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import type { Config } from '../core/config/config.ts';
import type { HostDocument } from '../core/hosts/host-document.ts';
import { OPERATE_LIFE_MS, WATCH_GRACE_MS, WATCH_MS } from '../core/time-budget.ts';
import type { Bundles } from './bundle.ts';
import { Configuration, configFile } from './configuration.ts';
import { Lambda, type LambdaProps, versionsStay } from './lambda.ts';
import { functionNameOf, idOf } from './names.ts';
import { Network } from './network.ts';
import { PairPolicies } from './pair-permissions.ts';
import { actorPolicies, probeVersionsArns, type Reach, readerPolicies, workPolicies } from './permissions.ts';
import { Probes } from './probes.ts';
import { sizePropsOf } from './sizes.ts';
import { variablesOf } from './variables.ts';

export interface FunctionsProps {
  readonly config: Config;
  readonly bundles: Bundles;
  readonly key: IKey;
  readonly deadLetters: IQueue;
  readonly tableName: string;
  readonly documents: Readonly<Partial<Record<HostDocument, string>>>;
  readonly reach: Reach;
}

/**
 * watch, operate and read; outside the VPC unless `insideVpc` says so: a fault in the VPC cannot cut them off from the
 * EC2 API, and they need no NAT. The probes are inside.
 */
export class Functions extends Construct {
  readonly watch: IFunction;
  /**
   * watch as it is to be started: the version of this deployment. Lambda changes the code of a function before its variables and its
   * layer, so what is started by name alone may get half of an update.
   */
  readonly watchVersion: IVersion;
  readonly operate: IFunction;
  /** operate's code, with no right to change anything: for those who may only look. */
  readonly read: IFunction;
  readonly probes: readonly IFunction[];

  constructor(scope: Construct, id: string, props: FunctionsProps) {
    super(scope, id);
    const { config, bundles, key } = props;
    const network = new Network(this, 'Network', { config });
    const probes = new Probes(this, 'Probes', { config, code: bundles.probe.directory, network, key });
    const { layer } = new Configuration(this, 'Configuration', { config });
    const parts = { ...props, layer, network, probeVersions: probes.versions };
    const stack = Stack.of(this);
    const acting = {
      policies: (logGroupArn: string) => actorPolicies(stack, config, props.reach, logGroupArn),
      managedPolicies: new PairPolicies(this, 'PairsToActOn', { config, powers: 'act' }).all,
    };
    this.probes = probes.functions;
    const watch = this.#make(parts, 'watch', {
      ...acting,
      description: `keepalambda ${config.name}: decides and acts`,
      code: bundles.watch.directory,
      // It ends by itself after two minutes; the rest is for a plan that it is in the middle of.
      timeoutSeconds: (WATCH_MS + WATCH_GRACE_MS) / 1000,
      currentVersionOptions: {
        ...versionsStay,
        // A start that comes late or twice is of no use: the next minute brings another.
        retryAttempts: 0,
        maxEventAge: Duration.seconds(60),
        onFailure: new SqsDestination(props.deadLetters),
      },
    });
    this.watch = watch;
    this.watchVersion = watch.currentVersion as IVersion;
    const working = new PairPolicies(this, 'PairsToWorkOn', { config, powers: 'work' }).all;
    this.operate = this.#make(parts, 'operate', {
      policies: (logGroupArn) => ({ ...acting.policies(logGroupArn), ...workPolicies(props.reach) }),
      managedPolicies: [...acting.managedPolicies, ...working],
      description: `keepalambda ${config.name}: orders of operators`,
      code: bundles.operate.directory,
      timeoutSeconds: OPERATE_LIFE_MS / 1000,
    });
    this.read = this.#make(parts, 'read', {
      policies: (logGroupArn) => readerPolicies(stack, config, props.reach, logGroupArn),
      managedPolicies: new PairPolicies(this, 'PairsToRead', { config, powers: 'read' }).all,
      description: `keepalambda ${config.name}: answers questions, changes nothing`,
      code: bundles.operate.directory,
      handler: 'index.read',
      timeoutSeconds: OPERATE_LIFE_MS / 1000,
    });
  }

  #make(
    props: FunctionsProps & {
      readonly layer: ILayerVersion;
      readonly network: Network;
      readonly probeVersions: Probes['versions'];
    },
    name: 'watch' | 'operate' | 'read',
    own: Pick<
      LambdaProps,
      'description' | 'code' | 'handler' | 'timeoutSeconds' | 'policies' | 'managedPolicies'
    > & { readonly currentVersionOptions?: VersionOptions },
  ): Deployed {
    const { config, reach } = props;
    const { currentVersionOptions, ...rest } = own;
    const stack = Stack.of(this);
    return new Lambda(this, idOf(name), {
      ...rest,
      functionName: functionNameOf(config.name, name),
      ...sizePropsOf(config, name),
      logRetentionDays: config.logRetentionDays,
      logKey: props.key,
      tracing: config.tracing,
      rolePath: config.rolePath,
      codeSigningConfigArn: config.codeSigningConfigArn,
      variablesKey: config.customerKey ? props.key : undefined,
      wildcards: [
        [
          '*',
          'Describe calls, GetCommandInvocation and X-Ray take no resource; Lambda alone connects it to a VPC.',
        ],
        ...probeVersionsArns(stack, config).map(
          (arn) => [arn, 'All versions of one probe: a deployment makes a new one.'] as const,
        ),
      ],
      variables: {
        ...variablesOf(config),
        KEEPALAMBDA_CONFIG_FILE: configFile,
        TABLE_NAME: props.tableName,
        TOPIC_ARN: reach.topicArn,
        ACCOUNT_ID: stack.account,
        PROBE_FUNCTIONS: stack.toJsonString(props.probeVersions),
        DOCUMENTS: JSON.stringify(props.documents),
      },
      options: {
        layers: [props.layer],
        ...props.network.placeOfActors,
        ...(currentVersionOptions ? { currentVersionOptions } : {}),
      },
    }).function;
  }
}
