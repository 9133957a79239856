/** The document that only looks: what work on hosts depends on, as lines of `name=value`. */

import { configurationLines } from '../../core/setup/configuration.ts';
import { type Document, shellDocument } from './document.ts';
import { accountParameters, vipParameter } from './parameters.ts';
import { asRoot, byKind, fileName, includeDirectory } from './server-script.ts';
import { unitName } from './vip-unit.ts';

const compared = configurationLines.flatMap(({ variable }) => variable ?? []);
const asked = [...compared, 'log_bin', 'log_bin_basename', 'bind_address', 'read_only'];
const systemSchemas = "'mysql', 'sys', 'information_schema', 'performance_schema', 'keepalambda'";

/** What the server keeps of the password of an account, by server. */
const kept = byKind((kind) => {
  const column = kind === 'mysql-5.6' || kind === 'mariadb' ? "IF(Password <> '', Password, authentication_string)" : 'authentication_string';
  return [`kept="${column}"`];
});

const sources = byKind((kind) => {
  if (kind === 'mariadb') return ["channels='SHOW ALL SLAVES STATUS'"];
  return kind === 'mysql-8'
    ? ["channels='SHOW REPLICA STATUS'"]
    : ["channels='SHOW SLAVE STATUS'"];
});

const executed = byKind((kind) => [
  `executed=$(sql 'SELECT @@global.${kind === 'mariadb' ? 'gtid_current_pos' : 'gtid_executed'}' | tr -d '\\\\n ')`,
]);

const script = `
set -u
${asRoot}
echo "server=$server"
echo "because=$because"
if ip -4 -o addr show | grep -qF " $SSM_Vip/"; then echo vip-bound=yes; fi
lasts=no
if systemctl is-enabled --quiet ${unitName} 2>/dev/null; then lasts=yes
elif grep -rqsF "$SSM_Vip/" /etc/systemd/network /etc/netplan /etc/NetworkManager/system-connections /etc/sysconfig/network-scripts
then lasts=yes; fi
echo "vip-lasts=$lasts"
[ "$server" = up ] || exit 0
echo "version=$version"
${includeDirectory}
echo "includedir=$includedir"
if [ -r "$includedir/${fileName}" ]; then sed 's/^/file=/' "$includedir/${fileName}"; fi
sql "SHOW GLOBAL VARIABLES WHERE Variable_name IN (${asked.map((name) => `'${name}'`).join(', ')})" |
  while read -r name value; do echo "running.$name=$value"; done
echo "datadir=$(sql 'SELECT @@datadir')"
${kept}
mark() { sql "SELECT LEFT(SHA2($kept, 256), 16) FROM mysql.user WHERE User = '$1' AND Host = '%'"; }
echo "monitor=$(mark "$SSM_Monitor")"
echo "replication=$(mark "$SSM_Replication")"
echo "named-hosts=$(sql "SELECT COUNT(*) FROM mysql.user WHERE Host REGEXP '[a-z]' AND Host <> 'localhost'")"
echo "tables=$(sql "SELECT COUNT(*) FROM information_schema.TABLES WHERE TABLE_SCHEMA NOT IN (${systemSchemas})")"
${sources}
"$client" --connect-timeout=10 -B -e "$channels\\G" |
  sed -n 's/^ *\\(Source_Host\\|Master_Host\\): */source=/p'
${executed}
echo "executed=$executed"
`;

export const hostFacts: Document = shellDocument(
  'hostFacts',
  'Says what is set up on this host. Changes nothing.',
  40,
  script,
  { ...vipParameter, ...accountParameters },
);
