/** Directories that go away with the process: bundles, and what the CDK makes of them. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A new one. The CDK copies what it packages, so it is not needed later. */
export function temporaryDirectory(): string {
  if (temporary.length === 0) process.once('exit', removeTemporaryDirectories);
  const directory = mkdtempSync(join(tmpdir(), 'keepalambda-'));
  temporary.push(directory);
  return directory;
}

const temporary: string[] = [];

/** Removes them now: for a test runner, whose workers end without an exit. */
export function removeTemporaryDirectories(): void {
  for (const directory of temporary.splice(0)) rmSync(directory, { recursive: true, force: true });
}
