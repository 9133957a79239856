/** A function's bundle, written to a directory of its own under the system's temporary one. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll } from 'vitest';

const made: string[] = [];

// Here, not in `bundle`: a hook that is set up inside a hook or a test is never called.
afterAll(() => {
  for (const directory of made) rmSync(directory, { recursive: true, force: true });
});

/** Writes `index.mjs` and gives back its directory, which goes away with the test file. */
export function bundle(source: string): string {
  const directory = mkdtempSync(join(tmpdir(), 'keepalambda-bundle-'));
  made.push(directory);
  writeFileSync(join(directory, 'index.mjs'), source);
  return directory;
}
