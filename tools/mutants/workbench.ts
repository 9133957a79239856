/** A copy of the project in which one file at a time is mutated, and what the suites and the simulator say of it. */
import { spawn } from 'node:child_process';
import { access, cp, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Fate, type Mutant, mutated } from './mutant.ts';

const project = fileURLToPath(new URL('../..', import.meta.url));
const copied = ['bin', 'lib', 'sim', 'lab', 'tools', 'lambdas', 'test', 'docs', 'environments'] as const;
const copiedFiles = ['package.json', 'tsconfig.json', 'vitest.config.ts', 'cdk.json', 'README.md'] as const;
/** Fast, and without servers. */
const suites = ['test/core', 'test/watch', 'test/sim/safety', 'test/sim/who-may-take-over'] as const;
/** One process for all files, which load what they test once: three times as fast as a process for each. */
const vitest = ['node_modules/vitest/vitest.mjs', 'run', '--bail', '1', '--isolate=false', '--maxWorkers=1'];
/**
 * A mutant that makes something wait for ever is found too: by a run that takes this many times as long as that of the
 * project itself, and at least `limitMsMin`, because a machine may be busy. Milliseconds.
 */
const timesAsLong = 10;
const limitMsMin = 300_000;

export interface SimulationTerms {
  readonly runs: number;
  readonly seed: number;
}

export interface Workbench {
  /** Why the project itself fails; null when it passes. Without that, every mutant would count as killed. */
  baseline(): Promise<string | null>;
  try(mutant: Mutant): Promise<Fate>;
  close(): Promise<void>;
}

export async function openWorkbench(terms: SimulationTerms): Promise<Workbench> {
  const directory = await mkdtemp(join(tmpdir(), 'keepalambda-mutants-'));
  for (const name of copied) await cp(join(project, name), join(directory, name), { recursive: true });
  for (const name of copiedFiles) await cp(join(project, name), join(directory, name));
  await mkdir(join(directory, 'node_modules'), { recursive: true });
  await rm(join(directory, 'node_modules'), { recursive: true });
  await symlink(join(project, 'node_modules'), join(directory, 'node_modules'));

  let limitMs = Number.POSITIVE_INFINITY;
  const run = (args: readonly string[]) => runIn(directory, args, limitMs);

  /** The file's own suite comes first: most mutants die there, within a second. */
  async function judge(ownSuites: readonly string[]): Promise<Fate> {
    for (const files of [ownSuites, suites]) {
      const tested = files.length === 0 ? null : await run([...vitest, ...files]);
      if (tested !== null) return { kind: 'killed', by: 'suites', because: tested };
    }
    const { runs, seed } = terms;
    const simulated = await run(['bin/sim.ts', '--runs', `${runs}`, '--seed', `${seed}`]);
    if (simulated !== null) return { kind: 'killed', by: 'simulation', because: simulated };
    return { kind: 'survived' };
  }

  return {
    async baseline() {
      const startMs = performance.now();
      const fate = await judge([]);
      limitMs = Math.max(limitMsMin, timesAsLong * (performance.now() - startMs));
      return fate.kind === 'survived' ? null : fate.because;
    },
    async try(mutant) {
      const path = join(directory, mutant.file);
      const source = await readFile(path, 'utf8');
      await writeFile(path, mutated(source, mutant));
      try {
        return await judge(await ownSuitesOf(mutant.file));
      } finally {
        await writeFile(path, source);
      }
    },
    close: () => rm(directory, { recursive: true, force: true }),
  };
}

/** `lib/core/evidence/verdict.ts` → `test/core/evidence/verdict.test.ts`, where there is one. */
async function ownSuitesOf(file: string): Promise<readonly string[]> {
  const suite = file.replace(/^lib\//, 'test/').replace(/\.ts$/, '.test.ts');
  return access(join(project, suite)).then(
    () => [suite],
    () => [],
  );
}

/** Runs it on the project's own Node; null when it succeeds, else the first line that says what was wrong. */
function runIn(directory: string, args: readonly string[], limitMs: number): Promise<string | null> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, args, { cwd: directory, stdio: ['ignore', 'pipe', 'pipe'] });
    let text = '';
    const note = (chunk: Buffer) => {
      text += chunk.toString('utf8');
    };
    child.stdout.on('data', note);
    child.stderr.on('data', note);
    const timer = Number.isFinite(limitMs) ? setTimeout(() => child.kill('SIGKILL'), limitMs) : undefined;
    child.on('error', reject);
    child.on('close', (code) => {
      clearTimeout(timer);
      resolve(code === 0 ? null : firstFault(text));
    });
  });
}

const escapes = new RegExp(`${String.fromCharCode(27)}\\[[0-9;]*m`, 'g');

function firstFault(text: string): string {
  const lines = text.replaceAll(escapes, '').split('\n');
  const fault = lines.find((line) => /FAIL|violates|Error:/.test(line)) ?? 'it did not end in time';
  return fault.trim().slice(0, 160);
}
