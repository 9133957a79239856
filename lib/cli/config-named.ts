/** The environment that a person names on the command line, checked. */
import type { Config } from '../core/config.ts';
import { checkEnvironments, loadEnvironments, nameOfFile, renderFaults } from '../stack/environments.ts';
import { CliError } from './errors.ts';

/** Throws a `CliError` when there is none of this name, or when it has faults. Faults of others do not matter. */
export async function configNamed(directory: string, name: string): Promise<Config> {
  const files = await loadEnvironments(directory);
  const checked = checkEnvironments(files.filter(({ file }) => nameOfFile(file) === name));
  if (checked.kind === 'faulty') throw new CliError([renderFaults(directory, checked.faults)]);
  const [config] = checked.configs;
  if (config) return config;
  const names = files.map(({ file }) => nameOfFile(file)).join(', ');
  throw new CliError([
    `${name}: got no environment of this name in ${directory}; want one of ${names || 'none'}. To fix it: npx keepalambda init ${name}.`,
  ]);
}
