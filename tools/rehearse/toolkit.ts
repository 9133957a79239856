/** The pinned CLI of the CDK, run as a person would. */
import { spawn } from 'node:child_process';
import { createRequire } from 'node:module';
import path from 'node:path';
import { ownProcess } from '../../lab/belongings.ts';
import { LabError } from '../../lab/errors.ts';
import type { Moto } from './moto.ts';

export interface Toolkit {
  /** Runs `cdk WORDS`. Throws a `LabError` with its last words when it fails. */
  run(words: readonly string[], where?: 'repository' | 'nowhere'): Promise<void>;
}

export interface ToolkitOptions {
  readonly moto: Moto;
  /** Where the environments are that it deploys. */
  readonly environments: string;
  /** For its output and its own cache. */
  readonly directory: string;
  /** Hears each line it says. */
  readonly hear: (line: string) => void;
}

/** The CLI, pointed at moto. */
export function createToolkit(options: ToolkitOptions): Toolkit {
  const require = createRequire(import.meta.url);
  const cli = path.join(path.dirname(require.resolve('aws-cdk/package.json')), 'bin/cdk');
  const repository = path.resolve(import.meta.dirname, '../..');
  return {
    run: (words, where = 'repository') =>
      runCli(options, [cli, ...words], where === 'repository' ? repository : options.directory),
  };
}

async function runCli(options: ToolkitOptions, words: readonly string[], cwd: string): Promise<void> {
  const own = ['--no-notices', '--no-color', '--ci', '--output', path.join(options.directory, 'cdk.out')];
  const command = spawn(process.execPath, [...words, ...own], {
    cwd,
    // A group of its own, so that the app that it starts ends with it.
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: {
      PATH: process.env.PATH,
      HOME: options.directory,
      CDK_HOME: path.join(options.directory, 'cdk-home'),
      CDK_DISABLE_VERSION_CHECK: '1',
      CDK_DISABLE_CLI_TELEMETRY: 'true',
      KEEPALAMBDA_ENVIRONMENTS: options.environments,
      ...options.moto.environment,
    },
  });
  const child = ownProcess(command, 'group');
  const lines: string[] = [];
  const collect = (chunk: Buffer) => {
    for (const line of chunk.toString().split('\n').filter(Boolean)) {
      lines.push(line);
      options.hear(line);
    }
  };
  child.stdout.on('data', collect);
  child.stderr.on('data', collect);
  return new Promise<void>((resolve, reject) => {
    const failed = (how: string) => reject(failure(words, how, lines));
    child.once('error', (error) => failed(error.message));
    child.once('close', (code, signal) => (code === 0 ? resolve() : failed(`an end with ${code ?? signal}`)));
  });
}

function failure(words: readonly string[], how: string, lines: readonly string[]): LabError {
  const marked = lines.filter((line) => /❌|‣|error/i.test(line));
  const told = (marked.length > 0 ? marked : lines).slice(-3).join(' | ');
  return new LabError({
    got: `cdk ${words.slice(1).join(' ')}: ${how}: ${told}`,
    want: 'a command of the CDK that succeeds',
    remedy: 'run npm run rehearse without --json to see all that it said',
  });
}
