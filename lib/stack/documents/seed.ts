/**
 * Documents that make one node anew from the other's data. What a node had of its own is kept as its binary logs, in a
 * directory of the host. The password of the account that reads the other node never leaves the host that made it: only its
 * hash does.
 */
import { type Document, shellDocument } from './document.ts';
import { parameter } from './parameters.ts';
import { findWorking, place, READER, run } from './seed-place.ts';
import { asRoot, writing } from './server-script.ts';

const factsScript = `
set -u
${place}
if [ "$(cat "$state/run" 2>/dev/null)" != "$SSM_Run" ]; then echo phase=none; exit 0; fi
phase=$(cat "$state/phase" 2>/dev/null || echo none)
# A copy that was broken off can be begun again.
[ "$phase" = copying ] && phase=prepared
${findWorking}
[ -z "$working" ] || phase=copying
echo "phase=$phase"
[ -z "$working" ] || echo "at-work=$working"
for name in kept plugin hash position because; do
  [ -s "$state/$name" ] && printf '%s=%s\\n' "$name" "$(head -c 600 "$state/$name" | tr '\\n' ' ')"
done
exit 0
`;

/** MySQL 8 and later have no PASSWORD(): an account that lives for one statement gives the hash. */
const prepareScript = `
set -u
${asRoot}
${place}
if [ "$server" != up ]; then echo "the server of this host does not answer: $because" >&2; exit 3; fi
mkdir -p "$state" "$root/kept" || exit 1
# A command that is delivered twice waits for its twin: two passwords at once would leave the hash of the other one.
exec 8> "$root/preparing"
flock 8
if [ "$(cat "$state/run" 2>/dev/null)" != "$SSM_Run" ]; then
  if [ -f "$state/lock" ] && ! flock -n "$state/lock" true; then
    echo "the copy $(cat "$state/run") is still at work on this host: wait until it ends" >&2; exit 5
  fi
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
  if [ "$kind" != mysql-8 ]; then
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
if [ ! -s "$state/kept" ] || [ ! -s "$state/hash" ]; then
  echo "$state could not be written: see whether its disk is full" >&2; exit 1
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
close() { [ "$known" = 0 ] || write "DROP USER $account"; }
if [ "$SSM_Action" = look ]; then
  if [ "$known" = 0 ]; then echo door=closed; else echo door=open; fi
  exit 0
fi
# While a pair is set up, the node that is copied is closed too.
${writing}
case $SSM_Action in
  close) close || exit 1; echo door=closed; exit 0 ;;
esac
rights='SELECT, RELOAD, PROCESS, LOCK TABLES, REPLICATION CLIENT, SHOW VIEW, EVENT, TRIGGER'
case $kind in
  mariadb)
    made="CREATE OR REPLACE USER $account IDENTIFIED BY PASSWORD '$(sql "SELECT UNHEX('$SSM_Hash')")'"
    ;;
  mysql-5.6)
    made="GRANT USAGE ON *.* TO $account IDENTIFIED BY PASSWORD '$(sql "SELECT UNHEX('$SSM_Hash')")'"
    ;;
  mysql-5.7) close; made="CREATE USER $account IDENTIFIED WITH '$SSM_Plugin' AS '$(sql "SELECT UNHEX('$SSM_Hash')")'" ;;
  *)
    close; made="CREATE USER $account IDENTIFIED WITH '$SSM_Plugin' AS 0x$SSM_Hash"
    rights="$rights, BACKUP_ADMIN"
    write "INSTALL PLUGIN clone SONAME 'mysql_clone.so'" 2>/dev/null || true
    ;;
esac
write "$made; GRANT $rights ON *.* TO $account" || { echo "the account that reads was not made" >&2; exit 1; }
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
if [ "$kind" != mariadb ] || [ "$SSM_Position" = NONE ]; then echo place=known; exit 0; fi
own=$(sql 'SELECT @@global.gtid_slave_pos')
place=$(printf '%s,%s' "$SSM_Position" "$own" | tr -d ' ' | tr ',' '\\n' |
  awk -F- 'NF == 3 { at[$1] = $0 } END { for (domain in at) { printf "%s%s", comma, at[domain]; comma = "," } }')
if [ "$SSM_Action" = look ]; then
  if [ "$own" = "$place" ] || [ "$(printf '%s' "$own" | tr ',' '\\n' | sort)" = "$(printf '%s' "$place" | tr ',' '\\n' | sort)" ]; then
    echo place=known
  else echo place=unknown; fi
  exit 0
fi
{ sql 'STOP ALL SLAVES' && sql "SET GLOBAL gtid_slave_pos = '$place'"; } || { echo "the place of its channel could not be set" >&2; exit 1; }
sql 'START ALL SLAVES' || exit 1
echo place=known
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
