/**
 * What a command of the lab has on this machine beside itself: processes and directories. They go when it goes, whether it
 * ends by itself or by a signal. SIGINT and SIGTERM have no handler: they end it at once, whatever it is busy with, and the
 * guardian cleans up after it.
 */
import type { ChildProcess } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { mkdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { type Guardian, guard, startGuardian } from './aws/guardian.ts';

const processes = new Set<ChildProcess>();
let guardian: Guardian | null = null;

process.on('exit', () => {
  for (const child of processes) child.kill('SIGKILL');
});

/** For a command, before it makes anything: what it and its children make for a while is in one directory from now on. */
export function leaveNothingBehind(): void {
  const directory = path.join(tmpdir(), `keepalambda-${randomUUID().slice(0, 8)}`);
  // Before there is one: a signal may come between the two.
  guardian = startGuardian(directory);
  mkdirSync(directory);
  process.env.TMPDIR = directory;
  process.on('exit', () => rmSync(directory, { recursive: true, force: true, maxRetries: 5 }));
}

/** Has the process killed when this one ends; `group`: it leads a process group, all of which is killed. */
export function ownProcess<Child extends ChildProcess>(child: Child, group?: 'group'): Child {
  processes.add(child);
  const forget = () => processes.delete(child);
  child.once('exit', forget).once('error', forget);
  if (guardian) guard(guardian, child, group !== undefined);
  return child;
}

/** Has the directory removed when this process ends, if it is still there. */
export function ownDirectory(directory: string): void {
  guardian?.watchDirectory(directory);
}
