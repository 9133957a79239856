/** Templates of environments, as `cdk synth` makes them, with a small handler in place of the real bundles. */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { App } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { type Config, type EnvironmentInput, parseConfig } from '../../lib/core/config/config.ts';
import { renderFault } from '../../lib/core/fault.ts';
import { type Bundles, bundleFunctions } from '../../lib/stack/bundle.ts';
import { KeepalambdaStack } from '../../lib/stack/keepalambda-stack.ts';
import { temporaryDirectory } from '../../lib/stack/temporary.ts';

const handler = fileURLToPath(new URL('handler.ts', import.meta.url));
const { context } = JSON.parse(readFileSync(new URL('../../cdk.json', import.meta.url), 'utf8')) as {
  context: Record<string, unknown>;
};

/** The bundles of a handler that does nothing. */
export function smallBundles(): Promise<Bundles> {
  return bundleFunctions(temporaryDirectory(), { watch: handler, probe: handler, operate: handler });
}

/** An app with the feature flags of `cdk.json` and a stack for each environment. */
export function appOf(...environments: EnvironmentInput[]): Promise<App> {
  return appOfConfigs(environments.map(configOf));
}

/** As in somebody's app that has none of our feature flags. */
export async function templateWithoutFlags(environment: EnvironmentInput): Promise<Template> {
  const config = configOf(environment);
  const app = await appOfConfigs([config], {});
  return Template.fromStack(app.node.findChild(config.name) as KeepalambdaStack);
}

async function appOfConfigs(configs: readonly Config[], flags = context): Promise<App> {
  const bundles = await smallBundles();
  const app = new App({ context: flags, outdir: temporaryDirectory() });
  for (const config of configs) {
    new KeepalambdaStack(app, config.name, { config, bundles });
  }
  return app;
}

export function templateOf(environment: EnvironmentInput): Promise<Template> {
  return templateOfConfig(configOf(environment));
}

/** The same of an environment that is checked already. */
export async function templateOfConfig(config: Config): Promise<Template> {
  const app = await appOfConfigs([config]);
  return Template.fromStack(app.node.findChild(config.name) as KeepalambdaStack);
}

/** The checked environment. Throws with its faults: a test's own mistake. */
export function configOf(environment: EnvironmentInput): Config {
  const parsed = parseConfig(environment);
  if (parsed.kind === 'faulty') throw new Error(parsed.faults.map(renderFault).join('\n'));
  return parsed.value;
}
