/** What a function is, and the process that it becomes. */
import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { fileURLToPath, pathToFileURL } from 'node:url';

const runtime = fileURLToPath(new URL('./lambda-runtime.mjs', import.meta.url));

/** Lambda's own default. */
export const defaultMegabytes = 128;

export interface FunctionSpec {
  readonly name: string;
  /** The directory of the bundle, with its `index.mjs`. */
  readonly directory: string;
  /** @default index.handler */
  readonly handler?: string;
  /** The published versions; another one is not found. @default any that is asked for */
  readonly versions?: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
  /** What the lab adds to the environment, beside what the stack says. */
  readonly labEnvironment?: Readonly<Record<string, string>>;
  readonly timeoutSeconds: number;
  /** Also the function's share of a CPU. @default 128 */
  readonly memoryMegabytes?: number;
  /** What `/opt` in the environment's values stands for. */
  readonly layerDirectory?: string;
  /** Absolute paths of modules that are loaded first (`node --import`). */
  readonly preload?: readonly string[];
  /** What stands before its command, so that it runs in its subnet of the lab's network. @default nothing */
  readonly words?: readonly string[];
  /** Taken out of the account's pool, and the most that the function gets. @default none: it shares the pool */
  readonly reservedConcurrency?: number;
  /** Whether the process is stopped between invocations, as on Lambda. @default true */
  readonly freeze?: boolean;
}

/** Starts it. Its environment is Lambda's, the stack's and the lab's, and nothing of the person who runs the lab. */
export function startProcess(
  spec: FunctionSpec,
  awsEnvironment: Readonly<Record<string, string>>,
  functionArn: string,
): ChildProcess {
  const memory = spec.memoryMegabytes ?? defaultMegabytes;
  const preload = (spec.preload ?? []).flatMap((file) => ['--import', pathToFileURL(file).href]);
  const command = [process.execPath, `--max-old-space-size=${memory}`, ...preload, runtime];
  const [first = process.execPath, ...rest] = [...(spec.words ?? []), ...command];
  return spawn(first, rest, {
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    env: {
      PATH: process.env.PATH,
      HOME: '/tmp',
      TZ: ':UTC',
      LANG: 'en_US.UTF-8',
      ...awsEnvironment,
      AWS_EXECUTION_ENV: 'AWS_Lambda_nodejs24.x',
      AWS_LAMBDA_FUNCTION_NAME: spec.name,
      AWS_LAMBDA_FUNCTION_VERSION: '$LATEST',
      AWS_LAMBDA_FUNCTION_MEMORY_SIZE: String(memory),
      AWS_LAMBDA_LOG_GROUP_NAME: `/aws/lambda/${spec.name}`,
      AWS_LAMBDA_LOG_STREAM_NAME: `$LATEST/${randomBytes(8).toString('hex')}`,
      AWS_LAMBDA_INITIALIZATION_TYPE: 'on-demand',
      LAMBDA_TASK_ROOT: spec.directory,
      LAB_FUNCTION_ARN: functionArn,
      _HANDLER: spec.handler ?? 'index.handler',
      ...withLayer(spec),
      ...spec.labEnvironment,
    },
  });
}

function withLayer(spec: FunctionSpec): Readonly<Record<string, string>> {
  const { layerDirectory } = spec;
  const entries = Object.entries(spec.environment ?? {});
  if (layerDirectory === undefined) return Object.fromEntries(entries);
  return Object.fromEntries(
    entries.map(([name, value]) => [name, value.replace(/(^|:)\/opt(?=\/|:|$)/g, `$1${layerDirectory}`)]),
  );
}
