/** The command in a process of its own, as a person runs it. */
import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const command = fileURLToPath(new URL('../../bin/keepalambda.ts', import.meta.url));

export interface Ended {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** Runs it with nothing of this machine's environment but the PATH. Nobody answers at its standard input. */
export function keepalambda(
  words: readonly string[],
  environments: string,
  environment: Readonly<Record<string, string>> = {},
  cwd?: string,
): Promise<Ended> {
  const env = { PATH: process.env.PATH, KEEPALAMBDA_ENVIRONMENTS: environments, ...environment };
  return new Promise((resolve) => {
    const child = execFile(
      process.execPath,
      [command, ...words],
      { env, ...(cwd ? { cwd } : {}) },
      (error, out, err) => {
        resolve({ code: error ? Number(error.code) : (child.exitCode ?? 0), out, err });
      },
    );
    child.stdin?.end();
  });
}
