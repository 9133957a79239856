/** The code and the configuration that were deployed, taken back: the very bytes that Lambda would run. */
import { createHash } from 'node:crypto';
import { mkdir, readFile, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { run } from '../../lab/servers/product.ts';
import type { Config } from '../../lib/core/config.ts';
import type { Bundle, Bundles, FunctionName } from '../../lib/stack/bundle.ts';
import { functionNameOf } from '../../lib/stack/names.ts';
import { ask } from './ask.ts';
import { type Change, environmentName } from './environment.ts';
import type { Moto } from './moto.ts';
import { type Deployed, notAsWanted, type Resource, readLogRetention } from './stack.ts';

/** Takes the functions' code back, each unpacked into a directory of its own in `directory`. */
export async function takeCode(moto: Moto, deployed: Deployed, directory: string): Promise<Bundles> {
  const take = (name: FunctionName, vantage?: string) =>
    takeFunction(moto, deployed, functionNameOf(environmentName, name, vantage), path.join(directory, name));
  return { watch: await take('watch'), probe: await take('probe', 'a'), operate: await take('operate') };
}

/** Throws a `LabError` unless the change is in what the functions would read, and in their logs. */
export async function expectChange(
  moto: Moto,
  deployed: Deployed,
  change: Change,
  directory: string,
): Promise<void> {
  const layer = Object.values(deployed.resources).find(({ Type }) => Type === 'AWS::Lambda::LayerVersion');
  await unpack(moto, await readAsset(moto, layer, 'Content'), directory);
  const text = await readFile(path.join(directory, 'keepalambda/config.json'), 'utf8');
  const { pairs } = JSON.parse(text) as Config;
  const seconds = pairs[0]?.settings.lagLimitSeconds;
  if (seconds !== change.lagLimitSeconds) {
    throw notAsWanted(`lagLimitSeconds ${seconds} in the configuration`, `${change.lagLimitSeconds}`);
  }
  const days = await readLogRetention(moto, functionNameOf(environmentName, 'watch'));
  if (days !== change.logRetentionDays) {
    throw notAsWanted(`logs of watch that are kept for ${days} days`, `${change.logRetentionDays}`);
  }
}

async function takeFunction(
  moto: Moto,
  { resources }: Deployed,
  functionName: string,
  directory: string,
): Promise<Bundle> {
  const resource = Object.values(resources).find(
    ({ Properties }) => Properties?.FunctionName === functionName,
  );
  const code = await readAsset(moto, resource, 'Code');
  const answer = await ask(moto, { service: 'lambda', path: `/2015-03-31/functions/${functionName}` });
  const { Configuration } = JSON.parse(answer.toString()) as { Configuration: { CodeSha256: string } };
  if (createHash('sha256').update(code).digest('base64') !== Configuration.CodeSha256) {
    throw notAsWanted(`${functionName} with other code than was published for it`, 'the same bytes');
  }
  await unpack(moto, code, directory);
  const { size } = await stat(path.join(directory, 'index.mjs'));
  return { directory, sizeBytes: size, inputs: [] };
}

/** The zip that the CLI published for a resource. */
async function readAsset(
  moto: Moto,
  resource: Resource | undefined,
  property: 'Code' | 'Content',
): Promise<Buffer> {
  const place = resource?.Properties?.[property] as { S3Bucket: string; S3Key: string } | undefined;
  if (!place) throw notAsWanted('a template without the code of a function or layer', 'both');
  return ask(moto, { service: 's3', path: `/${place.S3Bucket}/${place.S3Key}` });
}

async function unpack({ python }: Moto, zip: Buffer, directory: string): Promise<void> {
  await mkdir(directory, { recursive: true });
  await writeFile(`${directory}.zip`, zip);
  await run(python, ['-m', 'zipfile', '-e', `${directory}.zip`, directory]);
}
