/**
 * The policies that a deployment of an environment would bring: its stack is synthesised, as `cdk deploy` does, and
 * the template is read. Loading the CDK takes a second: import this file only when it is needed, and early.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { App } from 'aws-cdk-lib';
import type { Config } from '../../../lib/core/config/config.ts';
import type { Bundles } from '../../../lib/stack/bundle.ts';
import { KeepalambdaStack } from '../../../lib/stack/keepalambda-stack.ts';
import { featureFlags } from '../../../lib/stack/place.ts';
import { type Iam, type Place, readIam, type Template } from './template.ts';

/** What IAM would know of the functions of the environment. */
export async function synthesiseIam(
  config: Config,
  bundles: Bundles,
  names: Place['names'],
  account: string,
): Promise<Iam> {
  const outdir = await mkdtemp(path.join(tmpdir(), 'keepalambda-synthesis-'));
  try {
    const app = new App({
      // They change what is synthesised.
      context: { ...featureFlags() },
      outdir,
      analyticsReporting: false,
      stackTraces: false,
      treeMetadata: false,
      // It judges the template as `npm run synth` does, in two more seconds.
      builtinCloudFormationValidation: false,
    });
    const stack = new KeepalambdaStack(app, config.name, { config: { ...config, account }, bundles });
    const template = app.synth().getStackByName(stack.stackName).template as Template;
    return readIam(template, { region: config.region, account, names });
  } finally {
    await rm(outdir, { recursive: true, force: true });
  }
}
