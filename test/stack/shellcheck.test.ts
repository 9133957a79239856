/** What shellcheck says of every script that may run on a host. */
import { execFile } from 'node:child_process';
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { beforeAll, expect, test } from 'vitest';
import { unpacked } from '../../lab/servers/debian.ts';
import { documents } from '../../lib/stack/documents/index.ts';
import { temporaryDirectory } from '../../lib/stack/temporary.ts';

const run = promisify(execFile);
let shellcheck: string;

beforeAll(async () => {
  const root = await unpacked({
    name: 'tools/shellcheck',
    suite: 'bookworm',
    packages: ['shellcheck'],
    instead: 'install shellcheck',
  });
  shellcheck = join(root, 'usr/bin/shellcheck');
}, 300_000);
test('shellcheck is the real one: it finds what is wrong', async () => {
  expect(existsSync(shellcheck)).toBe(true);
  await expect(
    run(shellcheck, [written('wrong', ['cd $HOME', 'for x in $(ls *.txt); do rm $x; done'])]),
  ).rejects.toMatchObject({
    stdout: expect.stringContaining('SC2086'),
  });
});

test.each(Object.entries(documents))('%s', async (name, { mainSteps: [{ inputs }] }) => {
  const file = written(name, inputs.runCommand);
  await expect(run(shellcheck, ['--severity=style', file])).resolves.toMatchObject({ stdout: '' });
  // The agent's sh is dash or bash.
  await expect(run('dash', ['-n', file])).resolves.toMatchObject({ stderr: '' });
});

function written(name: string, lines: readonly string[]): string {
  const file = join(temporaryDirectory(), `${name}.sh`);
  writeFileSync(file, `#!/bin/sh\n${lines.join('\n')}\n`);
  return file;
}
