/** Where a person works: a clone of the repository, or an empty directory into which the package was installed. */
import { mkdir, readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import path from 'node:path';
import { environmentName } from '../../lab/deployment.ts';
import { installPackages } from '../package/install.ts';
import { type Commands, runCommand, succeeded, tryCommand } from './commands.ts';

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
  // Where packages come from is set on the machine.
  const here = { ...commands, env: process.env };
  await runCommand({ ...here, cwd: repository }, 'npm', ['pack', '--silent', '--pack-destination', scratch]);
  const wanted = [path.join(scratch, `keepalambda-${version}.tgz`), `aws-cdk@${devDependencies['aws-cdk']}`];
  const installing = (command: string, words: readonly string[]) =>
    tryCommand({ ...here, cwd: directory }, command, words);
  succeeded(await installPackages(wanted, installing), ['npm', 'install', ...wanted]);
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
