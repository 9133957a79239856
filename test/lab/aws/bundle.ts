/** A function's bundle, written to a directory of its own. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { temporaryDirectory } from '../../../lib/stack/temporary.ts';

/** Writes `index.mjs` and gives back its directory, which goes away with the test file. */
export function bundle(source: string): string {
  const directory = temporaryDirectory();
  writeFileSync(join(directory, 'index.mjs'), source);
  return directory;
}
