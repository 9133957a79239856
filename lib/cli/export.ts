/**
 * `keepalambda export NAME DIRECTORY`: the template of an environment and the code of its functions as files, for those who
 * deploy by plain CloudFormation or by Terraform; and the policy that a deployment takes. The template takes the bucket of the code
 * as a parameter.
 */
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { App, DefaultStackSynthesizer, type IStackSynthesizer } from 'aws-cdk-lib';
import { bundlesToDeploy } from '../stack/bundle.ts';
import { executionPolicy } from '../stack/execution-policy.ts';
import { KeepalambdaStack } from '../stack/keepalambda-stack.ts';
import { environmentsDirectory, featureFlags } from '../stack/place.ts';
import { temporaryDirectory } from '../stack/temporary.ts';
import { configNamed } from './config-named.ts';
import { zip } from './zip.ts';

export interface Exported {
  readonly stackName: string;
  readonly region: string;
  readonly template: string;
  /** The names of the archives, as the template asks for them below its prefix. */
  readonly archives: readonly string[];
  /** The rights that a deployment needs, in place of an administrator's. */
  readonly policy: string;
}

/**
 * Writes `DIRECTORY/NAME.template.json`, and beside it an archive for each function and for the configuration, and
 * `NAME.execution-policy.json`.
 */
export async function exportEnvironment(name: string, directory: string): Promise<Exported> {
  const config = await configNamed(environmentsDirectory(), name);
  const outdir = temporaryDirectory();
  const app = new App({ outdir, context: featureFlags(), analyticsReporting: false });
  const stack = new KeepalambdaStack(app, config.name, {
    config,
    bundles: await bundlesToDeploy(),
    synthesizer: new DefaultStackSynthesizer({ generateBootstrapVersionRule: false }) as IStackSynthesizer,
  });
  const synthesised = app.synth().getStackByName(stack.stackName).template as Template;
  const archives: string[] = [];
  const template = withCodeParameters(synthesised, (key) => void archives.push(key));
  mkdirSync(directory, { recursive: true });
  for (const key of archives) writeFileSync(path.join(directory, key), archiveOf(outdir, key));
  const file = path.join(directory, `${name}.template.json`);
  writeFileSync(file, `${JSON.stringify(template, null, 1)}\n`);
  const policy = path.join(directory, `${name}.execution-policy.json`);
  writeFileSync(policy, `${JSON.stringify(executionPolicy(synthesised, config), null, 1)}\n`);
  return { stackName: stack.stackName, region: config.region, template: file, archives, policy };
}

interface Template {
  readonly Resources: Readonly<
    Record<string, { readonly Type: string; readonly Properties?: Readonly<Record<string, unknown>> }>
  >;
  readonly Parameters?: object;
}

const parameters = {
  CodeBucket: { Type: 'String', Description: 'The bucket, in the region of the stack, with the archives' },
  CodePrefix: {
    Type: 'String',
    Default: '',
    Description: 'What stands before their names there, such as keepalambda/',
  },
};

/** Code is taken from where the parameters say, not from the bucket of `cdk bootstrap`. `hear` gets each archive once. */
function withCodeParameters(template: Template, hear: (key: string) => void): Template {
  const heard = new Set<string>();
  const placed = (value: unknown): unknown => {
    const key = (value as { S3Key?: unknown } | null)?.S3Key;
    if (typeof key !== 'string') return value;
    if (!heard.has(key)) hear(key);
    heard.add(key);
    return { S3Bucket: { Ref: 'CodeBucket' }, S3Key: { 'Fn::Sub': `\${CodePrefix}${key}` } };
  };
  const resources = Object.entries(template.Resources).map(([id, resource]) => {
    const properties = Object.entries(resource.Properties ?? {}).map(([name, value]) => [
      name,
      placed(value),
    ]);
    return [id, { ...resource, Properties: Object.fromEntries(properties) }];
  });
  return {
    ...template,
    Parameters: { ...parameters, ...template.Parameters },
    Resources: Object.fromEntries(resources) as Template['Resources'],
  };
}

/** `HASH.zip`, from the directory `asset.HASH` of the cloud assembly. */
function archiveOf(outdir: string, key: string): Buffer {
  const asset = path.join(outdir, `asset.${path.basename(key, '.zip')}`);
  const files = readdirSync(asset, { recursive: true, withFileTypes: true }).filter((entry) =>
    entry.isFile(),
  );
  const paths = files.map((entry) => path.join(entry.parentPath, entry.name)).toSorted();
  return zip(
    paths.map((file) => ({
      name: path.relative(asset, file).replaceAll(path.sep, '/'),
      content: readFileSync(file),
    })),
  );
}
