/** Ctrl-C and SIGTERM end the lab, the rehearsal and the benchmark within two seconds, with all that they had started; then their files go. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, test } from 'vitest';

const root = fileURLToPath(new URL('../..', import.meta.url));
/** How long an end may take. Milliseconds. */
const END_LIMIT_MS = 2000;
/** When nothing may be left any more: two data directories are removed beside whatever else the machine does. Milliseconds. */
const LEFT_LIMIT_MS = 20_000;

/** By the lab's own process; `group`, as a terminal does, by npm's and all others of its process group. */
type Way = `${'SIGINT' | 'SIGTERM'}${'' | ' to the group'}`;

let temporary = '';
beforeEach(() => {
  temporary = mkdtempSync(path.join(os.tmpdir(), 'keepalambda-interrupt-'));
});
afterEach(() => rmSync(temporary, { recursive: true, force: true }));

function startByNpm(...command: readonly string[]): ChildProcess {
  return spawn('npm', ['run', ...command], {
    cwd: root,
    // npm's cache of compiled code is its own.
    env: { ...process.env, TMPDIR: temporary, NODE_DISABLE_COMPILE_CACHE: '1' },
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  });
}

/** Whatever runs with a file of this lab in its command or its environment: all that it started, and no other lab. */
function running(): readonly string[] {
  const read = (pid: string) => {
    try {
      const command = readFileSync(`/proc/${pid}/cmdline`, 'latin1').replaceAll('\0', ' ');
      const environment = readFileSync(`/proc/${pid}/environ`, 'latin1');
      return `${command}${environment}`.includes(temporary) ? [`${pid} ${command.slice(0, 200)}`] : [];
    } catch {
      return [];
    }
  };
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap(read);
}

/** Not one of those that remove what the others had: the shells of guardian and caretaker, and what these run. */
function isAtWork(line: string): boolean {
  return !/^\d+ (\/bin\/sh -c|rm -rf) /.test(line);
}

/** Waits for the words in the story, then `afterMs` longer; for 'the start', from there. */
async function until(lab: ChildProcess, words: string, afterMs: number): Promise<void> {
  lab.stderr?.resume();
  lab.stdout?.resume();
  if (words === 'the end') await once(lab, 'exit');
  else if (words !== 'the start') {
    let said = '';
    await new Promise<void>((resolve) => {
      lab.stdout?.on('data', (chunk: Buffer) => {
        said += chunk;
        if (said.includes(words)) resolve();
      });
    });
  }
  await delay(afterMs);
}

function send(lab: ChildProcess, way: Way): void {
  const signal = way.startsWith('SIGINT') ? 'SIGINT' : 'SIGTERM';
  if (!way.endsWith('group')) lab.kill(signal);
  else if (lab.pid !== undefined && lab.exitCode === null) process.kill(-lab.pid, signal);
}

test.each<readonly [moment: string, afterMs: number, way: Way]>([
  ['the start', 300, 'SIGINT to the group'],
  ['starting two servers', 0, 'SIGINT to the group'],
  ['starting two servers', 1000, 'SIGTERM'],
  ['starting two servers', 2000, 'SIGINT to the group'],
  ['starting two servers', 3500, 'SIGTERM to the group'],
  ['leading under epoch', 0, 'SIGINT'],
  ['the pair is steady', 200, 'SIGTERM'],
  ['mysqld of the holder is killed', 200, 'SIGINT to the group'],
  ['failover to db2', 500, 'SIGTERM to the group'],
  ['the end', 0, 'SIGINT to the group'],
])('%s + %i ms: %s', async (moment, afterMs, way) => {
  const lab = startByNpm('lab');
  await until(lab, moment, afterMs);
  if (moment !== 'the end' && moment !== 'the start') expect(running()).not.toEqual([]);
  await expectEnd(lab, way);
});

test.each<readonly [command: string, child: string, way: Way]>([
  ['rehearse', 'bin/cdk', 'SIGINT to the group'],
  ['bench -- --scale 1 --for 60s', 'nodes-process', 'SIGTERM'],
  ['bench -- --clients --only mysql2 --server mysql-5.6', 'mysql2-connection', 'SIGINT to the group'],
])('%s, while %s runs: %s', async (command, child, way) => {
  const started = startByNpm(...command.split(' '));
  started.stdout?.resume();
  started.stderr?.resume();
  const children = () => running().filter((line) => line.includes(child));
  await expect.poll(children, { timeout: 200_000, interval: 100 }).not.toEqual([]);
  await expectEnd(started, way);
});

async function expectEnd(lab: ChildProcess, way: Way): Promise<void> {
  const ended = lab.exitCode === null ? once(lab, 'exit') : Promise.resolve();
  const beganMs = Date.now();
  send(lab, way);
  // As one text, which a failure prints whole.
  const atWork = () => running().filter(isAtWork).join('\n');
  await expect.poll(atWork, { timeout: END_LIMIT_MS, interval: 20 }).toBe('');
  await ended;
  expect(Date.now() - beganMs).toBeLessThan(END_LIMIT_MS);
  const left = () => [...running(), ...readdirSync(temporary)].join('\n');
  await expect.poll(left, { timeout: LEFT_LIMIT_MS, interval: 20 }).toBe('');
}
