/**
 * Pairs of TAP interfaces, joined by `relay.ts`. Only an ioctl makes a TAP, which Node cannot call: perl (of
 * Debian's essential perl-base) does, and becomes the relay, which inherits the open interfaces.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { ipTakes, wordsIn } from './ip.ts';
import type { Weather } from './weather.ts';

const relay = fileURLToPath(new URL('./relay.ts', import.meta.url));

/** TUNSETIFF with IFF_TAP and IFF_NO_PI. `$^F`: descriptors up to it survive the exec. */
const attach = `
$^F = 255;
my @descriptors;
while (@ARGV && (my $name = shift @ARGV) ne '--') {
  open(my $tap, '+<', '/dev/net/tun') or die "no /dev/net/tun: $!";
  ioctl($tap, 0x400454ca, pack('Z16 s x22', $name, 0x1002)) or die "no TAP $name: $!";
  push @kept, $tap;
  push @descriptors, fileno($tap);
}
exec(@ARGV, @descriptors) or die "no relay: $!";
`;

/** How long it may take. Milliseconds. */
const LIMIT_MS = 10_000;

export interface Relay {
  /** Turns the weather on or off. */
  set(on: boolean): void;
  close(): void;
}

/** Makes the interfaces in the namespace: `[outer, inner]` names. They go with the process. */
export async function startRelay(
  namespace: string,
  pairs: readonly (readonly [string, string])[],
  weather: Weather,
): Promise<Relay> {
  const names = pairs.flat();
  const words = ['setpriv', '--pdeathsig', 'KILL', ...wordsIn(namespace), 'perl', '-e', attach];
  const [command = '', ...rest] = [
    ...words,
    ...names,
    '--',
    process.execPath,
    relay,
    JSON.stringify(weather),
  ];
  const child = spawn(command, rest, {
    // Each interface is read by a thread of its own.
    env: { ...process.env, UV_THREADPOOL_SIZE: String(names.length + 4) },
    stdio: ['pipe', 'ignore', 'pipe'],
    detached: true,
  });
  child.stdin.on('error', () => {});
  await untilThere(child, namespace, names);
  return {
    set: (on) => void child.stdin.write(on ? 'on\n' : 'off\n'),
    close: () => void child.kill('SIGKILL'),
  };
}

async function untilThere(child: ChildProcess, namespace: string, names: readonly string[]): Promise<void> {
  let said = '';
  child.stderr?.on('data', (chunk: Buffer) => {
    said = `${said}${chunk}`.slice(-500);
  });
  child.on('error', (error) => {
    said = error.message;
  });
  const deadlineMs = Date.now() + LIMIT_MS;
  const last = names.at(-1) ?? '';
  while (!ipTakes(namespace, `link show dev ${last}`)) {
    if (child.exitCode !== null || child.pid === undefined || Date.now() > deadlineMs) {
      child.kill('SIGKILL');
      throw new Error(`the kernel has no netem, and TAP interfaces failed: ${said}`);
    }
    await delay(20);
  }
}
