/** Runs `npm run lab` as a person does: its own process, its output, its exit code. */
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { Figures } from '../../lab/experiment.ts';

const entry = fileURLToPath(new URL('../../bin/lab.ts', import.meta.url));

export interface Run {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs it to its end. */
export function runLab(...args: readonly string[]): Promise<Run> {
  return new Promise((resolve) => {
    execFile(process.execPath, [entry, ...args], { maxBuffer: 64 << 20 }, (error, stdout, stderr) => {
      resolve({ code: error ? Number(error.code ?? 1) : 0, stdout, stderr });
    });
  });
}

/** The figures on the last line of `--json`. */
export function figuresOf({ stdout, stderr }: Run): Figures {
  const last = stdout.trimEnd().split('\n').at(-1) ?? '';
  if (!last.startsWith('{')) throw new Error(`the last line is no JSON: ${last}\n${stderr}`);
  return JSON.parse(last) as Figures;
}

/** Starts it, to be spoken to while it runs. */
export function startLab(...args: readonly string[]): ChildProcess {
  return spawn(process.execPath, [entry, ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
}
