/** `ip` and `tc`, run to their end at once: the network is changed when the call returns. */
import { spawnSync } from 'node:child_process';
import { LabError } from '../../errors.ts';

/** Runs `ip` with these arguments. Throws with its last words when it fails. */
export function ip(...args: readonly string[]): void {
  run('ip', args);
}

/** Runs the lines as `ip` commands in one namespace, in order; the first that fails ends it. */
export function ipLines(namespace: string, lines: readonly string[]): void {
  run('ip', ['-n', namespace, '-batch', '-'], `${lines.join('\n')}\n`);
}

/** Runs one `tc` command in a namespace. */
export function tc(namespace: string, line: string): void {
  run('tc', ['-n', namespace, ...line.split(' ')]);
}

/** Whether `tc` takes the line: what a kernel can do is best asked of it. */
export function tcTakes(namespace: string, line: string): boolean {
  return spawnSync('tc', ['-n', namespace, ...line.split(' ')], { stdio: 'ignore' }).status === 0;
}

/** Whether `ip` takes the line. */
export function ipTakes(namespace: string, line: string): boolean {
  return spawnSync('ip', ['-n', namespace, ...line.split(' ')], { stdio: 'ignore' }).status === 0;
}

/** What stands before a command that is to run in the namespace. */
export function wordsIn(namespace: string): readonly string[] {
  return ['ip', 'netns', 'exec', namespace];
}

/** Writes kernel settings of a namespace: `net.ipv4.ip_forward` under its path. */
export function setKernel(namespace: string, settings: Readonly<Record<string, number>>): void {
  const script = Object.entries(settings)
    .map(([name, value]) => `echo ${value} > /proc/sys/${name.replaceAll('.', '/')}`)
    .join('; ');
  run('ip', ['netns', 'exec', namespace, 'sh', '-ec', script]);
}

/** Throws a `LabError` unless namespaces can be made here. */
export function requireNamespaces(): void {
  if (process.getuid?.() !== 0) {
    throw new LabError({
      got: 'a run without root',
      want: 'root, for network namespaces',
      remedy: 'run it as root; the lab without --netns, and npm run bench -- --scale, need none',
    });
  }
  for (const tool of ['ip', 'tc']) {
    if (spawnSync(tool, ['-V'], { stdio: 'ignore' }).error) {
      throw new LabError({
        got: `no ${tool} on the PATH`,
        want: 'ip and tc of iproute2',
        remedy: 'install the package iproute2',
      });
    }
  }
}

function run(command: string, args: readonly string[], input = ''): void {
  const { status, stderr, error } = spawnSync(command, args, { input, encoding: 'utf8' });
  if (status === 0) return;
  throw new Error(`${command} ${args.join(' ')} ${input}: ${error?.message ?? stderr.trim()}`, {
    cause: error,
  });
}
