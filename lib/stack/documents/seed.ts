/**
 * Documents that make one node anew from the other's data. What a node had of its own is kept as its binary logs, in a
 * directory of the host. The password of the account that reads the other node never leaves the host that made it: only its
 * hash does.
 */
import { type Document, shellDocument } from './document.ts';
import { asRoot } from './server-script.ts';

/** How long a copy may take. Seconds. */
const COPY_LIMIT_SECONDS = 172_800;
/** How long a server may take to come back after a clone. Seconds. */
const BACK_LIMIT_SECONDS = 600;
/** The account on the node that is copied: it is made for one copy, and dropped after it. */
const READER = 'keepalambda_seed';

const octet = '(25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])';
const address = `^${octet}(\\.${octet}){3}$`;

function parameter(description: string, allowedPattern: string) {
  return { type: 'String', description, allowedPattern, interpolationType: 'ENV_VAR' } as const;
}

const run = parameter('Which copy it is, so that an earlier one does not count.', '^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$');

/** Where a copy is noted on its host. Root's alone: it holds a password while the copy lasts. */
const place = `
umask 077
root=\${KEEPALAMBDA_STATE:-/var/lib/keepalambda}
state=$root/seed
`.trim();

const factsScript = `
set -u
${place}
if [ "$(cat "$state/run" 2>/dev/null)" != "$SSM_Run" ]; then echo phase=none; exit 0; fi
phase=$(cat "$state/phase" 2>/dev/null || echo none)
# A copy that was broken off can be begun again.
[ "$phase" = copying ] && phase=prepared
if [ "$phase" != copied ] && [ -f "$state/lock" ] && ! flock -n "$state/lock" true; then phase=copying; fi
echo "phase=$phase"
for name in kept plugin hash position because; do
  [ -s "$state/$name" ] && printf '%s=%s\\n' "$name" "$(head -c 600 "$state/$name" | tr '\\n' ' ')"
done
exit 0
`;

/**
 * MySQL 8 and later have no PASSWORD(): an account that lives for one statement gives the hash.
 */
const prepareScript = `
set -u
${asRoot}
${place}
if [ "$server" != up ]; then echo "the server of this host does not answer: $because" >&2; exit 3; fi
mkdir -p "$state" "$root/kept" || exit 1
if [ "$(cat "$state/run" 2>/dev/null)" != "$SSM_Run" ]; then
  rm -f "$state"/*; printf '%s' "$SSM_Run" > "$state/run"; echo none > "$state/phase"
fi
if [ ! -s "$state/kept" ]; then
  log=$(sql 'SELECT @@global.log_bin_basename')
  kept=$root/kept/$SSM_Run
  case $log in
    /*)
      mkdir -p "$kept" || exit 1
      need=$(du -ck "$log".[0-9]* | tail -n 1 | cut -f 1)
      room=$(df -Pk "$kept" | awk 'NR == 2 { print $4 }')
      if [ "$((need + 102400))" -gt "$room" ]; then
        echo "its binary logs take $need KB and $kept has room for $room KB: make room, then order it again" >&2; exit 4
      fi
      sql 'FLUSH BINARY LOGS' >/dev/null 2>&1 || true
      cp -p "$log".[0-9]* "$kept/" || { echo "the binary logs could not be kept in $kept" >&2; exit 1; }
      printf '%s' "$kept" > "$state/kept"
      ;;
    *) printf 'nothing: it has no binary log' > "$state/kept" ;;
  esac
fi
if [ ! -s "$state/hash" ]; then
  password="Kl9.$(head -c 24 /dev/urandom | od -An -tx1 | tr -d ' \\n')"
  printf '[client]\\nuser=${READER}\\npassword=%s\\n' "$password" > "$state/client.cnf"
  case $version in
    [89].*|[1-9][0-9].*)
      if printf '%s' "$version" | grep -qi mariadb; then how=function; else how=account; fi ;;
    *) how=function ;;
  esac
  if [ "$how" = function ]; then
    printf "SELECT 'mysql_native_password', HEX(PASSWORD('%s'));\\n" "$password" > "$state/ask"
  else
    printf "SET SESSION sql_log_bin = 0; SET @was = @@global.super_read_only; SET GLOBAL super_read_only = 0;
DROP USER IF EXISTS '${READER}'@'localhost'; CREATE USER '${READER}'@'localhost' IDENTIFIED BY '%s';
SELECT plugin, HEX(authentication_string) FROM mysql.user WHERE user = '${READER}' AND host = 'localhost';
DROP USER '${READER}'@'localhost'; SET GLOBAL super_read_only = @was;\\n" "$password" > "$state/ask"
  fi
  "$client" -N -B < "$state/ask" > "$state/answer" 2> "$state/because" || { rm -f "$state/ask"; cat "$state/because" >&2; exit 1; }
  rm -f "$state/ask" "$state/because"
  cut -f 1 "$state/answer" | tr -d '\\n' > "$state/plugin"
  cut -f 2 "$state/answer" | tr -d '\\n' > "$state/hash"
  rm -f "$state/answer"
fi
[ "$(cat "$state/phase")" = copied ] || echo prepared > "$state/phase"
echo "kept $(cat "$state/kept")"
`;

