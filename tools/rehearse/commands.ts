/** Commands, given as a person gives them: with an environment of their own, and every line that they say heard. */
import { spawn } from 'node:child_process';
import { ownProcess } from '../../lab/belongings.ts';
import { LabError } from '../../lab/errors.ts';

export interface Commands {
  readonly cwd: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Hears each line. */
  readonly hear: (line: string) => void;
}

export interface Said {
  readonly code: number;
  readonly out: string;
  readonly lines: readonly string[];
}

/** Runs it to its end. Throws a `LabError` with its last words when it fails. */
export async function runCommand(
  commands: Commands,
  command: string,
  words: readonly string[],
): Promise<Said> {
  return succeeded(await tryCommand(commands, command, words), [command, ...words]);
}

/** What it said, if it succeeded; else throws, as `runCommand`. */
export function succeeded(said: Said, words: readonly string[]): Said {
  if (said.code === 0) return said;
  const marked = said.lines.filter((line) => /❌|‣|error/i.test(line));
  const last = (marked.length > 0 ? marked : said.lines).slice(-3).join(' | ');
  throw new LabError({
    got: `${words.join(' ')}: an end with ${said.code}: ${last}`,
    want: 'a command that succeeds',
    remedy: 'run npm run rehearse without --json to see all that it said',
  });
}

/** Runs it to its end, whatever its exit code. */
export async function tryCommand(
  { cwd, env, hear }: Commands,
  command: string,
  words: readonly string[],
): Promise<Said> {
  const spawned = spawn(command, words, {
    cwd,
    // A group of its own, so that what it starts ends with it.
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { PATH: process.env.PATH, ...env },
  });
  const child = ownProcess(spawned, 'group');
  const lines: string[] = [];
  const out: Buffer[] = [];
  const collect = (chunk: Buffer) => {
    for (const line of chunk.toString().split('\n').filter(Boolean)) {
      lines.push(line);
      hear(line);
    }
  };
  child.stdout.on('data', (chunk: Buffer) => {
    out.push(chunk);
    collect(chunk);
  });
  child.stderr.on('data', collect);
  const code = await new Promise<number>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => resolve(code ?? 1));
  });
  return { code, out: Buffer.concat(out).toString(), lines };
}
