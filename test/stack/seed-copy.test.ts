/** `seed-copy`: what it dumps, and on a server of before MySQL 8 that died while an earlier try made a table, what it removes and leaves. */
import { execFile } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';
import { documents } from '../../lib/stack/documents/index.ts';
import { temporaryDirectory } from '../../lib/stack/temporary.ts';

/** As 5.6: it drops the tables that it knows, and fails on a directory that is not empty then. */
const dumper = `
case "$*" in *--help*) ;; *) for each; do echo "$each"; done > "$DATA/dumped" ;; esac`;
const client = `
case " $* " in
  *' --help '*) exit 0 ;;
  *' -e '*) ;;
  *) case $(cat) in *'DROP DATABASE IF EXISTS \`#mysql50#'*) echo 'ERROR 1018: cannot read dir' >&2; exit 1 ;; *'DROP DATABASE'*)
    rmdir "$DATA/shop" 2>/dev/null || [ ! -e "$DATA/shop" ] || {
      echo "ERROR 1010 (HY000) at line 1: Error dropping database (can't rmdir './shop', errno: 39)" >&2; exit 1
    } ;; esac; exit 0 ;;
esac
case "$*" in
  *@@version*) echo 5.6.24 ;;
  *@@datadir*) echo "$DATA/" ;;
  *'REPLICA STATUS'*|*super_read_only*) exit 1 ;;
  *read_only*) echo 1 ;;
  *CURRENT_USER*) echo root@localhost ;;
  *"FROM mysql.user"*) echo socket ;;
  *SCHEMATA*"NOT LIKE '#mysql50#%'") echo shop ;;
  *SCHEMATA*) printf '%s\n' mysql 'my shop'; cat "$DATA/beside" 2>/dev/null ;;
esac`;

/** One run of the document where these files are left in the directory of a database. */
async function copy(left: readonly string[], notes: Readonly<Record<string, string>>, beside = '') {
  const directory = temporaryDirectory();
  const [bin, state, data] = ['bin', 'seed', 'data'].map((name) => join(directory, name)) as [
    string,
    string,
    string,
  ];
  for (const made of [bin, state, join(data, 'shop')]) mkdirSync(made, { recursive: true });
  for (const name of left) writeFileSync(join(data, 'shop', name), '');
  writeFileSync(join(data, 'beside'), beside);
  for (const [name, text] of Object.entries({ run: 'r1', phase: 'copying', 'client.cnf': '', ...notes }))
    writeFileSync(join(state, name), text);
  for (const [name, script] of Object.entries({ mysql: client, mysqldump: dumper })) {
    writeFileSync(join(bin, name), `#!/bin/sh\n${script}\n`);
    chmodSync(join(bin, name), 0o755);
  }
  const env = {
    PATH: `${bin}:/usr/bin:/bin`,
    HOME: directory,
    KEEPALAMBDA_STATE: directory,
    DATA: data,
    KEEPALAMBDA_PROC: join(directory, 'proc'),
    SSM_Run: 'r1',
    SSM_From: '10.0.1.11',
    SSM_Port: '3306',
    SSM_Method: 'dump',
    SSM_Writable: 'refuse',
  };
  const script = documents['seed-copy'].mainSteps[0].inputs.runCommand.join('\n');
  const said = await promisify(execFile)('sh', ['-c', script], { env }).then(
    ({ stdout }) => stdout.trim(),
    ({ stderr }: { stderr: string }) => stderr.trim(),
  );
  const shop = join(data, 'shop');
  const dumped = join(data, 'dumped');
  return {
    said,
    left: existsSync(shop) ? readdirSync(shop).toSorted() : 'no database',
    dumped: existsSync(dumped) ? readFileSync(dumped, 'utf8').trim().split('\n') : [],
  };
}

const halves = ['orders.frm', 'orders.ibd'];

it('removes files of no table where an earlier try of this copy had emptied the server', async () => {
  expect(await copy(halves, { emptied: '' })).toMatchObject({ said: 'copied', left: 'no database' });
  expect(await copy([], {})).toMatchObject({ said: 'copied', left: 'no database' });
});

it.each([
  ['of before the copy', halves, {}],
  ['that no server makes', ['notes.sql', ...halves], { emptied: '' }],
])('leaves all files where there are some %s, and names them', async (_, files, notes) => {
  const { said, left } = await copy(files, notes);
  expect(said).toMatch(/data\/shop has files of no table: .*orders\.ibd.*Take them away, and order it again/);
  expect(left).toEqual(files.toSorted());
});

it('neither dumps nor removes a directory that is no database, as lost+found of a volume', async () => {
  const beside = await copy([], {}, '#mysql50#lost+found\n');
  expect(beside.said).toBe('copied');
  expect(beside.dumped.slice(-3)).toEqual(['--databases', 'mysql', 'my shop']);
  expect((await copy([], {})).dumped.slice(-1)).toEqual(['--all-databases']);
});
