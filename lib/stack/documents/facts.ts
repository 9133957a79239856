/** The document that only looks: what work on hosts depends on, as lines of `name=value`. */
import { olderNames, variableNames } from '../../core/doctor/facts.ts';
import { configurationLines } from '../../core/setup/configuration.ts';
import { type Document, shellDocument } from './document.ts';
import { findKeepalived, findVipAtBoot, printVolumes, sayingVip } from './host-state.ts';
import { accountParameters, parameter, vipParameter } from './parameters.ts';
import { findWorking, place, printRoom, READER } from './seed-place.ts';
import { findServer } from './server-process.ts';
import {
  asRoot,
  byKind,
  channelWords,
  fileName,
  includeDirectory,
  printOrder,
  unitDirectory,
} from './server-script.ts';
import { unitName } from './vip-unit.ts';

const compared = configurationLines.flatMap(({ variable }) => variable ?? []);
const asked = [...compared, 'log_bin', 'log_bin_basename', 'bind_address', 'read_only'];
const systemSchemas = "'mysql', 'sys', 'information_schema', 'performance_schema', 'keepalambda'";

/** The options that our file sets, under their older names too, as they may be spelled in another file. */
const optionsOfOurs = configurationLines
  .map(({ option }) => option.replace(/^loose-/, '').replace(/slave|replica/, '(slave|replica)'))
  .map((option) => option.replaceAll('-', '[-_]'))
  .join('|');
const spelledAs = (options: string) => `^((loose|skip|disable|enable)[-_])*(${options})[ \\t]*(=|$)`;

/** The options that doctor judges, and those alone: a file may have secrets in others. */
const judged = variableNames
  .flatMap((name) => [name, ...olderNames(name)])
  .map((name) => name.replaceAll('_', '[-_]'))
  .join('|');

/** Variables that the server keeps by itself (SET PERSIST): it reads them after all files. */
const persisted = byKind((kind) =>
  kind === 'mysql-8'
    ? [
        `persisted() { sql "SELECT CONCAT('$1=mysqld-auto.cnf:', VARIABLE_NAME, '=', VARIABLE_VALUE) FROM performance_schema.persisted_variables" | grep -E ":($2)="; }`,
        `persisted later '${optionsOfOurs}'`,
        `persisted place '${judged}'`,
      ]
    : [':'],
);

/** What the server keeps of the password of an account, by server. */
const kept = byKind((kind) => {
  const column =
    kind === 'mysql-5.6' || kind === 'mariadb'
      ? "IF(Password <> '', Password, authentication_string)"
      : 'authentication_string';
  return [`kept="${column}"`];
});

/** GTIDs of all that it has executed, on one line. */
const executed = byKind((kind) => [
  `executed=${kind === 'mariadb' ? '@@global.gtid_current_pos' : '@@global.gtid_executed'}`,
]);

/** What an account is granted, without what is behind TO: older servers print what they keep of the password there. */
const printGrants = (use: string, user: string) =>
  `sql "SHOW GRANTS FOR '${user}'@'%'" 2>/dev/null | sed -n 's/ TO .*//; s/^\\(GRANT\\|REVOKE\\) /${use}-grant=&/p'`;

/** One call of the client for all of them: each statement prints one line, or none. */
const facts = [
  "CONCAT('datadir=', @@datadir)",
  "CONCAT('monitor=', LEFT(SHA2($kept, 256), 16)) FROM mysql.user WHERE User = '$SSM_Monitor' AND Host = '%'",
  "CONCAT('replication=', LEFT(SHA2($kept, 256), 16)) FROM mysql.user WHERE User = '$SSM_Replication' AND Host = '%'",
  "CONCAT('named-hosts=', COUNT(*)) FROM mysql.user WHERE Host REGEXP '[a-z]' AND Host <> 'localhost'",
  "CONCAT('schema=', COUNT(*)) FROM information_schema.SCHEMATA WHERE SCHEMA_NAME = 'keepalambda'",
  `CONCAT('tables=', COUNT(*)) FROM information_schema.TABLES WHERE TABLE_SCHEMA NOT IN (${systemSchemas})`,
  "CONCAT('heartbeat=', COUNT(*)) FROM information_schema.TABLES WHERE TABLE_SCHEMA = 'keepalambda' AND TABLE_NAME = 'heartbeat'",
  `CONCAT('reader=', COUNT(*)) FROM mysql.user WHERE User = '${READER}'`,
  // The last of all: SSM cuts a long output off at its end.
  "CONCAT('executed=', REPLACE(REPLACE($executed, CHAR(10), ''), ' ', ''))",
].map((fact) => `SELECT ${fact}`);

const script = `
set -u
${asRoot}
${findServer}
# Full, in crash recovery, or with another socket: it runs, and must not be restarted for that.
if [ "$server" = down ]; then
  for name in $unit $known; do
    if systemctl is-active --quiet "$name.service" 2>/dev/null; then server=unreached; fi
  done
fi
echo "unit=$unit"
if [ -z "$unit" ]; then printf 'unit-got=%s\\nunit-want=%s\\nunit-fix=%s\\n' "$got" "$want" "$fix"; fi
echo "server=$server"
echo "because=$because"
${unitDirectory}
if ip -4 -o addr show | grep -qF " $SSM_Vip/"; then echo vip-bound=yes; fi
[ ! -e "$unitdir/${unitName}" ] || echo vip-unit=yes
${sayingVip}
${findVipAtBoot}
echo "vip-lasts=$lasts"
${findKeepalived}
if [ -n "$keepalived" ]; then printf 'keepalived=%s\\nkeepalived-file=%s\\n' "$keepalived" "$file"; fi
${place}
if [ -s "$state/run" ]; then
  echo "copy-run=$(head -n 1 "$state/run")"
  echo "copy-phase=$(head -n 1 "$state/phase")"
  ${findWorking}
  [ -z "$working" ] || echo "copy-at-work=$working"
fi
[ "$server" = up ] || exit 0
echo "version=$version"
# In the lab, clients come to another port than mysqld has.
echo "port=\${KEEPALAMBDA_PORT:-$(sql 'SELECT @@port')}"
${printVolumes}
if [ "$SSM_Room" = yes ]; then
${printRoom}
fi
${includeDirectory}
echo "includedir=$includedir"
[ -z "$sharing" ] || echo "sharing=$sharing"
${printOrder(spelledAs(optionsOfOurs), spelledAs(judged))}
${persisted}
if [ -r "$includedir/${fileName}" ]; then sed 's/^/file=/' "$includedir/${fileName}"; fi
sql "SHOW GLOBAL VARIABLES WHERE Variable_name IN (${asked.map((name) => `'${name}'`).join(', ')})" |
  while read -r name value; do echo "running.$name=$value"; done
${channelWords}
# Not by \\G: a client of 9.7 does not know its own commands any more. Channels that are not seen are not "none".
seen=$("$client" --connect-timeout=10 -B -E -e "$channels") || exit 1
printf '%s\\n' "$seen" |
  sed -n 's/^ *\\(Source_Host\\|Master_Host\\): */source=/p'
${printGrants('monitor', '$SSM_Monitor')}
${printGrants('replication', '$SSM_Replication')}
${kept}
${executed}
sql "${facts.join('; ')}" && echo end=yes
`;

export const hostFacts: Document = shellDocument(
  'hostFacts',
  'Says what is set up on this host. Changes nothing.',
  50,
  script,
  {
    ...vipParameter,
    ...accountParameters,
    Room: parameter('Whether to say what a copy takes, and what room there is for one.', '^(yes|no)$'),
  },
);
