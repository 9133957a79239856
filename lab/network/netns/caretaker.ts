/**
 * Removes the namespaces of a lab however it ends: a shell that outlives it by one moment waits on a pipe for
 * the lab's end, ends whatever still runs in them, and takes them away.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import type { Socket } from 'node:net';

const script = `
trap '' INT TERM HUP
while read -r line; do :; done
for namespace in "$@"; do
  for pid in $(ip netns pids "$namespace" 2>/dev/null); do kill -KILL "$pid" 2>/dev/null; done
  ip netns delete "$namespace" 2>/dev/null
done
exit 0
`;

/** Puts the namespaces in its care; gives back what removes them, with all that runs in them. */
export function takeCare(namespaces: readonly string[]): () => Promise<void> {
  const shell: ChildProcess = spawn('/bin/sh', ['-c', script, 'caretaker', ...namespaces], {
    // In a session of its own: Ctrl-C must not reach it.
    detached: true,
    stdio: ['pipe', 'ignore', 'ignore'],
  });
  shell.unref();
  (shell.stdin as Socket).unref();
  const ended = new Promise<void>((resolve) => shell.once('exit', () => resolve()));
  return () => {
    shell.ref();
    shell.stdin?.end();
    return ended;
  };
}
