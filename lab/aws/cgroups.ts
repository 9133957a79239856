/** Where this machine's cgroups for CPU time are, and how a share is written into one. */
import { readFileSync } from 'node:fs';
import path from 'node:path';

export type CgroupVersion = 1 | 2;

/** The directory under which groups of our own can be made. */
export interface CgroupHome {
  readonly version: CgroupVersion;
  readonly directory: string;
}

/** Lambda's own period. Microseconds. */
export const PERIOD_US = 20_000;
/** The memory at which Lambda gives one whole vCPU. Megabytes. */
export const MEGABYTES_OF_A_CPU = 1769;
/** The kernel refuses less. Microseconds. */
const LEAST_QUOTA_US = 1000;

/** The CPU time in each period that Lambda gives to a function of that memory. Microseconds. */
export function quotaUs(memoryMegabytes: number): number {
  return Math.max(LEAST_QUOTA_US, Math.floor((PERIOD_US * memoryMegabytes) / MEGABYTES_OF_A_CPU));
}

/** The files of a group that hold its share, in the order in which they are written. */
export function filesOf(
  version: CgroupVersion,
  memoryMegabytes: number,
): readonly (readonly [name: string, text: string])[] {
  const quota = quotaUs(memoryMegabytes);
  switch (version) {
    case 1:
      // The period first: a quota must fit into the period that is there.
      return [
        ['cpu.cfs_period_us', `${PERIOD_US}`],
        ['cpu.cfs_quota_us', `${quota}`],
      ];
    case 2:
      return [['cpu.max', `${quota} ${PERIOD_US}`]];
  }
}

/**
 * What puts the group of all functions before the other work of this machine. Lambda guarantees a function its
 * share, so the quota alone may limit it; without this, all functions together weigh as much as one process.
 */
export function precedenceOf(version: CgroupVersion): readonly [name: string, text: string] {
  switch (version) {
    case 1:
      return ['cpu.shares', '102400'];
    case 2:
      return ['cpu.weight', '10000'];
  }
}

/**
 * Where the CPU's cgroups are.
 * @param mounts the text of /proc/self/mounts
 * @param own the text of /proc/self/cgroup: with version 1, ours are made inside our own group
 */
export function findCgroups(mounts: string, own: string): CgroupHome | null {
  const entries = mounts.split('\n').map((line) => line.split(' '));
  const first = entries.find(
    ([, , type, options = '']) => type === 'cgroup' && options.split(',').includes('cpu'),
  );
  if (first?.[1]) return { version: 1, directory: path.resolve(first[1], `.${ownGroup(own)}`) };
  // A group of version 2 with processes in it can have no groups below, so ours are made at the top.
  const second = entries.find(([, directory, type]) => type === 'cgroup2' && directory === '/sys/fs/cgroup');
  return second?.[1] ? { version: 2, directory: second[1] } : null;
}

/** `4:cpu,cpuacct:/user.slice` → `/user.slice`. */
function ownGroup(own: string): string {
  const lines = own.split('\n').map((line) => line.split(':'));
  const ofCpu = lines.find(([, controllers = '']) => controllers.split(',').includes('cpu'));
  return ofCpu?.slice(2).join(':') ?? '/';
}

/** The same for this machine. Throws where there is none. */
export function cgroupsHere(): CgroupHome {
  const home = findCgroups(
    readFileSync('/proc/self/mounts', 'utf8'),
    readFileSync('/proc/self/cgroup', 'utf8'),
  );
  if (home) return home;
  throw new Error('no cgroup for the CPU is mounted');
}
