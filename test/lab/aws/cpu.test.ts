/** The CPU of functions: Lambda's arithmetic, the files of a cgroup, and a function that is really in one. */
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, afterEach, describe, expect, test } from 'vitest';
import { type CgroupHome, cgroupsHere, filesOf, findCgroups, quotaUs } from '../../../lab/aws/cgroups.ts';
import { type Guardian, startGuardian } from '../../../lab/aws/guardian.ts';
import { createFunctionCpu } from '../../../lab/aws/lambda-cpu.ts';
import { bundle } from './bundle.ts';
import { start, until } from './world.ts';

describe('the share', () => {
  test.each([
    [128, 1447],
    [256, 2894],
    [1769, 20_000],
    [10_240, 115_771],
    // The kernel takes no quota below a millisecond.
    [64, 1000],
  ])('%i MB get %i µs of each 20 ms', (megabytes, quota) => {
    expect(quotaUs(megabytes)).toBe(quota);
  });

  test('is written as each version has it', () => {
    expect(filesOf(1, 256)).toEqual([
      ['cpu.cfs_period_us', '20000'],
      ['cpu.cfs_quota_us', '2894'],
    ]);
    expect(filesOf(2, 256)).toEqual([['cpu.max', '2894 20000']]);
  });
});

describe('where the cgroups are', () => {
  const v1 =
    'tmpfs /sys/fs/cgroup tmpfs rw 0 0\ncgroup /sys/fs/cgroup/cpu,cpuacct cgroup rw,cpu,cpuacct 0 0\n';
  const v2 = 'cgroup2 /sys/fs/cgroup cgroup2 rw,nosuid 0 0\n';
  const hybrid = 'cgroup2 /sys/fs/cgroup/unified cgroup2 rw 0 0\n';

  test.each<[string, string, string, CgroupHome | null]>([
    [
      'version 1, at the top',
      v1,
      '3:cpu,cpuacct:/\n',
      { version: 1, directory: '/sys/fs/cgroup/cpu,cpuacct' },
    ],
    [
      'version 1, inside our own group',
      v1,
      '3:cpu,cpuacct:/user.slice/a\n',
      { version: 1, directory: '/sys/fs/cgroup/cpu,cpuacct/user.slice/a' },
    ],
    ['version 2', v2, '0::/user.slice\n', { version: 2, directory: '/sys/fs/cgroup' }],
    ['version 2 beside version 1 has no CPU', hybrid, '0::/\n', null],
    [
      'both: version 1 has the CPU',
      hybrid + v1,
      '1:cpu:/\n0::/\n',
      { version: 1, directory: '/sys/fs/cgroup/cpu,cpuacct' },
    ],
    ['none', 'proc /proc proc rw 0 0\n', '0::/\n', null],
  ])('%s', (_what, mounts, own, home) => {
    expect(findCgroups(mounts, own)).toEqual(home);
  });
});

describe('what is given', () => {
  const made: string[] = [];
  const directory = () => {
    const name = mkdtempSync(path.join(tmpdir(), 'keepalambda-cgroup-'));
    made.push(name);
    return name;
  };
  const guardian: Guardian = {
    watch() {},
    release() {},
    watchGroup() {},
    watchDirectory() {},
    close: async () => {},
  };
  afterEach(() => {
    for (const name of made.splice(0)) rmSync(name, { recursive: true });
  });

  test('version 1: a group for each process, with its share and the process in it', () => {
    const home = directory();
    const cpu = createFunctionCpu('lambda', guardian, () => ({ version: 1, directory: home }));
    expect(cpu.given).toBe('lambda');
    cpu.limit(4711, 256);
    const all = path.join(home, readdirSync(home)[0] ?? '');
    // All functions together would otherwise weigh as much as one process.
    expect(readFileSync(path.join(all, 'cpu.shares'), 'utf8')).toBe('102400');
    const group = path.join(all, '4711');
    const read = (name: string) => readFileSync(path.join(group, name), 'utf8');
    expect([read('cpu.cfs_period_us'), read('cpu.cfs_quota_us'), read('cgroup.procs')]).toEqual([
      '20000',
      '2894',
      '4711',
    ]);
  });

  test('version 2: the CPU is shared among our groups', () => {
    const home = directory();
    writeFileSync(path.join(home, 'cgroup.subtree_control'), 'cpu memory');
    const cpu = createFunctionCpu('lambda', guardian, () => ({ version: 2, directory: home }));
    cpu.limit(4711, 1769);
    const [group = ''] = readdirSync(home).filter((name) => name.startsWith('keepalambda'));
    expect(readFileSync(path.join(home, group, 'cgroup.subtree_control'), 'utf8')).toBe('+cpu');
    expect(readFileSync(path.join(home, group, 'cpu.weight'), 'utf8')).toBe('10000');
    expect(readFileSync(path.join(home, group, '4711', 'cpu.max'), 'utf8')).toBe('20000 20000');
  });

  test.each<[string, () => CgroupHome, RegExp]>([
    [
      'there is none',
      () => {
        throw new Error('no cgroup for the CPU is mounted');
      },
      /^whole \(no cgroup: no cgroup for the CPU is mounted\)$/,
    ],
    [
      'it cannot be written',
      () => ({ version: 1, directory: '/proc/1/nowhere' }),
      /^whole \(no cgroup: ENOENT: no such file or directory\)$/,
    ],
    [
      'version 2 does not share the CPU',
      () => {
        const home = directory();
        writeFileSync(path.join(home, 'cgroup.subtree_control'), 'memory');
        return { version: 2, directory: home };
      },
      /^whole \(no cgroup: cpu is not in .*\)$/,
    ],
  ])('all of it, and why, where %s', (_what, home, given) => {
    const cpu = createFunctionCpu('lambda', guardian, home);
    expect(cpu.given).toMatch(given);
    cpu.limit(1, 128);
  });

  test('all of it where that is asked for', () => {
    expect(createFunctionCpu('whole', guardian).given).toBe('whole');
  });
});