/**
 * From any address: what the other node's connections come from, an address of its host or of a translation, only a
 * connection would show. The password has 192 bits of chance, and the account lives as long as the copy.
 */
const doorScript = `
set -u
${asRoot}
if [ "$server" != up ]; then echo "the server of this host does not answer: $because" >&2; exit 3; fi
account="'${READER}'@'%'"
known=$(sql "SELECT COUNT(*) FROM mysql.user WHERE user = '${READER}'")
close() { [ "$known" = 0 ] || sql "SET SESSION sql_log_bin = 0; DROP USER $account"; }
case $SSM_Action in
  look) if [ "$known" = 0 ]; then echo door=closed; else echo door=open; fi; exit 0 ;;
  close) close || exit 1; echo door=closed; exit 0 ;;
esac
rights='SELECT, RELOAD, PROCESS, LOCK TABLES, REPLICATION CLIENT, SHOW VIEW, EVENT, TRIGGER'
case $version in
  *[Mm]aria[Dd][Bb]*)
    made="CREATE OR REPLACE USER $account IDENTIFIED BY PASSWORD '$(sql "SELECT UNHEX('$SSM_Hash')")'"
    ;;
  5.[0-6].*)
    made="GRANT USAGE ON *.* TO $account IDENTIFIED BY PASSWORD '$(sql "SELECT UNHEX('$SSM_Hash')")'"
    ;;
  5.*) close; made="CREATE USER $account IDENTIFIED WITH '$SSM_Plugin' AS '$(sql "SELECT UNHEX('$SSM_Hash')")'" ;;
  *)
    close; made="CREATE USER $account IDENTIFIED WITH '$SSM_Plugin' AS 0x$SSM_Hash"
    rights="$rights, BACKUP_ADMIN"
    sql "SET SESSION sql_log_bin = 0; INSTALL PLUGIN clone SONAME 'mysql_clone.so'" 2>/dev/null || true
    ;;
esac
sql "SET SESSION sql_log_bin = 0; $made; GRANT $rights ON *.* TO $account" || { echo "the account that reads was not made" >&2; exit 1; }
echo door=open
`;

/**
 * MariaDB: a channel asks from the beginning for what its own node wrote, because `gtid_slave_pos` does not name that. The
 * node that was made anew has it no more, so the other one's channel gets the place of the copy.
 */
const placeScript = `
set -u
${asRoot}
if [ "$server" != up ]; then echo "the server of this host does not answer: $because" >&2; exit 3; fi
[ "$SSM_Position" != NONE ] || { echo place=known; exit 0; }
own=$(sql 'SELECT @@global.gtid_slave_pos')
place=$(printf '%s,%s' "$SSM_Position" "$own" | tr -d ' ' | tr ',' '\\n' |
  awk -F- 'NF == 3 { at[$1] = $0 } END { for (domain in at) { printf "%s%s", comma, at[domain]; comma = "," } }')
if [ "$SSM_Action" = look ]; then
  if [ "$own" = "$place" ] || [ "$(printf '%s' "$own" | tr ',' '\\n' | sort)" = "$(printf '%s' "$place" | tr ',' '\\n' | sort)" ]; then
    echo place=known
  else echo place=unknown; fi
  exit 0
fi
sql 'STOP ALL SLAVES' && sql "SET GLOBAL gtid_slave_pos = '$place'" || { echo "the place of its channel could not be set" >&2; exit 1; }
sql 'START ALL SLAVES' || exit 1
echo place=known
`;

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
word=SLAVE; sql 'SHOW REPLICA STATUS' >/dev/null 2>&1 && word=REPLICA
isMaria=; printf '%s' "$version" | grep -qi mariadb && isMaria=1
restricts=; sql 'SELECT @@global.super_read_only' >/dev/null 2>&1 && restricts=1
channels=$(sql "SHOW $word STATUS" | wc -l)
stopAll() { if [ -n "$isMaria" ]; then sql 'STOP ALL SLAVES'; else sql "STOP $word"; fi; }
forget() { sql 'RESET BINARY LOGS AND GTIDS' 2>/dev/null || sql 'RESET MASTER'; }
clearly() { [ -z "$restricts" ] || sql "SET GLOBAL super_read_only = $1"; }
reach="--defaults-file=$state/client.cnf --protocol=tcp --host=$SSM_From --port=$SSM_Port"
# MySQL 8 wants its key for a login without TLS; MariaDB does not know the option.
if [ -z "$isMaria" ] && "$client" --no-defaults --help 2>/dev/null | grep -q -e --get-server-public-key; then
  reach="$reach --get-server-public-key"
