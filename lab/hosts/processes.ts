/** What a script on a host of the lab sees in place of `/proc`: its own server, and none of another host on this machine. */
import { mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { Instance } from '../servers/instance.ts';

/** Makes the directory anew, as the server is at this moment. */
export function processesOf(instance: Instance): string {
  const directory = path.join(instance.directory, 'proc');
  rmSync(directory, { recursive: true, force: true });
  mkdirSync(directory);
  const { pid } = instance;
  if (pid === null) return directory;
  const own = path.join(directory, String(pid));
  mkdirSync(own);
  symlinkSync('/', path.join(own, 'root'));
  writeFileSync(path.join(own, 'comm'), 'mysqld\n');
  writeFileSync(path.join(own, 'cgroup'), '0::/system.slice/mysqld.service\n');
  writeFileSync(path.join(own, 'cmdline'), commandLine(pid));
  return directory;
}

/** Empty for one that has ended meanwhile. */
function commandLine(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8');
  } catch {
    return '';
  }
}
