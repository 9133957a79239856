/** The CDK app: a stack for each file in `environments/`, or every fault in them. */
import { App } from 'aws-cdk-lib';
import { bundlesToDeploy, renderSizes } from '../lib/stack/bundle.ts';
import { checkEnvironments, loadEnvironments, renderFaults } from '../lib/stack/environments.ts';
import { KeepalambdaStack } from '../lib/stack/keepalambda-stack.ts';
import { limitFaults, type SizedTemplate } from '../lib/stack/limits.ts';
import { environmentsDirectory, nearPath } from '../lib/stack/place.ts';

const directory = environmentsDirectory();
const shown = nearPath(directory);
const files = await loadEnvironments(directory);
const checked = checkEnvironments(files);
if (files.length === 0) {
  console.error(`${shown}: no environment there; npx keepalambda init NAME makes one`);
  process.exitCode = 1;
} else if (checked.kind === 'faulty') {
  console.error(renderFaults(shown, checked.faults));
  process.exitCode = 1;
} else {
  const bundles = await bundlesToDeploy();
  console.error(`bundles: ${renderSizes(bundles)}`);
  const app = new App();
  const stacks = checked.configs.map((config) => {
    console.error(`${config.name}: ${config.description || 'no description'} (${config.region})`);
    return { config, stack: new KeepalambdaStack(app, config.name, { config, bundles }) };
  });
  const assembly = app.synth();
  const tooLarge = stacks.flatMap(({ config, stack }) => {
    const template = assembly.getStackByName(stack.stackName).template as SizedTemplate;
    const found = limitFaults(template, config.pairs.length);
    return found.length > 0 ? [[`${config.name}.ts`, found] as const] : [];
  });
  if (tooLarge.length > 0) {
    console.error(renderFaults(shown, new Map(tooLarge)));
    process.exitCode = 1;
  }
}
