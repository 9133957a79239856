/** The files in `environments/`: loaded, checked, and checked against each other. */
import { existsSync, readdirSync } from 'node:fs';
import { basename, extname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { type Config, type EnvironmentInput, parseConfig } from '../core/config/config.ts';
import { type ConfigFault, renderFault } from '../core/fault.ts';
import { plural } from '../core/plural.ts';

export interface EnvironmentFile {
  /** `prod.ts`. */
  readonly file: string;
  /** What the file exports by default; undefined if it could not be loaded. */
  readonly raw: unknown;
  /** Why it could not be loaded. */
  readonly failure?: string;
}

/** JavaScript too: for a Node, or a project, that does not run TypeScript. */
const extension = /\.m?[jt]s$/;

export type Checked =
  | { readonly kind: 'valid'; readonly configs: readonly Config[] }
  | { readonly kind: 'faulty'; readonly faults: ReadonlyMap<string, readonly ConfigFault[]> };

/**
 * Imports every environment file of the directory, in the order of their names; none where there is no directory. A file
 * that fails is reported, not thrown.
 */
export async function loadEnvironments(directory: string): Promise<EnvironmentFile[]> {
  if (!existsSync(directory)) return [];
  const files = readdirSync(directory)
    .filter((file) => extension.test(file) && !/\.d\.m?ts$/.test(file))
    .sort();
  return Promise.all(files.map((file) => load(directory, file)));
}

/** `prod`, of `prod.ts` or `prod.mts`: a file has the name of its environment. */
export function nameOfFile(file: string): string {
  return basename(file, extname(file));
}

/** Every environment as a Config, or every fault of every file. */
export function checkEnvironments(files: readonly EnvironmentFile[]): Checked {
  const parsed = files.map((file) => ({ file, outcome: parseConfig(file.raw) }));
  const configs = parsed.flatMap(({ outcome }) => (outcome.kind === 'valid' ? [outcome.value] : []));
  const faults = new Map<string, readonly ConfigFault[]>();
  for (const { file, outcome } of parsed) {
    const own =
      outcome.kind === 'valid'
        ? [...nameFaults(file.file, outcome.value), ...sharedFaults(outcome.value, configs)]
        : outcome.faults;
    const all = file.raw === undefined ? [missing(file)] : own;
    if (all.length > 0) faults.set(file.file, all);
  }
  return faults.size > 0 ? { kind: 'faulty', faults } : { kind: 'valid', configs };
}

/**
 * An environment as the stack takes it, for who has a CDK app of their own.
 * @throws an error with every fault, a line each
 */
export function configOf(environment: EnvironmentInput): Config {
  const outcome = parseConfig(environment);
  if (outcome.kind === 'valid') return outcome.value;
  throw new Error(renderFaults('', new Map([[environment.name, outcome.faults]])));
}

/** What the app prints instead of a stack trace: each file with its faults, a line each. */
export function renderFaults(directory: string, faults: ReadonlyMap<string, readonly ConfigFault[]>): string {
  return [...faults]
    .flatMap(([file, found]) => {
      return [
        `${join(directory, file)}: ${plural(found.length, 'fault')}`,
        ...found.map((fault) => `  ${renderFault(fault)}`),
      ];
    })
    .join('\n');
}

async function load(directory: string, file: string): Promise<EnvironmentFile> {
  try {
    const module: { default?: unknown } = await import(pathToFileURL(join(directory, file)).href);
    return { file, raw: module.default };
  } catch (error) {
    const failure = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
    return { file, raw: undefined, failure: failure.split('\n')[0] ?? failure };
  }
}

function missing({ failure }: EnvironmentFile): ConfigFault {
  return {
    path: '',
    got: failure ?? 'no default export',
    want: 'export default defineEnvironment({ … })',
    remedy:
      failure === undefined
        ? 'see docs/settings.md'
        : 'correct the file: it must load by itself (node FILE says where it fails)',
  };
}

/** `cdk deploy prod` is found in `prod.ts`, and no two environments have one name. */
function nameFaults(file: string, config: Config): ConfigFault[] {
  const ending = extname(file);
  const name = nameOfFile(file);
  if (config.name === name) return [];
  const remedy = `rename the file to ${config.name}${ending}, or the environment to ${name}`;
  return [{ path: 'name', got: config.name, want: `${name}, the name of the file`, remedy }];
}

/** Two environments with one VIP would take it from each other; with one server, each would close what the other opens. */
function sharedFaults(config: Config, all: readonly Config[]): ConfigFault[] {
  const others = all.filter((other) => other !== config && other.vpcId === config.vpcId);
  return config.pairs.flatMap(({ vip, nodes, port }, index) =>
    others.flatMap((other) => {
      const vips = other.pairs.some((pair) => pair.vip === vip)
        ? [alsoIn(other, `pairs[${index}].vip`, vip, 'a VIP')]
        : [];
      const servers = nodes.flatMap(({ address }, at) =>
        other.pairs.some((pair) => pair.port === port && pair.nodes.some((node) => node.address === address))
          ? [alsoIn(other, `pairs[${index}].nodes[${at}].address`, `${address}:${port}`, 'a server')]
          : [],
      );
      return [...vips, ...servers];
    }),
  );
}

function alsoIn({ name }: Config, path: string, what: string, kind: string): ConfigFault {
  return {
    path,
    got: `${what}, which is also in ${name}`,
    want: `${kind} in one environment of the VPC`,
    remedy: 'take the pair out of one of them',
  };
}
