/** What clients of a server write there is shown to people: it cannot forge lines, move a terminal's cursor, or show a password. */
import { expect, it, test } from 'vitest';
import { readChannel } from '../../lib/probe/channel-rows.ts';
import { MysqlFailure, sawOf } from '../../lib/probe/errors.ts';
import { readPulse } from '../../lib/probe/pulse-row.ts';
import { readProcessRow, renderProcess, sessionOf } from '../../lib/probe/sessions.ts';
import { mysql56 } from './rows.ts';

const row = (Info: string) =>
  readProcessRow({ Id: 7, User: 'app', Host: '10.0.1.9:4711', Command: 'Query', State: '', Time: 93, Info });

test.each<[what: string, info: string, statement: string]>([
  ['as people break it', 'UPDATE orders\n   SET a = 1\n WHERE b = 2', 'UPDATE orders SET a = 1 WHERE b = 2'],
  ['with a sequence for the terminal', "SELECT '\u001b[2J'", "SELECT '\\u001b[2J'"],
  [
    'an account',
    "CREATE USER a@'%' IDENTIFIED BY 'it''s secret' REQUIRE SSL",
    "CREATE USER a@'%' IDENTIFIED BY '…' REQUIRE SSL",
  ],
  [
    'with a plugin',
    "ALTER USER a IDENTIFIED WITH caching_sha2_password BY 'secret'",
    "ALTER USER a IDENTIFIED WITH caching_sha2_password BY '…'",
  ],
  [
    'a hash',
    "GRANT ALL ON *.* TO a IDENTIFIED BY PASSWORD '*AB12'",
    "GRANT ALL ON *.* TO a IDENTIFIED BY PASSWORD '…'",
  ],
  [
    'of MariaDB',
    "ALTER USER a IDENTIFIED VIA ed25519 USING PASSWORD('secret')",
    "ALTER USER a IDENTIFIED VIA ed25519 USING PASSWORD('…')",
  ],
  ['a password', "SET PASSWORD FOR 'a'@'%' = 'secret'", "SET PASSWORD FOR 'a'@'%' = '…'"],
  [
    'a channel',
    `CHANGE MASTER TO MASTER_USER='r', MASTER_PASSWORD = "sec\\"ret"`,
    "CHANGE MASTER TO MASTER_USER='r', MASTER_PASSWORD = '…'",
  ],
  ['one that was cut off', "ALTER USER a IDENTIFIED BY 'secr", "ALTER USER a IDENTIFIED BY '…'"],
  [
    'a value that is none',
    "SELECT 'identified' FROM t WHERE a = 'b'",
    "SELECT 'identified' FROM t WHERE a = 'b'",
  ],
])('a statement: %s', (_, info, statement) => {
  expect(sessionOf(row(info)).statement).toBe(statement);
  const process = renderProcess(row(info));
  for (const unwanted of ['secret', '\n', '\u001b']) expect(process).not.toContain(unwanted);
});

it('an error of replication, which repeats a statement of a client, is on one line', () => {
  const Last_SQL_Error = "Error 'Duplicate' on query. Query: 'INSERT\n INTO a VALUES (\u001b[2J)'";
  const status = { ...mysql56.channel, Last_SQL_Errno: 1062, Last_SQL_Error };
  const channel = readChannel([status], readPulse(mysql56.pulse), { address: 'x', identity: null });
  expect(channel?.sqlError?.message).toBe(
    "Error 'Duplicate' on query. Query: 'INSERT INTO a VALUES (\\u001b[2J)'",
  );
});

it('so is an error of a login, whose account may be a name with line breaks', () => {
  const cause = Object.assign(new Error("Access denied for user 'a\nb'"), { errno: 1045 });
  expect(sawOf(new MysqlFailure('login', 5, cause))).toMatchObject({
    message: "Access denied for user 'a b'",
  });
});