fi
# Before anything is removed here: the other node must let us read.
told=@@version; [ -n "$isMaria" ] && told=@@global.gtid_binlog_state
# shellcheck disable=SC2086
had=$("$client" $reach -N -B -e "SELECT $told" 2>"$state/said") ||
  fail "the other node cannot be read: $(cat "$state/said")"
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
    [ $(($(date +%s) - began)) -lt ${BACK_LIMIT_SECONDS} ] || fail "the server did not come back after the clone"
    for unit in mysqld mysql mariadb; do
      if systemctl cat "$unit.service" >/dev/null 2>&1; then
        systemctl is-active --quiet "$unit.service" || systemctl start "$unit.service"
        break
      fi
    done
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

byDump() {
  dumper=mysqldump; [ -n "$isMaria" ] && command -v mariadb-dump >/dev/null 2>&1 && dumper=mariadb-dump
  command -v "$dumper" >/dev/null 2>&1 || fail "$dumper is not on the PATH of this host: install the client tools of the server"
  "$dumper" --no-defaults --help > "$state/help" 2>/dev/null
  offers() { grep -q -e "--$1" "$state/help"; }
  where=--master-data=2; offers source-data && where=--source-data=2
  # shellcheck disable=SC2086
  set -- $reach --all-databases \\
    --single-transaction --quick --routines --events --triggers --hex-blob $where
  for table in slave_master_info slave_relay_log_info slave_worker_info gtid_executed gtid_slave_pos innodb_index_stats innodb_table_stats; do
    set -- "$@" "--ignore-table=mysql.$table"
  done
  if [ -n "$isMaria" ]; then set -- "$@" --gtid
  else
    offers set-gtid-purged && set -- "$@" --set-gtid-purged=ON
    offers column-statistics && set -- "$@" --column-statistics=0
  fi
  clearly 0
  forget || fail 'its binary log could not be reset'
  sql "SELECT SCHEMA_NAME FROM information_schema.SCHEMATA WHERE SCHEMA_NAME NOT IN ('mysql', 'sys', 'information_schema', 'performance_schema')" > "$state/names"
  {
    echo 'SET SESSION sql_log_bin = 0; SET SESSION foreign_key_checks = 0;'
    while IFS= read -r name; do printf 'DROP DATABASE IF EXISTS \`%s\`;\\n' "$(printf '%s' "$name" | sed 's/\`/\`\`/g')"; done < "$state/names"
  } | "$client" 2>"$state/said" || fail "its databases could not be removed: $(cat "$state/said")"
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
      sql "RESET SLAVE" && sql "SET GLOBAL gtid_slave_pos = '$position'" &&
        sql "CHANGE MASTER TO MASTER_USE_GTID = slave_pos" || fail 'its channel could not be set'
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
clearly 1
rm -f "$state/client.cnf" "$state/names" "$state/help" "$state/said" "$state/dumped"
echo copied > "$state/phase"
echo copied
`;

export const seedFacts: Document = shellDocument(
  'seedFacts',
  'Says how far a copy of the other node has got on this host. Changes nothing.',
  40,
  factsScript,
  { Run: run },
);

export const seedPrepare: Document = shellDocument(
  'seedPrepare',
  'Keeps the binary logs of this host aside, and makes a password for reading the other node.',
  3600,
  prepareScript,
  { Run: run },
);

export const seedDoor: Document = shellDocument(
  'seedDoor',
  'Makes, finds or drops the account by which the other node may read this one.',
  60,
  doorScript,
  {
    Action: parameter('What to do.', '^(look|open|close)$'),
    Plugin: parameter('How its password is hashed, or NONE.', '^(NONE|[a-z][a-z0-9_]{1,63})$'),
    Hash: parameter('The hash of its password, in hexadecimal, or NONE.', '^(NONE|[0-9A-F]{2,512})$'),
  },
);

export const seedPlace: Document = shellDocument(
  'seedPlace',
  'MariaDB: gives the channel from a node that was made anew the place of the copy.',
  60,
  placeScript,
  {
    Action: parameter('What to do.', '^(look|set)$'),
    Position: parameter('The place of the copy: GTIDs, or NONE.', '^(NONE|[0-9][0-9,-]{4,1999})$'),
  },
);

export const seedCopy: Document = shellDocument(
  'seedCopy',
  'Replaces the data of this host by those of the other node, which is only read.',
  COPY_LIMIT_SECONDS,
  copyScript,
  {
    Run: run,
    From: parameter('The address of the node that is copied.', address),
    Port: parameter('The port of its server.', '^[0-9]{1,5}$'),
    Method: parameter('How.', '^(clone|dump)$'),
  },
);
