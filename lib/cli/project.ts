/** The rest of a project that holds only environments: its cdk.json. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { isPackage, ownCdkJson } from '../stack/place.ts';

/** Runs the app of the package, from the directory of cdk.json. */
const app = 'node node_modules/keepalambda/bin/start.mjs app';

/**
 * Writes cdk.json where there is none, with the feature flags that keepalambda is tested with, and gives back its path. Null
 * where there is one, which is somebody's own; and in a clone, which has one.
 */
export function writeProject(directory: string): string | null {
  const file = join(directory, 'cdk.json');
  if (!isPackage || existsSync(file)) return null;
  const own = JSON.parse(readFileSync(ownCdkJson, 'utf8')) as object;
  writeFileSync(file, `${JSON.stringify({ ...own, app }, null, 2)}\n`, { flag: 'wx' });
  return file;
}
