/** What the package brings beside its documents: compiled code with its types, and the bundles of the functions. */
import { execFileSync } from 'node:child_process';
import { rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { bundleFunctions } from '../../lib/stack/bundle.ts';

const root = path.resolve(import.meta.dirname, '../..');
const dist = path.join(root, 'dist');

/** Makes `dist/` anew. Throws what the compiler said. */
export async function buildPackage(): Promise<void> {
  rmSync(dist, { recursive: true, force: true });
  const compiler = path.join(
    path.dirname(createRequire(import.meta.url).resolve('typescript/package.json')),
    'bin/tsc',
  );
  execFileSync(process.execPath, [compiler, '--project', 'tsconfig.build.json'], {
    cwd: root,
    stdio: 'inherit',
  });
  await bundleFunctions(path.join(dist, 'bundles'));
}
