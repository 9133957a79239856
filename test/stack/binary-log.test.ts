import { execFile } from 'node:child_process';
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, it, test } from 'vitest';
import { documents } from '../../lib/stack/documents/index.ts';
import { temporaryDirectory } from '../../lib/stack/temporary.ts';

const run = promisify(execFile);

/** What mysqlbinlog prints, cut to what is read. One value of a row, and one statement, look like lines of their own. */
const printed = `#261126 16:00:00 server id 1  end_log_pos 300 CRC32 0x1 	GTID	last_committed=0
SET @@SESSION.GTID_NEXT= '1111-a:4'/*!*/;
#261126 16:00:00 server id 1  end_log_pos 380 CRC32 0x1 	Query	thread_id=5	exec_time=0
BEGIN
#261126 16:00:00 server id 1  end_log_pos 420 CRC32 0x1 	Write_rows: table id 90 flags: STMT_END_F
### INSERT INTO \`app\`.\`orders\`
### SET
###   @1='### DELETE FROM \`app\`.\`secrets\`'
#261126 16:00:00 server id 1  end_log_pos 440 CRC32 0x1 	Xid = 9
SET @@SESSION.GTID_NEXT= '1111-a:5'/*!*/;
#261126 16:00:00 server id 1  end_log_pos 500 CRC32 0x1 	Query	thread_id=5	exec_time=0
use \`app\`/*!*/;
SET TIMESTAMP=1/*!*/;
UPDATE orders SET v = '
### DELETE FROM \`app\`.\`orders\`'
/*!*/;
#261126 16:00:00 server id 2  end_log_pos 600 CRC32 0x1 	GTID 0-2-7 trans
#261126 16:00:00 server id 2  end_log_pos 640 CRC32 0x1 	Query	thread_id=5	exec_time=0
CREATE TABLE app.more (id INT)
/*!*/;
`;

/** A host with one file of a binary log; `reader` stands for mysqlbinlog, and finds the file in `$file`. */
function makeHost(reader = 'cat "$file"'): { readonly path: string; readonly log: string } {
  const directory = temporaryDirectory();
  const path = join(directory, 'bin');
  const log = join(directory, 'binlog');
  mkdirSync(path);
  writeFileSync(`${log}.000009`, printed);
  writeFileSync(`${log}.index`, 'no log');
  writeFileSync(join(path, 'mysqlbinlog'), `#!/bin/sh\nfor file; do :; done\n${reader}\n`);
  chmodSync(join(path, 'mysqlbinlog'), 0o755);
  return { path, log };
}

/** As the agent runs it. */
async function count(host: ReturnType<typeof makeHost>, variables: object): Promise<readonly string[]> {
  const script = documents['count-transactions'].mainSteps[0].inputs.runCommand.join('\n');
  const given = {
    SSM_Log: host.log,
    SSM_Transactions: 'NONE',
    SSM_Place: 'NONE',
    SSM_ServerId: '1',
    ...variables,
  };
  const { stdout } = await run('sh', ['-c', script], {
    env: { PATH: `${host.path}:/usr/bin:/bin`, ...given },
  });
  return stdout.trim().split('\n');
}

test.each<[what: string, variables: object, lines: readonly string[]]>([
  [
    'of MySQL',
    { SSM_Transactions: '1111-a:1-4' },
    ['transactions 1', 'statements 0', 'rows 1 0 0 app.orders'],
  ],
  [
    'logged as a statement',
    { SSM_Transactions: '1111-a:5-6' },
    ['transactions 1', 'statements 1', 'stated 1 app.orders'],
  ],
  ['of MariaDB', { SSM_Transactions: '0-2:7' }, ['transactions 1', 'statements 1']],
  ['of nobody', { SSM_Transactions: '2222-b:1-9' }, ['transactions 0', 'statements 0']],
  [
    'of one server behind a place',
    { SSM_Place: 'binlog.000009:4' },
    ['transactions 2', 'statements 1', 'rows 1 0 0 app.orders', 'stated 1 app.orders'],
  ],
  [
    'behind a place that is gone',
    { SSM_Place: 'binlog.000001:4' },
    ['unread the file binlog.000001 of the binary log is gone'],
  ],
])('counts the transactions %s', async (_, variables, lines) => {
  expect(await count(makeHost(), variables)).toEqual(lines);
});

it('says why it is not all', async () => {
  const host = makeHost('echo "ERROR: it is encrypted" >&2; exit 3');
  expect(await count(host, { SSM_Transactions: '1111-a:4' })).toEqual([
    'unread mysqlbinlog ended with 3 on binlog.000009: ERROR: it is encrypted',
    'transactions 0',
    'statements 0',
  ]);
});
