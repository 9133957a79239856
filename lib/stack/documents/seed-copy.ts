/** The document that copies: by MySQL's clone plugin, or by a dump of the server's own tool, streamed. */
import { type Document, shellDocument } from './document.ts';
import { addressPattern, parameter } from './parameters.ts';
import { sameRoot } from './same-root.ts';
import { place, READER, run } from './seed-place.ts';
import { findServer } from './server-process.ts';
import { asRoot } from './server-script.ts';

/** How long a copy may take. Seconds. */
const COPY_LIMIT_SECONDS = 172_800;
/** How long a server may take to come back after a clone. Seconds. */
const BACK_LIMIT_SECONDS = 600;

/** What every way of copying begins and ends with. */
const copyScript = `
set -u
${asRoot}
${place}
if [ "$(cat "$state/run" 2>/dev/null)" != "$SSM_Run" ]; then echo "the copy $SSM_Run is not prepared on this host" >&2; exit 3; fi
exec 9> "$state/lock"
flock -n 9 || { echo "the copy is at work already"; exit 0; }
[ "$(cat "$state/phase")" = copied ] && { echo "copied already"; exit 0; }
fail() { printf '%s' "$1" | tr '\\n' ' ' | cut -c 1-500 > "$state/because"; cat "$state/because" >&2; exit 1; }
rm -f "$state/because"
if [ "$server" != up ]; then fail "the server of this host does not answer: $because"; fi
${findServer}
word=SLAVE; sql 'SHOW REPLICA STATUS' >/dev/null 2>&1 && word=REPLICA
isMaria=; [ "$kind" = mariadb ] && isMaria=1
restricts=; sql 'SELECT @@global.super_read_only' >/dev/null 2>&1 && restricts=1
channels=$(sql "SHOW $word STATUS" | wc -l)
stopAll() { if [ -n "$isMaria" ]; then sql 'STOP ALL SLAVES'; else sql "STOP $word"; fi; }
forget() { sql 'RESET BINARY LOGS AND GTIDS' 2>/dev/null || sql 'RESET MASTER'; }
clearly() { [ -z "$restricts" ] || sql "SET GLOBAL super_read_only = $1"; }
sql 'SELECT @@datadir' > "$state/datadir"
# Read before the first try of this copy: a later one finds what an earlier one left.
[ -z "$restricts" ] || [ -s "$state/closed" ] || sql 'SELECT @@global.super_read_only' > "$state/closed"
closed=$(cat "$state/closed" 2>/dev/null || echo 0)
trap 'clearly "$closed" 2>/dev/null' EXIT
reach="--defaults-file=$state/client.cnf --protocol=tcp --host=$SSM_From --port=$SSM_Port"
# MySQL 8 wants its key for a login without TLS; MariaDB does not know the option.
if [ -z "$isMaria" ] && "$client" --no-defaults --help 2>/dev/null | grep -q -e --get-server-public-key; then
  reach="$reach --get-server-public-key"
fi
# A command that comes late, or a VIP that a person moved meanwhile: who takes writes is not made anew.
case $SSM_Writable:$(sql 'SELECT @@global.read_only') in
  refuse:0|refuse:OFF)
    tables=$(sql "SELECT COUNT(*) FROM information_schema.TABLES WHERE TABLE_SCHEMA NOT IN ('mysql', 'sys', 'information_schema', 'performance_schema', 'keepalambda')")
    [ "$tables" = 0 ] || fail 'the server of this host takes writes, so clients may use it: nothing was removed' ;;
esac
# Before anything is removed here: the other node must let us read.
told=@@version; [ -n "$isMaria" ] && told=@@global.gtid_binlog_state
# shellcheck disable=SC2086
had=$("$client" $reach -N -B -e "SELECT $told" 2>"$state/said") ||
  fail "the other node cannot be read: $(cat "$state/said")"
${sameRoot}
stopAll 2>"$state/said" || [ "$channels" = 0 ] || fail "its replication does not stop: $(cat "$state/said")"
echo copying > "$state/phase"

byClone() {
  clearly 0
  sql "SET SESSION sql_log_bin = 0; INSTALL PLUGIN clone SONAME 'mysql_clone.so'" 2>"$state/said" ||
    grep -q 'ERROR 1125' "$state/said" || fail "the clone plugin cannot be loaded: $(cat "$state/said")"
  clearly 0
  forget || fail 'its binary log could not be reset'
  password=$(sed -n 's/^password=//p' "$state/client.cnf")
  printf "SET GLOBAL super_read_only = 0; SET GLOBAL clone_valid_donor_list = '%s:%s';
CLONE INSTANCE FROM '${READER}'@'%s':%s IDENTIFIED BY '%s';\\n" "$SSM_From" "$SSM_Port" "$SSM_From" "$SSM_Port" "$password" |
    "$client" 2>"$state/said" || grep -qE 'ERROR (2013|2006|3707)' "$state/said" || fail "the clone failed: $(cat "$state/said")"
  # It restarts itself where a service manager looks after it, and ends where none does.
  began=$(date +%s)
  until sql 'SELECT 1' >/dev/null 2>&1; do
    [ $(($(date +%s) - began)) -lt ${BACK_LIMIT_SECONDS} ] ||
      fail "the server did not come back after the clone\${got:+: got $got; want $want. $fix}"
    [ -z "$unit" ] || systemctl is-active --quiet "$unit.service" || systemctl start "$unit.service"
    sleep 1
  done
  ended=$(sql "SELECT CONCAT(STATE, ' ', ERROR_MESSAGE) FROM performance_schema.clone_status ORDER BY ID DESC LIMIT 1")
  case $ended in Completed*) ;; *) fail "the clone ended as: $ended" ;; esac
  stopAll >/dev/null 2>&1 || true
  # The channels of the other node came with its data: they would lead from this node to itself.
  sql "SELECT CHANNEL_NAME FROM performance_schema.replication_connection_configuration" > "$state/names"
  while IFS= read -r name; do
    printf "RESET REPLICA FOR CHANNEL '%s'; CHANGE REPLICATION SOURCE TO SOURCE_HOST = '%s', SOURCE_PORT = %s, SOURCE_AUTO_POSITION = 1 FOR CHANNEL '%s';\\n" \\
      "$name" "$SSM_From" "$SSM_Port" "$name" | "$client" 2>"$state/said" || fail "its channel could not be set: $(cat "$state/said")"
    break
  done < "$state/names"
}

dropAll() {
  {
    echo 'SET SESSION sql_log_bin = 0; SET SESSION foreign_key_checks = 0;'
    # shellcheck disable=SC2016
    while IFS= read -r name; do printf 'DROP DATABASE IF EXISTS \`%s\`;\\n' "$(printf '%s' "$name" | sed 's/\`/\`\`/g')"; done < "$state/names"
  } | "$client" 2>"$state/said"
}
# Before MySQL 8, a server that died while it made a table may have left a file of none. DROP DATABASE removes all tables then, and
# fails on the directory: where nothing but such files of an earlier try is left in it, they go too.
removeAll() {
  before=
  until dropAll; do
    left=$(sed -n "s|.*can't rmdir '\\./\\([^'/]*\\)'.*|\\1|p" "$state/said" | head -n 1)
    at=$(sed 's|/*$||' "$state/datadir")/$left
    if [ -z "$left" ] || [ "$left" = "$before" ]; then fail "its databases could not be removed: $(cat "$state/said")"; fi
    others=$(find "$at" -mindepth 1 ! -name '*.ibd' ! -name '*.frm')
    if [ ! -e "$state/emptied" ] || [ -n "$others" ]; then
      fail "a database could not be removed, because $at has files of no table: $(find "$at" -mindepth 1 | head -n 3 | tr '\\n' ' '). Take them away, and order it again"
    fi
    rm -f "$at"/*.ibd "$at"/*.frm
    before=$left
  done
  : > "$state/emptied"
}

byDump() {
  dumper=mysqldump; [ -n "$isMaria" ] && command -v mariadb-dump >/dev/null 2>&1 && dumper=mariadb-dump
  command -v "$dumper" >/dev/null 2>&1 || fail "$dumper is not on the PATH of this host: install the client tools of the server"
  "$dumper" --no-defaults --help > "$state/help" 2>/dev/null
  offers() { grep -q -e "--$1" "$state/help"; }
  where=--master-data=2; offers source-data && where=--source-data=2
  # Before MySQL 8, a directory beside the databases shows as one, as lost+found of a volume: it is neither dumped nor dropped.
  # shellcheck disable=SC2086
  "$client" $reach -N -B -e "SELECT SCHEMA_NAME FROM information_schema.SCHEMATA WHERE SCHEMA_NAME NOT IN ('sys', 'information_schema', 'performance_schema')" > "$state/theirs" 2>"$state/said" ||
    fail "the databases of the other node could not be read: $(cat "$state/said")"
  # shellcheck disable=SC2086
  set -- $reach --single-transaction --quick --routines --events --triggers --hex-blob $where
  for table in slave_master_info slave_relay_log_info slave_worker_info gtid_executed gtid_slave_pos innodb_index_stats innodb_table_stats; do
    set -- "$@" "--ignore-table=mysql.$table"
  done
  if [ -n "$isMaria" ]; then set -- "$@" --gtid
  else
    offers set-gtid-purged && set -- "$@" --set-gtid-purged=ON
    offers column-statistics && set -- "$@" --column-statistics=0
  fi
  if grep -q '^#mysql50#' "$state/theirs"; then
    set -- "$@" --databases
    while IFS= read -r name; do
      case $name in '#mysql50#'*) ;; *) set -- "$@" "$name" ;; esac
    done < "$state/theirs"
  else set -- "$@" --all-databases
  fi
  clearly 0
  forget || fail 'its binary log could not be reset'
  sql "SELECT SCHEMA_NAME FROM information_schema.SCHEMATA WHERE SCHEMA_NAME NOT IN ('mysql', 'sys', 'information_schema', 'performance_schema') AND SCHEMA_NAME NOT LIKE '#mysql50#%'" > "$state/names"
  removeAll
  : > "$state/gtids"
  # Which transactions are in it is set last: a node with half of the data must not claim that it has them.
  {
    echo 'SET SESSION sql_log_bin = 0;'
    "$dumper" "$@" 2>"$state/dumped"; echo $? > "$state/code"
  } | sed -e '/^SET @@GLOBAL.GTID_PURGED/,/;$/{' -e "w $state/gtids" -e 'd' -e '}' \\
      -e "/^-- SET GLOBAL gtid_slave_pos=/w $state/position" |
    "$client" --binary-mode 2>"$state/said" || fail "the data could not be written: $(cat "$state/said")"
  [ "$(cat "$state/code")" = 0 ] || fail "the other node could not be read: $(grep -v -i warning "$state/dumped" | head -n 3)"
  sql 'FLUSH PRIVILEGES' || fail 'its accounts could not be loaded'
  forget || fail 'its binary log could not be reset'
  if [ -n "$isMaria" ]; then
    position=$(sed -n "s/^-- SET GLOBAL gtid_slave_pos='\\([0-9,-]*\\)';.*/\\1/p" "$state/position" | head -n 1)
    # The last of each server before those of the snapshot, which come last in their domains.
    told=$(printf '%s,%s' "$had" "$position" | tr -d ' ' | tr ',' '\\n' |
      awk -F- 'NF == 3 { key = $1 "-" $2; if (key in at) delete order[at[key]]; at[key] = NR; order[NR] = $0; n = NR }
        END { for (i = 1; i <= n; i++) if (i in order) { printf "%s%s", comma, order[i]; comma = "," } }')
    stopAll >/dev/null 2>&1 || true
    printf '%s' "$position" > "$state/position"
    sql "SET GLOBAL gtid_binlog_state = '$told'" || fail 'its binary log could not be given its place'
    sql "SET GLOBAL gtid_slave_pos = '$position'" || fail 'its replication could not be given its place'
    if [ "$channels" != 0 ]; then
      { sql "RESET SLAVE" && sql "SET GLOBAL gtid_slave_pos = '$position'" &&
        sql "CHANGE MASTER TO MASTER_USE_GTID = slave_pos"; } || fail 'its channel could not be set'
    fi
  else
    "$client" < "$state/gtids" 2>"$state/said" || fail "the transactions that it has could not be set: $(cat "$state/said")"
    if [ "$channels" != 0 ]; then
      sql "RESET $word" || fail 'its relay logs could not be removed'
      sql 'CHANGE REPLICATION SOURCE TO SOURCE_AUTO_POSITION = 1' 2>/dev/null || {
        beat=$(sql "SHOW GLOBAL STATUS LIKE 'Slave_heartbeat_period'" | cut -f 2)
        sql "CHANGE MASTER TO MASTER_AUTO_POSITION = 1\${beat:+, MASTER_HEARTBEAT_PERIOD = $beat}"
      } || fail 'its channel could not be set'
    fi
  fi
}

case $SSM_Method in clone) byClone ;; dump) byDump ;; esac
# The account came with the data.
clearly 0
sql "SET SESSION sql_log_bin = 0; DROP USER '${READER}'@'%'" 2>/dev/null || true
# With writability untouched, the value of before the copy is set again.
[ "$SSM_Writable" = allow ] || closed=1
rm -f "$state/client.cnf" "$state/names" "$state/theirs" "$state/help" "$state/said" "$state/dumped" "$state/closed" "$state/datadir" "$state/emptied"
echo copied > "$state/phase"
echo copied
`;

export const seedCopy: Document = shellDocument(
  'seedCopy',
  'Replaces the data of this host by those of the other node, which is only read.',
  COPY_LIMIT_SECONDS,
  copyScript,
  {
    Run: run,
    From: parameter('The address of the node that is copied.', addressPattern),
    Port: parameter('The port of its server.', '^[0-9]{1,5}$'),
    Method: parameter('How.', '^(clone|dump)$'),
    Writable: parameter(
      'Whether a server that has tables and takes writes may be replaced.',
      '^(allow|refuse)$',
    ),
  },
);
