/**
 * A shell that outlives the lab by one moment: when the lab ends, however it ends, the pipe between them
 * closes, and the shell kills what the lab had put in its care, and removes the lab's directory. Nothing else
 * reaches a frozen (SIGSTOP) function of a lab that was itself killed.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import type { Socket } from 'node:net';

/**
 * `+ pid` and `- pid` on standard input; a negative pid is a process group. `g directory` is a cgroup, which goes
 * away with its groups once the processes in it have ended: that takes CPU time, so their shares are lifted. `d directory` is
 * removed like the lab's own; what was just being written to it may make that fail at first.
 */
const script = `
trap '' INT TERM HUP
wards=' '
group=
while read -r sign what; do
  case $sign in
    +) wards="$wards$what " ;;
    -) wards=$(printf '%s' "$wards" | sed "s/ $what / /") ;;
    g) group=$what ;;
    d) set -- "$@" "$what" ;;
  esac
done
for pid in $wards; do kill -KILL "$pid" 2>/dev/null; done
if [ -n "$group" ]; then
  for share in "$group"/*/cpu.cfs_quota_us; do [ -f "$share" ] && echo -1 > "$share"; done
  for share in "$group"/*/cpu.max; do [ -f "$share" ] && echo max > "$share"; done
fi
tries=0
while [ -n "$group" ] && [ -d "$group" ] && [ $tries -lt 100 ]; do
  rmdir "$group"/*/ "$group" 2>/dev/null || sleep 0.05
  tries=$((tries + 1))
done
tries=0
until rm -rf -- "$@" 2>/dev/null || [ $tries -ge 20 ]; do
  sleep 0.05
  tries=$((tries + 1))
done
`;

export interface Guardian {
  /** Has the process killed when the lab ends. A process group is its leader's id, negative. */
  watch(pid: number): void;
  /** The process has ended: its id may be somebody else's from now on. */
  release(pid: number): void;
  /** Has the cgroup, and the groups in it, removed when the lab ends. There is at most one. */
  watchGroup(directory: string): void;
  /** Has the directory removed when the lab ends, if it is still there. */
  watchDirectory(directory: string): void;
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
  const tell = (sign: '+' | '-' | 'g' | 'd', what: number | string) => shell.stdin.write(`${sign} ${what}\n`);
  return {
    watch: (pid) => void tell('+', pid),
    release: (pid) => void tell('-', pid),
    watchGroup: (directory) => void tell('g', directory),
    watchDirectory: (directory) => void tell('d', directory),
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
