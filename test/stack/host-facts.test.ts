/** What `host-facts` says of a host whose client program is of today, and of a copy that was begun there. */
import { execFile } from 'node:child_process';
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, expect, it } from 'vitest';
import { parseHostFacts } from '../../lib/core/setup/facts.ts';
import { removeTemporaryDirectories, temporaryDirectory } from '../../lib/stack/bundle.ts';
import { documents } from '../../lib/stack/documents/index.ts';

afterAll(removeTemporaryDirectories);

/** As the client of 9.7: `\G` is a command of its own, which it does not know unless it is asked to. */
const client = (channels: string) => `
[ ! -e "$KEEPALAMBDA_STATE/refuses" ] || { echo 'ERROR 1040 (HY000): Too many connections' >&2; exit 1; }
case "$*" in
  *'\\G'*) echo "ERROR at line 1: Unknown command" >&2; exit 1 ;;
  *'SHOW REPLICA STATUS'*) ${channels} ;;
  *@@version*) echo 9.7.1 ;;
  *executed=*) echo tables=7; echo reader=1; echo executed=aaaa:1-5 ;;
esac`;

interface Broken {
  /** The server lets nobody in any more. */
  readonly refuses?: true;
  /** What the service manager says of its unit. @default true */
  readonly isActive?: boolean;
}

/** What the document prints there, and how it ends. */
async function askHost(channels: string, copy: Readonly<Record<string, string>> = {}, broken: Broken = {}) {
  const directory = temporaryDirectory();
  const [path, state] = [join(directory, 'bin'), join(directory, 'state')];
  mkdirSync(path);
  mkdirSync(join(state, 'seed'), { recursive: true });
  for (const [name, text] of Object.entries(copy)) writeFileSync(join(state, 'seed', name), text);
  if (broken.refuses) writeFileSync(join(state, 'refuses'), '');
  const systemctl = `case "$*" in 'is-active '*) exit ${broken.isActive === false ? 3 : 0} ;; esac`;
  for (const [name, script] of Object.entries({ mysql: client(channels), ip: '', systemctl })) {
    writeFileSync(join(path, name), `#!/bin/sh\n${script}\n`);
    chmodSync(join(path, name), 0o755);
  }
  const env = { PATH: `${path}:/usr/bin:/bin`, KEEPALAMBDA_STATE: state, SSM_Vip: '10.0.1.100' };
  const script = documents['host-facts'].mainSteps[0].inputs.runCommand.join('\n');
  return promisify(execFile)('sh', ['-c', script], { env }).then(
    ({ stdout }) => ({ code: 0, facts: parseHostFacts(stdout) }),
    ({ code }: { code: number }) => ({ code, facts: null }),
  );
}

it('sees channels through a client that has no commands of its own', async () => {
  const { facts } = await askHost('echo "                   Source_Host: 10.0.1.12"');
  expect(facts).toMatchObject({ sources: ['10.0.1.12'], tables: 7, executed: 'aaaa:1-5', copy: null });
});

it('fails where channels cannot be seen: that is not "none"', async () => {
  expect((await askHost('exit 1')).code).toBe(1);
  expect((await askHost('true')).facts?.sources).toEqual([]);
});

it('says how far a copy came, and whether the account is there that reads', async () => {
  const { facts } = await askHost('true', { run: 's-order-1', phase: 'copying\n' });
  expect(facts).toMatchObject({ copy: { run: 's-order-1', phase: 'copying' }, reader: true });
});

it('does not take a server for down that is full, or has another socket: setup would restart it', async () => {
  const running = await askHost('true', {}, { refuses: true });
  expect(running.facts).toMatchObject({ server: 'unreached', because: expect.stringContaining('1040') });
  const ended = await askHost('true', {}, { refuses: true, isActive: false });
  expect(ended.facts).toMatchObject({ server: 'down' });
});