/** Where this machine lets us have cgroups; null where it does not, which the lab then says itself. */
async function homeOfThisMachine(): Promise<CgroupHome | null> {
  const guardian = startGuardian(mkdtempSync(path.join(tmpdir(), 'keepalambda-guardian-')));
  const cpu = createFunctionCpu('lambda', guardian);
  await cpu.close();
  await guardian.close();
  return cpu.given === 'lambda' ? cgroupsHere() : null;
}

const home = await homeOfThisMachine();
const groupsNow = () =>
  home === null
    ? []
    : readdirSync(home.directory).filter((name) => name.startsWith(`keepalambda-lab-${process.pid}-`));
afterAll(() => expect(groupsNow()).toEqual([]));

test('a function has the whole CPU while it loads and its share afterwards, where cgroups are to be had', async () => {
  // Where this process is, as it sees it itself: at load, and in the handler.
  const source = `
import { readFileSync } from 'node:fs';
const own = () => readFileSync('/proc/self/cgroup', 'utf8');
const atLoad = own();
export const handler = async () => ({ atLoad, now: own(), pid: process.pid });`;
  const clients = await start({
    cpu: 'lambda',
    functions: [{ name: 'own', directory: bundle(source), timeoutSeconds: 5, memoryMegabytes: 256 }],
  });
  try {
    const { lambda, functionCpu } = clients.aws;
    const { payload } = await lambda.invoke('own', {});
    const { atLoad, now, pid } = JSON.parse(payload) as { atLoad: string; now: string; pid: number };
    expect(atLoad).not.toContain('keepalambda-lab');
    if (home === null) {
      expect(functionCpu).toMatch(/^whole \(no cgroup: .+\)$/);
      expect(now).toBe(atLoad);
      return;
    }
    expect(functionCpu).toBe('lambda');
    const [group = ''] = groupsNow();
    expect(now).toMatch(new RegExp(`cpu[^:]*:.*/${group}/${pid}$|^0::.*/${group}/${pid}$`, 'm'));
    const own = path.join(home.directory, group, `${pid}`);
    for (const [name, text] of filesOf(home.version, 256)) {
      expect(readFileSync(path.join(own, name), 'utf8').trim()).toBe(text);
    }
    lambda.kill('own');
    await until(() => !existsSync(own));
  } finally {
    await clients.close();
  }
});

test('the guardian removes the groups of a lab that died', async () => {
  const guardian = startGuardian(mkdtempSync(path.join(tmpdir(), 'keepalambda-guardian-')));
  const top = mkdtempSync(path.join(tmpdir(), 'keepalambda-cgroup-'));
  const group = path.join(top, 'keepalambda-lab-1');
  mkdirSync(path.join(group, '4711'), { recursive: true });
  mkdirSync(path.join(group, '4712'));
  guardian.watchGroup(group);
  await guardian.close();
  expect(readdirSync(top)).toEqual([]);
  rmSync(top, { recursive: true });
});
