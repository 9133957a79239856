/**
 * The CPU of functions. Lambda gives a function the part of a vCPU that its memory buys, in periods of 20 ms, and
 * all of one while it loads. Here each environment is a process, and a cgroup of its own takes the rest away.
 */
import { mkdirSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { type CgroupHome, cgroupsHere, filesOf, precedenceOf } from './cgroups.ts';
import type { Guardian } from './guardian.ts';

/** `lambda`: the share of its memory. `whole`: as much as the machine has. */
export const cpuChoices = ['lambda', 'whole'] as const;
export type CpuChoice = (typeof cpuChoices)[number];

export interface FunctionCpu {
  /** What functions really get, for the figures: `lambda`, `whole`, or `whole (no cgroup: …)`. */
  readonly given: string;
  /** From now on the process gets the share of that memory, with all that it starts. */
  limit(pid: number, memoryMegabytes: number): void;
  /** The process has ended. */
  forget(pid: number): void;
  /** Removes every group. The processes in them must have been killed. */
  close(): Promise<void>;
}

/** How often, and how long in all, the removal of a group is tried: a killed process needs a moment to leave it. */
const REMOVAL_EVERY_MS = 20;
const REMOVAL_TRIES = 100;

/** Gives functions their CPU. Where cgroups are not to be had, everything is given, and `given` says why. */
export function createFunctionCpu(
  choice: CpuChoice,
  guardian: Guardian,
  findHome: () => CgroupHome = cgroupsHere,
): FunctionCpu {
  if (choice === 'whole') return everything('whole');
  try {
    const home = findHome();
    expectCpu(home);
    count += 1;
    const group = path.join(home.directory, `keepalambda-lab-${process.pid}-${count}`);
    // First the guardian: it removes the group even if we die in the next line.
    guardian.watchGroup(group);
    mkdirSync(group);
    if (home.version === 2) writeFileSync(path.join(group, 'cgroup.subtree_control'), '+cpu');
    const [name, text] = precedenceOf(home.version);
    writeFileSync(path.join(group, name), text);
    return sharesUnder(group, home);
  } catch (error) {
    return everything(`whole (no cgroup: ${reasonOf(error)})`);
  }
}

/** Several labs of one process, as in tests, have a group each. */
let count = 0;

function everything(given: string): FunctionCpu {
  return { given, limit: () => undefined, forget: () => undefined, close: async () => undefined };
}

/** With version 2 the top must share the CPU among its groups; where it does not, that is not ours to change. */
function expectCpu({ version, directory }: CgroupHome): void {
  if (version === 1) return;
  const shared = readFileSync(path.join(directory, 'cgroup.subtree_control'), 'utf8');
  if (!shared.split(/\s+/).includes('cpu'))
    throw new Error(`cpu is not in ${directory}/cgroup.subtree_control`);
}

function sharesUnder(group: string, { version }: CgroupHome): FunctionCpu {
  const made = new Map<number, string>();
  return {
    given: 'lambda',
    limit(pid, memoryMegabytes) {
      const own = path.join(group, `${pid}`);
      mkdirSync(own);
      made.set(pid, own);
      for (const [name, text] of filesOf(version, memoryMegabytes)) writeFileSync(path.join(own, name), text);
      join(own, pid);
    },
    forget(pid) {
      const own = made.get(pid);
      made.delete(pid);
      if (own !== undefined) void removed(own);
    },
    async close() {
      await Promise.all([...made.values()].map(removed));
      await removed(group);
    },
  };
}

/** A process that has just ended cannot join, and need not. */
function join(group: string, pid: number): void {
  try {
    writeFileSync(path.join(group, 'cgroup.procs'), `${pid}`);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

/** Whether it is gone in the end; the guardian tries again what is not. */
async function removed(directory: string): Promise<boolean> {
  for (let tries = 0; tries < REMOVAL_TRIES; tries += 1) {
    try {
      rmdirSync(directory);
      return true;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return true;
      await delay(REMOVAL_EVERY_MS);
    }
  }
  return false;
}

/** `EROFS: read-only file system, mkdir '…'` is enough without the path. */
function reasonOf(error: unknown): string {
  const { message } = error as Error;
  return message.replace(/, \w+ '.*$/, '');
}
