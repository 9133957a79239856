/**
 * The code of the functions: one minified ES module each, with everything it needs. The stack packages these
 * directories, and the lab runs the same ones, so that what is tried is what is deployed.
 */
import { chmodSync, copyFileSync, mkdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { packagedBundles } from './place.ts';
import { temporaryDirectory } from './temporary.ts';

export const functionNames = ['watch', 'probe', 'operate'] as const;
export type FunctionName = (typeof functionNames)[number];

/**
 * The most that a bundle may weigh, in bytes: the cold start of a function grows with its code. Asserted in a
 * test.
 */
export const bundleLimitBytes = {
  watch: 1_300_000,
  probe: 1_200_000,
  operate: 1_300_000,
} as const satisfies Record<FunctionName, number>;

export interface Bundle {
  /** Absolute path of the directory with `index.mjs`, which exports `handler`. */
  readonly directory: string;
  readonly sizeBytes: number;
  /** Every source file in it, relative to the repository. */
  readonly inputs: readonly string[];
}

export type Bundles = Readonly<Record<FunctionName, Bundle>>;
export type Entries = Readonly<Record<FunctionName, string>>;

const root = fileURLToPath(new URL('../..', import.meta.url));

const lambdas: Entries = {
  watch: join(root, 'lambdas/watch.ts'),
  probe: join(root, 'lambdas/probe.ts'),
  operate: join(root, 'lambdas/operate.ts'),
};

/** Some packages are CommonJS and call `require` for Node's own modules, which an ES module does not have. */
const banner = "import{createRequire}from'node:module';const require=createRequire(import.meta.url);";

/**
 * Bundles the three functions into `directory/NAME/index.mjs`. The bytes depend on the sources alone, not on
 * the environment, the machine or the time.
 * @param entries the handlers' files; the repository's own unless a test gives others
 * @throws esbuild's error when a source does not build; it names file and line
 */
export async function bundleFunctions(directory: string, entries: Entries = lambdas): Promise<Bundles> {
  const made = await Promise.all(
    functionNames.map(async (name) => [name, await bundle(entries[name], join(directory, name))] as const),
  );
  return Object.fromEntries(made) as Record<FunctionName, Bundle>;
}

/** What a deployment takes: the bundles that the package brings, or in a clone those of its sources. */
export async function bundlesToDeploy(): Promise<Bundles> {
  return packagedBundles() === null ? bundleFunctions(temporaryDirectory()) : takePackaged();
}

/**
 * The bundles of the package, as copies that every user can read: npm unpacks by the umask of the user who installs.
 * @throws an error in a clone, which has none
 */
export function takePackaged(): Bundles {
  const packaged = packagedBundles();
  if (packaged === null) throw new Error('a clone has no packaged bundles: give those of bundleFunctions');
  const copies = temporaryDirectory();
  const take = (name: FunctionName): Bundle => {
    const directory = join(copies, name);
    const file = join(directory, 'index.mjs');
    mkdirSync(directory);
    copyFileSync(join(packaged, name, 'index.mjs'), file);
    readableByAll(directory, file);
    return { directory, sizeBytes: statSync(file).size, inputs: [] };
  };
  return { watch: take('watch'), probe: take('probe'), operate: take('operate') };
}

/** One line: `watch 1.02 MB of 1.30, probe 0.91 MB of 1.20, …`. */
export function renderSizes(bundles: Bundles): string {
  const mb = (bytes: number): string => (bytes / 1e6).toFixed(2);
  return functionNames
    .map((name) => `${name} ${mb(bundles[name].sizeBytes)} MB of ${mb(bundleLimitBytes[name])}`)
    .join(', ');
}

/** Modes that Lambda can load: 755 for the directory, 644 for the file. The asset's hash does not depend on them. */
export function readableByAll(directory: string, file: string): void {
  chmodSync(directory, 0o755);
  chmodSync(file, 0o644);
}

async function bundle(entry: string, directory: string): Promise<Bundle> {
  // The package has neither: it brings the bundles.
  const { build } = await import('esbuild');
  const { diet } = await import('./bundle-diet.ts');
  const outfile = join(directory, 'index.mjs');
  const result = await build({
    entryPoints: [entry],
    outfile,
    absWorkingDir: root,
    bundle: true,
    minify: true,
    platform: 'node',
    target: 'node24',
    format: 'esm',
    // The ES modules of a package are smaller than its CommonJS: unused code is left out.
    mainFields: ['module', 'main'],
    banner: { js: banner },
    plugins: diet,
    legalComments: 'none',
    sourcemap: false,
    metafile: true,
    logLevel: 'silent',
    // esbuild's own process would go on writing after the end of this one.
    write: false,
  });
  mkdirSync(directory, { recursive: true });
  for (const { path, contents } of result.outputFiles) writeFileSync(path, contents);
  // Lambda runs as another user, who must be able to read the code whatever the umask of the user who deploys.
  readableByAll(directory, outfile);
  const sizeBytes = Object.values(result.metafile.outputs).reduce((sum, output) => sum + output.bytes, 0);
  return { directory, sizeBytes, inputs: Object.keys(result.metafile.inputs) };
}
