/** A function's bundle, written to a directory of its own under the system's temporary one. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll } from 'vitest';

/** Writes `index.mjs` and gives back its directory, which goes away with the test file. */
export function bundle(source: string): string {
  const directory = mkdtempSync(join(tmpdir(), 'keepalambda-bundle-'));
  writeFileSync(join(directory, 'index.mjs'), source);
  afterAll(() => rmSync(directory, { recursive: true, force: true }));
  return directory;
}
