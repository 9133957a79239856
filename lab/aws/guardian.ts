/**
 * A shell that outlives the lab by one moment: when the lab ends, however it ends, the pipe between them
 * closes, and the shell kills what the lab had put in its care, and removes the lab's directory. Nothing else
 * reaches a frozen (SIGSTOP) function of a lab that was itself killed.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import type { Socket } from 'node:net';

/** `+pid` and `-pid` on standard input; a negative pid is a process group. */
const script = `
trap '' INT TERM HUP
wards=' '
while read -r sign pid; do
  case $sign in
    +) wards="$wards$pid " ;;
    -) wards=$(printf '%s' "$wards" | sed "s/ $pid / /") ;;
  esac
done
for pid in $wards; do kill -KILL "$pid" 2>/dev/null; done
rm -rf -- "$1"
`;

export interface Guardian {
  /** Has the process killed when the lab ends. A process group is its leader's id, negative. */
  watch(pid: number): void;
  /** The process has ended: its id may be somebody else's from now on. */
  release(pid: number): void;
  /** Kills what is still in its care, removes the directory, and ends. */
  close(): Promise<void>;
}

/** Starts the shell, in a session of its own so that Ctrl-C does not reach it. `directory` goes when the lab goes. */
export function startGuardian(directory: string): Guardian {
  const shell = spawn('/bin/sh', ['-c', script, 'guardian', directory], {
    detached: true,
    stdio: ['pipe', 'ignore', 'ignore'],
  });
  shell.unref();
  (shell.stdin as Socket).unref();
  shell.stdin.on('error', () => undefined);
  const ended = new Promise<void>((resolve) => shell.once('exit', () => resolve()));
  const tell = (sign: '+' | '-', pid: number) => shell.stdin.write(`${sign} ${pid}\n`);
  return {
    watch: (pid) => void tell('+', pid),
    release: (pid) => void tell('-', pid),
    async close() {
      shell.ref();
      shell.stdin.end();
      await ended;
    },
  };
}

/** Puts a child in the guardian's care until it ends. `group`: the child leads a process group. */
export function guard(guardian: Guardian, child: ChildProcess, group = false): void {
  if (child.pid === undefined) return;
  const ward = group ? -child.pid : child.pid;
  guardian.watch(ward);
  child.once('exit', () => guardian.release(ward));
}
