import { Stack } from 'aws-cdk-lib';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import { Construct } from 'constructs';
import type { Config } from '../core/config/config.ts';
import type { Vantage } from '../core/names.ts';
import { PROBE_LIFE_MS } from '../core/time-budget.ts';
import { Lambda, versionsStay } from './lambda.ts';
import { functionNameOf, idOf } from './names.ts';
import type { Network } from './network.ts';
import { probePolicies } from './permissions.ts';
import { sizePropsOf } from './sizes.ts';
import { variablesOf } from './variables.ts';

export interface ProbesProps {
  readonly config: Config;
  /** Directory with the code of the probe. */
  readonly code: string;
  readonly network: Network;
  readonly key: IKey;
}

/** One probe in the subnet of each vantage, which can reach MySQL and nothing of AWS. */
export class Probes extends Construct {
  readonly functions: readonly IFunction[];
  /**
   * The probe of each vantage as it is to be invoked: `keepalambda-prod-probe-a:7`. A watch always asks the version that it
   * was deployed with, so the two change together.
   */
  readonly versions: Readonly<Record<Vantage, string>>;

  constructor(scope: Construct, id: string, props: ProbesProps) {
    super(scope, id);
    const probes = props.config.vantages.map((vantage) => this.#make(vantage, props));
    this.functions = probes.map(({ probe }) => probe.function);
    this.versions = Object.fromEntries(
      probes.map(({ vantage, name, probe }) => [vantage, `${name}:${probe.function.currentVersion.version}`]),
    );
  }

  /** Probes get no configuration: watch sends them all that they need, in each invocation. */
  #make(vantage: Vantage, { config, code, network, key }: ProbesProps) {
    const name = functionNameOf(config.name, 'probe', vantage);
    const probe = new Lambda(this, idOf(`probe-${vantage}`), {
      functionName: name,
      description: `keepalambda ${config.name}: speaks MySQL, from subnet ${vantage}`,
      code,
      timeoutSeconds: PROBE_LIFE_MS / 1000,
      ...sizePropsOf(config, 'probe'),
      logRetentionDays: config.logRetentionDays,
      logKey: key,
      rolePath: config.rolePath,
      codeSigningConfigArn: config.codeSigningConfigArn,
      variablesKey: config.customerKey ? key : undefined,
      policies: (logGroupArn) => probePolicies(Stack.of(this), name, logGroupArn),
      wildcards: [['*', 'Lambda connects the function to the VPC; the same is denied to its own code.']],
      variables: variablesOf(config),
      options: {
        ...network.placeOfProbe(vantage),
        currentVersionOptions: versionsStay,
      },
    });
    return { vantage, name, probe };
  }
}
