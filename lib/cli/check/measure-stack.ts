/** What AWS would refuse of the stack by its size, known from its template alone. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { App } from 'aws-cdk-lib';
import type { Config } from '../../core/config/config.ts';
import type { Refusal } from '../../core/fault.ts';
import { type Bundles, functionNames } from '../../stack/bundle.ts';
import { KeepalambdaStack } from '../../stack/keepalambda-stack.ts';
import { limitFaults, type SizedTemplate } from '../../stack/limits.ts';
import { featureFlags } from '../../stack/place.ts';
import { temporaryDirectory } from '../../stack/temporary.ts';

/** Every limit that the template of this environment is above. Its code does not count, so it has none. */
export function overLimits(config: Config): readonly Refusal[] {
  const app = new App({ outdir: temporaryDirectory(), context: featureFlags(), analyticsReporting: false });
  const stack = new KeepalambdaStack(app, config.name, { config, bundles: emptyBundles() });
  const template = app.synth().getStackByName(stack.stackName).template as SizedTemplate;
  return limitFaults(template, config.pairs.length);
}

function emptyBundles(): Bundles {
  const root = temporaryDirectory();
  const made = functionNames.map((name) => {
    const directory = join(root, name);
    mkdirSync(directory);
    writeFileSync(join(directory, 'index.mjs'), '');
    return [name, { directory, sizeBytes: 0, inputs: [] }] as const;
  });
  return Object.fromEntries(made) as unknown as Bundles;
}
