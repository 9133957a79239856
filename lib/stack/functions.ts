import { Duration, Stack } from 'aws-cdk-lib';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import type { ILayerVersion } from 'aws-cdk-lib/aws-lambda';
import { SqsDestination } from 'aws-cdk-lib/aws-lambda-destinations';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import type { Config } from '../core/config.ts';
import type { HostDocument } from '../core/host-document.ts';
import { metricNamespace } from '../core/metrics.ts';
import type { Vantage } from '../core/names.ts';
import { OPERATE_LIFE_MS, PROBE_LIFE_MS, WATCH_GRACE_MS, WATCH_MS } from '../core/time-budget.ts';
import type { Bundles } from './bundle.ts';
import { Configuration, configFile } from './configuration.ts';
import { Lambda, type LambdaProps } from './lambda.ts';
import { functionNameOf, idOf } from './names.ts';
import { Network } from './network.ts';
import { actorPolicies, probePolicies, type Reach } from './permissions.ts';
import { type FunctionKind, sizeOf } from './sizes.ts';

export interface FunctionsProps {
  readonly config: Config;
  readonly bundles: Bundles;
  readonly key: IKey;
  readonly deadLetters: IQueue;
  readonly tableName: string;
  readonly documents: Readonly<Record<HostDocument, string>>;
  readonly reach: Reach;
}

/**
 * watch and operate, outside the VPC: a fault in the VPC cannot cut them off from the EC2 API, and they need
 * no NAT. One probe in the subnet of each vantage, which can reach MySQL and nothing of AWS.
 */
export class Functions extends Construct {
  readonly watch: Lambda;
  readonly operate: Lambda;
  readonly probes: ReadonlyMap<Vantage, Lambda>;

  constructor(scope: Construct, id: string, props: FunctionsProps) {
    super(scope, id);
    const { config, bundles } = props;
    this.probes = this.#makeProbes(props);
    const { layer } = new Configuration(this, 'Configuration', { config });
    this.watch = this.#makeActor(props, layer, 'watch', {
      description: `keepalambda ${config.name}: decides and acts`,
      code: bundles.watch.directory,
      // It ends by itself after two minutes; the rest is for a plan that it is in the middle of.
      timeoutSeconds: (WATCH_MS + WATCH_GRACE_MS) / 1000,
    });
    this.operate = this.#makeActor(props, layer, 'operate', {
      description: `keepalambda ${config.name}: orders of operators`,
      code: bundles.operate.directory,
      timeoutSeconds: OPERATE_LIFE_MS / 1000,
    });
    // A start that comes late or twice is of no use: the next minute brings another.
    this.watch.function.configureAsyncInvoke({
      retryAttempts: 0,
      maxEventAge: Duration.seconds(60),
      onFailure: new SqsDestination(props.deadLetters),
    });
  }

  #makeActor(
    props: FunctionsProps,
    layer: ILayerVersion,
    name: 'watch' | 'operate',
    own: Pick<LambdaProps, 'description' | 'code' | 'timeoutSeconds'>,
  ): Lambda {
    const { config, reach } = props;
    const probeNames = config.vantages.map((vantage) => [
      vantage,
      functionNameOf(config.name, 'probe', vantage),
    ]);
    return new Lambda(this, idOf(name), {
      ...own,
      functionName: functionNameOf(config.name, name),
      ...sizePropsOf(config, name),
      logRetentionDays: config.logRetentionDays,
      logKey: props.key,
      tracing: config.tracing,
      policies: (logGroupArn) => actorPolicies(Stack.of(this), config, reach, logGroupArn),
      whyNoResource: 'Describe calls, GetCommandInvocation and X-Ray take no resource.',
      variables: {
        ...powertools(config),
        KEEPALAMBDA_CONFIG_FILE: configFile,
        TABLE_NAME: props.tableName,
        TOPIC_ARN: reach.topicArn,
        PROBE_FUNCTIONS: JSON.stringify(Object.fromEntries(probeNames)),
        DOCUMENTS: JSON.stringify(props.documents),
      },
      options: { layers: [layer] },
    });
  }

  /** Probes get no configuration: watch tells them all they need, in each invocation. */
  #makeProbes({ config, bundles, key }: FunctionsProps): Map<Vantage, Lambda> {
    const network = new Network(this, 'Network', { config });
    const make = (vantage: Vantage) => {
      const functionName = functionNameOf(config.name, 'probe', vantage);
      return new Lambda(this, idOf(`probe-${vantage}`), {
        functionName,
        description: `keepalambda ${config.name}: speaks MySQL, from subnet ${vantage}`,
        code: bundles.probe.directory,
        timeoutSeconds: PROBE_LIFE_MS / 1000,
        ...sizePropsOf(config, 'probe'),
        logRetentionDays: config.logRetentionDays,
        logKey: key,
        policies: (logGroupArn) => probePolicies(Stack.of(this), functionName, logGroupArn),
        whyNoResource: 'Lambda connects the function to the VPC; the same is denied to its own code.',
        variables: powertools(config),
        options: {
          vpc: network.vpc,
          vpcSubnets: { subnets: [network.subnetOf(vantage)] },
          securityGroups: network.securityGroups,
        },
      });
    };
    return new Map(config.vantages.map((vantage) => [vantage, make(vantage)]));
  }
}

/** Somebody else's burst must not take the places of the functions that see a death. */
function sizePropsOf(
  config: Config,
  kind: FunctionKind,
): Pick<LambdaProps, 'memoryMb' | 'reservedConcurrency'> {
  const { memoryMb, reserved } = sizeOf(config, kind);
  return { memoryMb, reservedConcurrency: reserved };
}

function powertools(config: Config): Record<string, string> {
  return {
    KEEPALAMBDA_ENVIRONMENT: config.name,
    POWERTOOLS_SERVICE_NAME: 'keepalambda',
    POWERTOOLS_METRICS_NAMESPACE: metricNamespace,
    POWERTOOLS_LOG_LEVEL: 'INFO',
  };
}
