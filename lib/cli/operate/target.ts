/** Which environment and which pair a command is about. */
import type { Config } from '../../core/config/config.ts';
import { checkEnvironments, loadEnvironments, nameOfFile } from '../../stack/environments.ts';
import { functionNameOf } from '../../stack/names.ts';
import { usage } from '../errors.ts';
import type { Invoke, Place } from './invoke.ts';

/** How the function of an environment is reached. */
export type OpenInvoke = (place: Place) => Invoke | Promise<Invoke>;

export interface Target {
  readonly environment: string;
  readonly invoke: Invoke;
  /** The names of its pairs, by its file; null where there is no file of it here. */
  readonly pairs: readonly string[] | null;
}

export interface TargetFlags {
  readonly env?: string;
  readonly region?: string;
}

const NAME = /^[a-z][a-z0-9-]{0,19}$/;

/** The environment that is named by `--env`, by KEEPALAMBDA_ENV, or by being the only one. Throws a `CliError`. */
export async function openTarget(
  directory: string,
  flags: TargetFlags,
  env: Readonly<Record<string, string | undefined>>,
  open: OpenInvoke,
): Promise<Target> {
  const files = await loadEnvironments(directory);
  const names = files.map(({ file }) => nameOfFile(file));
  const environment = chooseEnvironment(flags.env ?? env.KEEPALAMBDA_ENV, names);
  const own = files.filter(({ file }) => nameOfFile(file) === environment);
  const checked = checkEnvironments(own);
  const config: Config | undefined = checked.kind === 'valid' ? checked.configs[0] : undefined;
  const region = flags.region ?? config?.region;
  const invoke = await open({ functionName: functionNameOf(environment, 'operate'), region });
  return { environment, invoke, pairs: config ? config.pairs.map(({ name }) => name) : null };
}

/** The name that was given, or the only one there is. */
export function chooseEnvironment(given: string | undefined, names: readonly string[]): string {
  if (given !== undefined && given !== '') {
    if (NAME.test(given)) return given;
    throw usage(
      `--env: got ${JSON.stringify(given)}; want the name of an environment${listed(names)}. To fix it: give the name alone.`,
    );
  }
  const [only, ...more] = names;
  if (only !== undefined && more.length === 0) return only;
  throw usage(
    `--env: got nothing; want the name of an environment${listed(names)}. To fix it: give --env, or set KEEPALAMBDA_ENV.`,
  );
}

function listed(names: readonly string[]): string {
  return names.length === 0 ? ', and there is none here' : `, such as one of ${names.join(', ')}`;
}

/** The pair that is named, or the only one. Throws a `CliError` with the list. */
export async function choosePair(target: Target, given: string | undefined): Promise<string> {
  if (given !== undefined) return given;
  const pairs = target.pairs ?? (await pairsByStatus(target));
  const [only, ...more] = pairs;
  if (only !== undefined && more.length === 0) return only;
  throw usage(
    `pair: got nothing; want one of ${pairs.join(', ') || 'none'}. To fix it: name the pair after the command.`,
  );
}

async function pairsByStatus({ invoke }: Target): Promise<readonly string[]> {
  const { data } = await invoke({ action: 'status' });
  return data?.action === 'status' ? data.pairs.map(({ pair }) => pair) : [];
}
