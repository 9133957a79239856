/** The documents about accounts, history and the proof: fixed statements, as the server's root. */
import type { GrantServer } from '../../core/operator/rights.ts';
import {
  accountRights,
  heartbeatStatements,
  replicationRights,
} from '../../core/setup/account-statements.ts';
import { type Document, shellDocument } from './document.ts';
import { keyParameters, proofParameters, userParameters } from './parameters.ts';
import { asRoot, byKind, channelWords, needsServer, writing } from './server-script.ts';

const who = "'$SSM_User'@'%'";
const inShell = (statement: string) => `write "${statement.replaceAll('`', '\\`')}" || exit 1`;

/** Where a server ends passwords by itself (`default_password_lifetime`), both nodes would lock us out on the same day. */
const lasting = 'ACCOUNT UNLOCK PASSWORD EXPIRE NEVER';

/** The account with this password, whatever it was before. */
function identified(kind: GrantServer): readonly string[] {
  switch (kind) {
    case 'mysql-5.6':
      return [`GRANT USAGE ON *.* TO ${who} IDENTIFIED BY PASSWORD '*$SSM_Key' REQUIRE $SSM_Tls`];
    case 'mysql-5.7':
      return [
        `CREATE USER IF NOT EXISTS ${who}`,
        `ALTER USER ${who} IDENTIFIED WITH mysql_native_password AS '*$SSM_Key' REQUIRE $SSM_Tls ${lasting}`,
      ];
    case 'mysql-8':
      return [
        `CREATE USER IF NOT EXISTS ${who} IDENTIFIED WITH caching_sha2_password AS 0x$SSM_Key`,
        `ALTER USER ${who} IDENTIFIED WITH caching_sha2_password AS 0x$SSM_Key REQUIRE $SSM_Tls ${lasting}`,
      ];
    case 'mariadb':
      return [
        `CREATE USER IF NOT EXISTS ${who}`,
        `ALTER USER ${who} IDENTIFIED BY PASSWORD '*$SSM_Key' REQUIRE $SSM_Tls /*M!100403 ${lasting} */`,
      ];
  }
}

const makeScript = `
set -u
${asRoot}
${needsServer}
${writing}
[ "$SSM_Use" = replication ] || {
${heartbeatStatements.map(inShell).join('\n')}
}
${byKind((kind) => [
  ...identified(kind).map(inShell),
  'if [ "$SSM_Use" = replication ]; then',
  inShell(`GRANT ${replicationRights.join(' ON ')} TO ${who}`),
  'else',
  ...accountRights(kind, who).map(inShell),
  'fi',
])}
echo "account $SSM_User made"
`;

export const makeAccount: Document = shellDocument(
  'makeAccount',
  'Makes an account of keepalambda with the rights that it uses, by the hash of its password.',
  60,
  makeScript,
  keyParameters,
);

const forgetScript = `
set -u
${asRoot}
${needsServer}
tables=$(sql "SELECT COUNT(*) FROM information_schema.TABLES WHERE TABLE_SCHEMA NOT IN ('mysql', 'sys', 'information_schema', 'performance_schema', 'keepalambda')")
[ "$tables" = 0 ] || { echo "$tables tables: the history of a server with data is kept" >&2; exit 3; }
${channelWords}
# A command that comes late, or twice, finds replication at work: its history is needed.
readers=$(sql "SELECT COUNT(*) FROM information_schema.PROCESSLIST WHERE COMMAND LIKE 'Binlog Dump%'")
if [ -n "$(sql "$channels")" ] || [ "$readers" != 0 ]; then
  echo 'it replicates already: its history is kept' >&2; exit 3
fi
sql 'RESET BINARY LOGS AND GTIDS' 2>/dev/null || sql 'RESET MASTER' || exit 1
[ "$kind" != mariadb ] || sql "SET GLOBAL gtid_slave_pos = ''" || exit 1
echo 'history emptied'
`;

export const forgetHistory: Document = shellDocument(
  'forgetHistory',
  'Empties the binary log of a server that has no tables. Refuses on any other.',
  60,
  forgetScript,
);

const proofScript = `
set -u
${asRoot}
${needsServer}
# Both sides are proven at once: what only looks must not close a server on which the other one makes or drops.
if [ "$SSM_Verb" != see ]; then
${writing}
fi
name=keepalambda_proof_$SSM_Side
case $SSM_Verb in
  make) sql "CREATE DATABASE IF NOT EXISTS $name" || exit 1 ;;
  drop) sql "DROP DATABASE IF EXISTS $name" || exit 1 ;;
esac
seen=$(sql "SELECT COUNT(*) FROM information_schema.SCHEMATA WHERE SCHEMA_NAME = '$name'")
echo "seen=$seen"
`;

export const proofDatabase: Document = shellDocument(
  'proofDatabase',
  'Makes, sees or drops the database that proves replication.',
  60,
  proofScript,
  proofParameters,
);

const removeScript = `
set -u
${asRoot}
${needsServer}
${writing}
there=$(sql "SELECT COUNT(*) FROM mysql.user WHERE User = '$SSM_User' AND Host = '%'")
[ "$there" = 0 ] || write "DROP USER ${who}" || exit 1
[ "$SSM_Use" = replication ] || write 'DROP DATABASE IF EXISTS keepalambda' || exit 1
echo "account $SSM_User removed"
`;

export const removeAccount: Document = shellDocument(
  'removeAccount',
  'Removes an account of keepalambda, and with the one of the probes the schema of its heartbeat.',
  60,
  removeScript,
  userParameters,
);

const endScript = `
set -u
${asRoot}
${needsServer}
${byKind((kind) =>
  kind === 'mysql-8' ? ["end='STOP REPLICA; RESET REPLICA ALL'"] : ["end='STOP SLAVE; RESET SLAVE ALL'"],
)}
sql "$end" || exit 1
echo 'the unnamed channel is ended'
`;

export const endChannel: Document = shellDocument(
  'endChannel',
  'Ends the unnamed channel of this server. Its data stays.',
  60,
  endScript,
);
