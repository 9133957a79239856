/** What the documents about accounts and the proof ask of a server. */
import { execFile } from 'node:child_process';
import { chmodSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';
import type { HostDocument } from '../../lib/core/hosts/host-document.ts';
import { documents } from '../../lib/stack/documents/index.ts';
import { temporaryDirectory } from '../../lib/stack/temporary.ts';

/** The statements of one run of the document on a closed server of this version. */
async function asked(document: HostDocument, version: string, given: Readonly<Record<string, string>>) {
  const here = temporaryDirectory();
  const client = `#!/bin/sh
for last; do :; done
echo "$last" >> "${here}/asked"
case $last in 'SELECT @@version') echo ${version} ;; *SELECT*super_read_only*) echo 1 ;; *) echo 0 ;; esac
`;
  writeFileSync(join(here, 'mysql'), client);
  chmodSync(join(here, 'mysql'), 0o755);
  const script = documents[document].mainSteps[0].inputs.runCommand.join('\n');
  const env = { PATH: `${here}:/usr/bin:/bin`, HOME: here, ...given };
  await promisify(execFile)('sh', ['-c', script], { env });
  return readFileSync(join(here, 'asked'), 'utf8');
}

const account = { SSM_User: 'kl', SSM_Use: 'monitor', SSM_Key: 'AB', SSM_Tls: 'NONE' };

it.each([
  ['5.7.10', "AS '*AB' REQUIRE NONE ACCOUNT UNLOCK PASSWORD EXPIRE NEVER\n"],
  ['8.4.3', 'AS 0xAB REQUIRE NONE ACCOUNT UNLOCK PASSWORD EXPIRE NEVER\n'],
  ['10.11.6-MariaDB', "'*AB' REQUIRE NONE /*M!100403 ACCOUNT UNLOCK PASSWORD EXPIRE NEVER */\n"],
])('on %s, an account is made whose password does not expire by itself', async (version, end) => {
  expect(await asked('make-account', version, account)).toContain(`ALTER USER 'kl'@'%' IDENTIFIED`);
  expect(await asked('make-account', version, account)).toContain(end);
});

it.each([
  ['make', true],
  ['see', false],
  ['drop', true],
])('opens the server for the proof to %s: %s', async (SSM_Verb, opens) => {
  const statements = await asked('proof-database', '8.4.3', { SSM_Verb, SSM_Side: '1' });
  expect([statements.includes('super_read_only = 0'), statements.includes('super_read_only = 1')]).toEqual([
    opens,
    opens,
  ]);
});
