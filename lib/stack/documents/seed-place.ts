/** What the documents of a copy share. */
import { parameter } from './parameters.ts';

/** The account on the node that is copied: it is made for one copy, and dropped after it. */
export const READER = 'keepalambda_seed';

export const run = parameter(
  'Which copy it is, so that an earlier one does not count.',
  '^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$',
);

/** Where a copy is noted on its host. Root's alone: it holds a password while the copy lasts. */
export const place = `
umask 077
root=\${KEEPALAMBDA_STATE:-/var/lib/keepalambda}
state=$root/seed
`.trim();

/**
 * Before MySQL 8, a server does not start with the file of a table that it was making when it died: one without a header, and
 * so without any row. Its own log says then that the file may be removed. That is done where a copy was broken off alone,
 * in databases that the copy makes anew; the server must be down.
 */
export const removeHeadless = `
if [ "$(cat "$state/phase" 2>/dev/null)" = copying ] && [ -e "$state/emptied" ] && [ -s "$state/datadir" ] && flock -n "$state/lock" true; then
  data=$(sed 's|/*$||' "$state/datadir")
  for file in "$data"/*/*.ibd; do
    case \${file#"$data/"} in mysql/*|sys/*|performance_schema/*|'#'*) continue ;; esac
    if [ -f "$file" ] && [ "$(head -c 16384 "$file" | tr -d '\\000' | wc -c)" -eq 0 ]; then
      rm -f "$file" && echo "$file removed: a copy that was broken off left it without a header"
    fi
  done
fi
`.trim();

/** How long one count of sizes on a disk may take; one that takes longer prints nothing. Seconds. */
const SIZES_LIMIT_SECONDS = 10;

/**
 * Prints, in KB, what a copy of this server takes, what a copy to it may take (what is removed for it counts), its binary logs,
 * and the room for keeping them. `root` and `sql` must be set.
 */
export const printRoom = `
datadir=$(sql 'SELECT @@datadir') || exit 1
datadir=\${datadir%/}
sizes() {
  [ $# -gt 0 ] || { echo 0; return; }
  LC_ALL=C timeout ${SIZES_LIMIT_SECONDS} du -skc "$@" 2>/dev/null | awk '$2 == "total" { print $1 }'
}
free() { df -Pk "$1" | awk 'NR == 2 { print $4 }'; }
set --
for name in "$datadir"/*/; do
  case \${name#"$datadir/"} in '#'*|lost+found/|mysql/|sys/|performance_schema/|'*/') ;; *) set -- "$@" "$name" ;; esac
done
removed=$(sizes "$@")
set --
for name in "$datadir"/mysql "$datadir"/ibdata* "$datadir"/undo* "$datadir"/*.ibd; do [ ! -e "$name" ] || set -- "$@" "$name"; done
own=$(sizes "$@")
room=$(free "$datadir")
if [ -n "$removed" ] && [ -n "$own" ] && [ -n "$room" ]; then
  echo "data-kb=$((removed + own))"
  echo "room-kb=$((removed + room))"
fi
log=$(sql 'SELECT @@global.log_bin_basename')
set --
for name in "$log".[0-9]*; do [ ! -e "$name" ] || set -- "$@" "$name"; done
echo "logs-kb=$(sizes "$@")"
near=$root
while [ ! -d "$near" ]; do near=$(dirname "$near"); done
echo "kept-kb=$(free "$near")"
`.trim();

/** Sets \`working\` to how many KB the server has of a copy that is at work here; empty where none is. */
export const findWorking = `
working=
if [ "$(cat "$state/phase" 2>/dev/null)" != copied ] && [ -f "$state/lock" ] && ! flock -n "$state/lock" true; then
  working=$(timeout 10 du -sk "$(cat "$state/datadir" 2>/dev/null)" 2>/dev/null | cut -f 1)
  working=\${working:-0}
fi
`.trim();
