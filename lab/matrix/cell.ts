/** One cell of the matrix: a lab of its own, in a process of its own, which one that hangs cannot harm. */
import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { type LatencyTerms, latencyWords } from '../aws/flags.ts';
import type { CpuChoice } from '../aws/lambda-cpu.ts';
import type { Figures } from '../experiment.ts';
import type { ServerSettings } from '../servers/options.ts';
import type { Ran } from './command.ts';

/**
 * How long one may take, in milliseconds: a minute for what some faults do themselves, one for the outcome, the rest for
 * start, readback and end.
 */
const LIMIT_MS = 240_000;

const lab = fileURLToPath(new URL('../../bin/lab.ts', import.meta.url));

/** What is the same for every cell. */
export interface CellTerms {
  readonly cpu: CpuChoice;
  readonly serverSettings: ServerSettings;
}

/** Plays the fault on that server. Never rejects: `because` says why there are no figures. */
export function runCell(
  server: string,
  fault: string,
  { cpu, serverSettings }: CellTerms,
  latency: LatencyTerms,
  signal: AbortSignal,
): Promise<Ran> {
  const terms = ['--cpu', cpu, '--server-settings', serverSettings, ...latencyWords(latency)];
  const words = [lab, '--fault', fault, '--server', server, ...terms, '--json'];
  const child = spawn(process.execPath, words, { stdio: ['ignore', 'pipe', 'pipe'], detached: true });
  const [told, story]: [string[], string[]] = [[], []];
  child.stdout.on('data', (chunk: Buffer) => told.push(chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => story.push(chunk.toString()));
  // SIGTERM, so that it ends what it has started.
  const end = () => child.kill('SIGTERM');
  const timer = setTimeout(end, LIMIT_MS);
  signal.addEventListener('abort', end, { once: true });
  return new Promise((resolve) => {
    const done = (code: number | null) => {
      clearTimeout(timer);
      signal.removeEventListener('abort', end);
      resolve(cellOf(told.join(''), story.join(''), code));
    };
    child.once('error', () => done(null));
    child.once('close', done);
  });
}

function cellOf(told: string, story: string, code: number | null): Ran {
  const last = told.trim().split('\n').at(-1) ?? '';
  try {
    const figures = JSON.parse(last) as Figures;
    return figures.ok ? figures : { ...figures, because: `${describe(figures)}\n${lastLines(story)}` };
  } catch {
    return { ok: false, because: `ended with ${code}: ${lastLines(story)}` };
  }
}

function describe({ wrong, lost, alerts }: Figures): string {
  return `${wrong.join('; ')} (${lost} lost, alerts: ${alerts.join(', ') || 'none'})`;
}

function lastLines(story: string): string {
  return story.trim().split('\n').slice(-30).join('\n');
}
