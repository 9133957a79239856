/**
 * A regular file on a file system without room, without root: a tmpfs of one page in a mount namespace of its
 * own, already filled. Others reach it by way of /proc while its keeper lives.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { LabError } from '../../errors.ts';

export interface FullFile {
  readonly path: string;
  /** Takes it away; who has opened it keeps it. */
  remove(): void;
}

const script = `
set -e
mount -t tmpfs -o size=4k keepalambda-full /mnt
cd /mnt
: > full
head -c 4096 /dev/zero > filler
echo ready
exec cat
`;

/** Makes it. Throws a `LabError` where the machine does not let us have a namespace. */
export async function makeFullFile(): Promise<FullFile> {
  // Its standard input ends with us, and it ends with its input.
  const keeper = spawn('unshare', ['--user', '--map-root-user', '--mount', 'sh', '-c', script], {
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  const said: string[] = [];
  keeper.stderr.on('data', (chunk: Buffer) => said.push(chunk.toString()));
  keeper.stdin.on('error', () => {});
  const ended = new Promise<void>((resolve) => keeper.once('close', resolve).once('error', resolve));
  keeper.once('error', (error) => said.push(error.message));
  await Promise.race([once(keeper.stdout, 'data').catch(() => {}), ended]);
  if (keeper.pid === undefined || keeper.exitCode !== null) {
    await ended;
    throw new LabError({
      got: `no full file system: ${said.join(' ').trim() || 'unshare ended without a word'}`,
      want: 'a user namespace to mount one in, because MySQL 5.6 does not log to /dev/full',
      remedy: 'allow user namespaces (user.max_user_namespaces), or use --server mysql-9.7',
    });
  }
  return { path: `/proc/${keeper.pid}/cwd/full`, remove: () => keeper.kill('SIGKILL') };
}
