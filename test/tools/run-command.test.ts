import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import { expect, it } from 'vitest';

const LENGTH = 1_000_000;

/** A process that runs such a command, read slowly. */
async function run(command: string) {
  const script = `import { runCommand } from './tools/run-command.ts';
    import { LabError } from './lab/errors.ts';
    await runCommand(${command});`;
  const child = spawn(process.execPath, ['--input-type=module', '--eval', script], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const ended = once(child, 'close');
  const texts = { out: '', err: '' };
  for (const [name, stream] of [
    ['out', child.stdout],
    ['err', child.stderr],
  ] as const) {
    stream.on('data', (chunk) => {
      texts[name] += chunk;
    });
    stream.pause();
  }
  await delay(500);
  child.stdout.resume();
  child.stderr.resume();
  const [code] = await ended;
  return { code, ...texts };
}

it('prints all before it ends, however late that is read', async () => {
  const { code, out } = await run(`() => { console.log('x'.repeat(${LENGTH})); return 1; }`);
  expect([code, out.length]).toEqual([1, LENGTH + 1]);
});

it('does not wait for what is still open', async () => {
  const { code } = await run('() => { setInterval(() => {}, 1000); return 0; }');
  expect(code).toBe(0);
});

it('says in one line what a person can fix, and what a bug is with its stack', async () => {
  const fixable = await run(
    "() => { throw new LabError({ got: 'no root', want: 'root', remedy: 'sudo' }); }",
  );
  expect([fixable.code, fixable.err.trim().split('\n').length]).toEqual([2, 1]);
  expect(fixable.err).toContain('no root');
  const bug = await run("() => { throw new Error('a bug'); }");
  expect(bug.code).toBe(2);
  expect(bug.err).toMatch(/a bug\n\s+at /);
});
