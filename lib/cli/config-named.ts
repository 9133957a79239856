/** The environment that a person names on the command line, checked. */
import { join } from 'node:path';
import type { Config } from '../core/config/config.ts';
import { checkEnvironments, loadEnvironments, nameOfFile, renderFaults } from '../stack/environments.ts';
import { nearPath } from '../stack/place.ts';
import { CliError, usage } from './errors.ts';

/** Throws a `CliError` when there is none of this name, or when it has faults. Faults of others do not matter. */
export async function configNamed(directory: string, name: string): Promise<Config> {
  return (await environmentNamed(directory, name)).config;
}

/** The same, with the path of its file. */
export async function environmentNamed(
  directory: string,
  name: string,
): Promise<{ readonly config: Config; readonly file: string }> {
  const files = await loadEnvironments(directory);
  const named = files.filter(({ file }) => nameOfFile(file) === name);
  const checked = checkEnvironments(named);
  if (checked.kind === 'faulty') throw new CliError([renderFaults(directory, checked.faults)]);
  const [[config], [found]] = [checked.configs, named];
  if (config && found) return { config, file: nearPath(join(directory, found.file)) };
  const names = files.map(({ file }) => nameOfFile(file)).join(', ');
  throw usage(
    `${name}: got no environment of this name in ${directory}; want one of ${names || 'none'}. To fix it: npx keepalambda init ${name}.`,
  );
}
