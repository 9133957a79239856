/** The command in a terminal of its own: `script`, of the essential packages of Debian, makes one. */
import { type ChildProcess, spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const entry = fileURLToPath(new URL('../../bin/keepalambda.ts', import.meta.url));

/** How a shell calls the command. */
export const calling = `'${process.execPath}' '${entry}'`;

export interface Terminal {
  /** All that has been printed so far, as the terminal got it. */
  readonly printed: () => string;
  /** Waits until this is printed; rejects with what was, after 60 s. */
  until(wanted: RegExp): Promise<void>;
  type(keys: string): void;
  /** The exit code, when it has ended. */
  ended(): Promise<number>;
  kill(): void;
}

/** Runs a line of shell in a terminal of this size. */
export function openTerminal(
  line: string,
  env: Readonly<Record<string, string>>,
  size = { columns: 100, rows: 30 },
): Terminal {
  const sized = `stty cols ${size.columns} rows ${size.rows}; ${line}`;
  const child: ChildProcess = spawn('script', ['-qefc', sized, '/dev/null'], {
    env: { PATH: process.env.PATH ?? '', TERM: 'xterm', SHELL: '/bin/bash', ...env },
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  let printed = '';
  child.stdout?.on('data', (bytes: Buffer) => {
    printed += bytes.toString('utf8');
  });
  const ended = new Promise<number>((resolve) => child.once('exit', (code) => resolve(code ?? 1)));
  return {
    printed: () => printed,
    async until(wanted) {
      const untilMs = Date.now() + 60_000;
      while (!wanted.test(printed)) {
        if (Date.now() > untilMs) throw new Error(`${wanted} was not printed: ${JSON.stringify(printed)}`);
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
    },
    type: (keys) => void child.stdin?.write(keys),
    ended: () => ended,
    kill: () => void child.kill(),
  };
}
