/** A lab that is killed leaves nothing: not even a frozen function, which hears no signal but one, nor its cgroup. */
import { spawn } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { expect, test } from 'vitest';
import { bundle } from './bundle.ts';
import { until } from './world.ts';

const start = new URL('../../../lab/aws/start.ts', import.meta.url).href;

/** A lab that freezes one function, has another busy and a script running, and then says their pids. */
function labSource(directory: string): string {
  return `
import { startAws } from ${JSON.stringify(start)};
const directory = ${JSON.stringify(directory)};
const functions = ['frozen', 'busy'].map((name) => ({ name, directory, timeoutSeconds: 60 }));
const aws = await startAws({ functions, cpu: 'lambda' });
await aws.lambda.invoke('frozen', { forMs: 0 });
void aws.lambda.invoke('busy', { forMs: 60000 });
await new Promise((resolve) => setTimeout(resolve, 300));
const pids = functions.flatMap(({ name }) => aws.lambda.environments(name).map(({ pid }) => pid));
console.log(JSON.stringify(pids));
process.on('SIGUSR2', () => { void aws.close().then(() => process.exit(0)); });
setInterval(() => undefined, 1000);`;
}

test.each([
  ['SIGKILL', 'SIGKILL'],
  ['SIGTERM', 'SIGTERM'],
  ['its own close', 'SIGUSR2'],
] as const)('after %s', async (_what, signal) => {
  const directory = bundle(
    "import { setTimeout as sleep } from 'node:timers/promises'; export const handler = (event) => sleep(event.forMs);",
  );
  const lab = spawn(process.execPath, ['--input-type=module', '-e', labSource(directory)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [line] = (await new Promise<string[]>((resolve) =>
    createInterface({ input: lab.stdout }).once('line', (text) => resolve([text])),
  )) as [string];
  const pids = JSON.parse(line) as number[];
  expect(pids.map((pid) => stateOf(pid) !== 'gone')).toEqual([true, true]);
  lab.kill(signal);
  await until(() => pids.every((pid) => stateOf(pid) === 'gone'));
  await until(() => groupsOf(lab.pid ?? 0).length === 0);
});

/** The cgroups that a lab made, by its pid; none where cgroups are not to be had. */
function groupsOf(pid: number): readonly string[] {
  const places = ['/sys/fs/cgroup', '/sys/fs/cgroup/cpu'].filter((place) => existsSync(place));
  const names = places.flatMap((place) => readdirSync(place));
  return names.filter((name) => name.startsWith(`keepalambda-lab-${pid}-`));
}

/** The letter in /proc; a zombie that nobody has reaped yet is as good as gone. */
function stateOf(pid: number): string {
  try {
    const letter = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.[0] ?? '?';
    return letter === 'Z' ? 'gone' : letter;
  } catch {
    return 'gone';
  }
}
