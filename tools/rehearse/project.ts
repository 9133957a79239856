/** Where a person works: a clone of the repository, or an empty directory into which the package was installed. */
import { mkdir, readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import path from 'node:path';
import { environmentName } from '../../lab/deployment.ts';
import { installFlags } from '../package/install-flags.ts';
import { type Commands, runCommand } from './commands.ts';

export type From = 'clone' | 'package';

export interface Project {
  readonly from: From;
  /** Where commands are given. */
  readonly directory: string;
  /** Where environment files are. */
  readonly environments: string;
  /** The environment file, once `init` has written it. */
  readonly file: string;
  /** The scripts behind `npx cdk` and `npx keepalambda`. */
  readonly cdk: string;
  readonly keepalambda: string;
}

const repository = path.resolve(import.meta.dirname, '../..');

/** The clone that this is run from; only the environment is elsewhere. */
export function clone(scratch: string): Project {
  const environments = path.join(scratch, 'environments');
  const require = createRequire(import.meta.url);
  return {
    from: 'clone',
    directory: repository,
    environments,
    file: path.join(environments, `${environmentName}.ts`),
    cdk: path.join(path.dirname(require.resolve('aws-cdk/package.json')), 'bin/cdk'),
    keepalambda: path.join(repository, 'bin/keepalambda.ts'),
  };
}

/** Packs the clone, and installs it into an empty directory with the CLI of the CDK, as the README says. */
export async function install(scratch: string, commands: Commands): Promise<Project> {
  const directory = path.join(scratch, 'project');
  await mkdir(directory);
  const { version, devDependencies } = JSON.parse(
    await readFile(path.join(repository, 'package.json'), 'utf8'),
  ) as { readonly version: string; readonly devDependencies: Readonly<Record<string, string>> };
  const npm = (words: readonly string[], cwd: string) =>
    // Where packages come from is set on the machine.
    runCommand({ ...commands, cwd, env: process.env }, 'npm', words);
  await npm(['pack', '--silent', '--pack-destination', scratch], repository);
  const wanted = [path.join(scratch, `keepalambda-${version}.tgz`), `aws-cdk@${devDependencies['aws-cdk']}`];
  await npm(['install', ...wanted, ...installFlags], directory);
  const environments = path.join(directory, 'environments');
  const bin = (name: string) => path.join(directory, 'node_modules/.bin', name);
  return {
    from: 'package',
    directory,
    environments,
    file: path.join(environments, `${environmentName}.mts`),
    cdk: bin('cdk'),
    keepalambda: bin('keepalambda'),
  };
}
