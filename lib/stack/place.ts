/**
 * Where this code is: compiled in the package, which is a dependency of another project, or as sources in a clone of the
 * repository. What differs between the two is here.
 */
import { existsSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Only the package is compiled. */
export const isPackage = import.meta.filename.endsWith('.js');

/** The root of the package, or of the clone, has it. */
export const ownCdkJson = new URL(isPackage ? '../../../cdk.json' : '../../cdk.json', import.meta.url);

/** Where people's environment files are: beside their own cdk.json, or in the clone. Tests and the rehearsal give another place. */
export function environmentsDirectory(): string {
  const own = isPackage
    ? join(process.cwd(), 'environments')
    : fileURLToPath(new URL('../../environments', import.meta.url));
  return process.env.KEEPALAMBDA_ENVIRONMENTS ?? own;
}

/** The path as a person would write it: from here where it is below, else whole. */
export function nearPath(path: string): string {
  const near = relative(process.cwd(), path);
  return near.startsWith('..') ? path : near;
}

/** The bundles that the package brings, which were made when it was packed; null in a clone, which makes them anew. */
export function packagedBundles(): string | null {
  const directory = fileURLToPath(new URL('../../bundles', import.meta.url));
  return isPackage && existsSync(directory) ? directory : null;
}

/** The feature flags of the CDK that keepalambda is tested with: those of its own cdk.json. */
export function featureFlags(): Readonly<Record<string, unknown>> {
  const { context } = JSON.parse(readFileSync(ownCdkJson, 'utf8')) as { context: Record<string, unknown> };
  return context;
}
