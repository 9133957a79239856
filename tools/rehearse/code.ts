/** The code and the configuration that were deployed, taken back: the very bytes that Lambda would run. */
import { createHash } from 'node:crypto';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { Unpack } from '../../lab/deployed.ts';
import { environmentName } from '../../lab/deployment.ts';
import { run } from '../../lab/servers/product.ts';
import type { Config } from '../../lib/core/config/config.ts';
import { functionNameOf } from '../../lib/stack/names.ts';
import { ask } from './ask.ts';
import { update } from './environment.ts';
import type { Moto } from './moto.ts';
import { type Deployed, readLogRetention } from './stack.ts';
import { notAsWanted } from './wrong.ts';

/** Takes archives out of `bucket`, where they were published, and unpacks each once into `directory`. */
export function unpackFrom(moto: Moto, bucket: string, directory: string): Unpack {
  return async (place) => {
    const key = keyOf(place);
    const target = path.join(directory, key.replace('.zip', ''));
    if ((await mkdir(target, { recursive: true })) === undefined) return target;
    await writeFile(`${target}.zip`, await readArchive(moto, bucket, place));
    await run(moto.python, ['-m', 'zipfile', '-e', `${target}.zip`, target]);
    return target;
  };
}

/** The bucket that `cdk bootstrap` made. */
export function bucketOf({ resources }: Deployed): string {
  const layer = Object.values(resources).find(({ Type }) => Type === 'AWS::Lambda::LayerVersion');
  return String((layer?.Properties?.Content as { readonly S3Bucket?: unknown } | undefined)?.S3Bucket);
}

/** Throws a `LabError` unless Lambda has the bytes that were published for each function. */
export async function expectCode(moto: Moto, { resources }: Deployed, bucket: string): Promise<void> {
  const functions = Object.values(resources).filter(({ Type }) => Type === 'AWS::Lambda::Function');
  for (const { Properties: { FunctionName: name, Code: place } = {} } of functions) {
    const digest = createHash('sha256')
      .update(await readArchive(moto, bucket, place))
      .digest('base64');
    const answer = await ask(moto, { service: 'lambda', path: `/2015-03-31/functions/${name}` });
    const { Configuration } = JSON.parse(answer.toString()) as { Configuration: { CodeSha256: string } };
    if (digest !== Configuration.CodeSha256)
      throw notAsWanted(`${name} with other code than was published for it`, 'the same bytes');
  }
}

/** Throws a `LabError` unless the update is in what the functions would read, and in their logs. */
export async function expectUpdate(moto: Moto, { resources }: Deployed, unpack: Unpack): Promise<void> {
  const layer = Object.values(resources).find(({ Type }) => Type === 'AWS::Lambda::LayerVersion');
  const directory = await unpack(layer?.Properties?.Content);
  const text = await readFile(path.join(directory, 'keepalambda/config.json'), 'utf8');
  const seconds = (JSON.parse(text) as Config).pairs[0]?.settings.lagLimitSeconds;
  const days = await readLogRetention(moto, functionNameOf(environmentName, 'watch'));
  if (seconds !== update.lagLimitSeconds)
    throw notAsWanted(`lagLimitSeconds ${seconds} in the configuration`, `${update.lagLimitSeconds}`);
  if (days !== update.logRetentionDays)
    throw notAsWanted(`logs of watch that are kept for ${days} days`, `${update.logRetentionDays}`);
}

/** An archive is named by its content, whatever stands around its name. */
function keyOf(place: unknown): string {
  const [key] = /[0-9a-f]{64}\.zip/.exec(JSON.stringify(place) ?? '') ?? [];
  if (key === undefined) throw notAsWanted(`the code ${JSON.stringify(place)}`, 'HASH.zip in a bucket');
  return key;
}

async function readArchive(moto: Moto, bucket: string, place: unknown): Promise<Buffer> {
  return ask(moto, { service: 's3', path: `/${path.posix.join(bucket, keyOf(place))}` });
}
