/** What the scripts of work on hosts share: statements as the server's root over its local socket, and where its files are. */
import type { GrantServer } from '../../core/operator/rights.ts';
import { COMMAND_LINE } from '../../core/setup/facts.ts';
import { optionFiles } from './server-process.ts';

/**
 * Sets `server` (`up`, `down`, `denied`, `no-client`), `because`, `version` and `kind`; `sql` runs statements and prints rows
 * without headings. Root's own `~/.my.cnf` counts, where it has a password.
 */
export const asRoot = `
HOME=\${HOME:-/root}; export HOME
client=mysql; command -v mysql >/dev/null 2>&1 || client=mariadb
sql() { "$client" --connect-timeout=10 -N -B -e "$1"; }
because=
if ! command -v "$client" >/dev/null 2>&1; then server=no-client; because='neither mysql nor mariadb is on the PATH'
elif version=$(sql 'SELECT @@version' 2>&1); then
  server=up
  # A client may have something to say before it: that it is called mariadb today, or that a file of options is ignored.
  version=$(printf '%s\\n' "$version" | tail -n 1)
else
  because=$(printf '%s' "$version" | tr '\\n' ' ' | cut -c 1-300)
  version=
  case $because in *'ERROR 1045'*|*'ERROR 1698'*|*'ERROR 1820'*) server=denied ;; *) server=down ;; esac
fi
case $version in
  *[Mm]aria[Dd][Bb]*) kind=mariadb ;;
  5.6.*) kind=mysql-5.6 ;;
  5.7.*) kind=mysql-5.7 ;;
  *) kind=mysql-8 ;;
esac
`.trim();

/** Ends the script where root does not get in. */
export const needsServer = `
[ "$server" = up ] || { echo "$because" >&2; exit 3; }
`.trim();

/**
 * \`write\` runs statements that this server alone is to have: not in its binary log, and past super_read_only, which is set
 * again whatever happens. \`read_only\` stays as it is, so that no application can write meanwhile.
 */
export const writing = `
closed=0
case $kind in mysql-5.7|mysql-8) closed=$(sql 'SELECT @@global.super_read_only') ;; esac
shut() { [ "$closed" != 1 ] || sql 'SET GLOBAL super_read_only = 1'; }
trap shut EXIT
[ "$closed" != 1 ] || sql 'SET GLOBAL super_read_only = 0; SET GLOBAL read_only = 1'
write() { sql "SET SESSION sql_log_bin = 0; $1"; }
`.trim();

/** The name of our file: the last of its directory. */
export const fileName = 'zz-keepalambda.cnf';

/**
 * Files in the order in which the server reads them, includes within includes too: a line for each directory at its end, for
 * each place where our file is read, or would be, and for each option of the server.
 */
const readInOrder = String.raw`
function isOfServer(group,  of, n, numbers) {
  n = length(group) - length(suffix)
  if (suffix != "" && n > 0 && substr(group, n + 1) == suffix) group = substr(group, 1, n)
  of = group
  sub(/-[0-9.]+$/, "", of)
  if (tolower(version) ~ /mariadb/ && group ~ /^(client-server|galera)$/) return 1
  if (of !~ /^(mysqld|server)$/ && !(of ~ /^mariadbd?$/ && tolower(version) ~ /mariadb/)) return 0
  if (of == group) return 1
  # 10.1 is not the series of 10.11.
  split(version, numbers, ".")
  return of != "server" && substr(group, length(of) + 2) == numbers[1] "." numbers[2]
}
function read(file, depth,  line, n, path, count, names, i, group) {
  if (depth > 10 || file in isOpen) return
  isOpen[file]
  while ((getline line < file) > 0) {
    n++
    sub(/^[ \t]+/, "", line)
    sub(/[ \t\r]+$/, "", line)
    if (line ~ /^!includedir[ \t]/) {
      path = line
      sub(/^!includedir[ \t]+/, "", path)
      sub(/\/+$/, "", path)
      count = split(filesIn(path), names, "\n")
      for (i = 1; i <= count; i++) {
        if (names[i] == path "/" ours) print "ours\t" names[i]
        read(names[i], depth + 1)
      }
      print "dir\t" path "\t" file
    } else if (line ~ /^!include[ \t]/) {
      path = line
      sub(/^!include[ \t]+/, "", path)
      read(path, depth + 1)
    } else if (line ~ /^\[.*\]/) {
      group = substr(line, 2, index(line, "]") - 2)
    } else if (line ~ /^[A-Za-z]/ && isOfServer(group)) print "set\t" file "\tline " n "\t" line
  }
  close(file)
  delete isOpen[file]
}
function filesIn(path,  command, name, all) {
  if (path ~ /\047/) return path "/" ours
  command = "{ ls -1d \047" path "\047/*.cnf 2>/dev/null; echo \047" path "/" ours "\047; } | LC_ALL=C sort -u"
  while ((command | getline name) > 0) all = all (all == "" ? "" : "\n") name
  close(command)
  return all
}
BEGIN { for (i = 1; i < ARGC; i++) read(ARGV[i], 0) }
`.trim();

/**
 * Sets `includedir` to the directory whose reading ends last, and `order` to what is read; the first is empty where no file
 * includes a directory. `runningServers` comes before it.
 */
export const includeDirectory = `
${optionFiles}
# shellcheck disable=SC2086
order=$(awk -v ours=${fileName} -v version="\${version:-}" -v suffix="$suffix" '${readInOrder}' $files)
includedir=$(printf '%s\\n' "$order" | awk -F '\\t' '$1 == "dir" { path = $2 } END { print path }')
`.trim();

/**
 * Prints which file includes that directory, and what is set after our file was read, as `later=FILE line N:OPTION=VALUE`;
 * where the options of `judged` are set, as `place=…`. Both are expressions of options. What the unit gives the server
 * (`MYSQLD_OPTS`) counts more than all files.
 */
export function printOrder(names: string, judged: string): string {
  return `
printf '%s\\n' "$order" | awk -F '\\t' '$1 == "dir" { file = $3 } END { print "includedby=" file }'
printf '%s\\n' "$order" | awk -F '\\t' -v ours="$includedir/${fileName}" '
  $1 == "ours" && $2 == ours { n = 0; isRead = 1 }
  $1 == "set" && $2 != ours && isRead && $4 ~ /${names}/ { later[++n] = $2 " " $3 ":" $4 }
  $1 == "set" && $4 ~ /${judged}/ { print "place=" $2 " " $3 ":" $4 }
  END { for (i = 1; i <= n; i++) print "later=" later[i] }'
given "\${pid:-none}" | sed -n 's/^--//p' | grep -E '${names}' | sed 's/^/later=${COMMAND_LINE}:/'
given "\${pid:-none}" | sed -n 's/^--//p' | grep -E '${judged}' | sed 's/^/place=${COMMAND_LINE}:/'
`.trim();
}

/** Sets `unitdir` to where units of the administrator's are. */
export const unitDirectory = `
unitdir=
for directory in $(systemctl show --property=UnitPath --value); do
  case $directory in */etc/systemd/system) unitdir=$directory ;; esac
done
[ -n "$unitdir" ] || unitdir=/etc/systemd/system
`.trim();

export const kinds: readonly GrantServer[] = ['mysql-5.6', 'mysql-5.7', 'mysql-8', 'mariadb'];

/** A `case` with lines for each kind of server. */
export function byKind(linesOf: (kind: GrantServer) => readonly string[]): string {
  const arms = kinds.map((kind) => [`${kind})`, ...linesOf(kind), ';;'].join('\n'));
  return ['case $kind in', ...arms, 'esac'].join('\n');
}

/** Sets `channels` to the statement that shows them. */
export const channelWords = byKind((kind) => {
  switch (kind) {
    case 'mysql-5.6':
    case 'mysql-5.7':
      return ["channels='SHOW SLAVE STATUS'"];
    case 'mysql-8':
      return ["channels='SHOW REPLICA STATUS'"];
    case 'mariadb':
      return ["channels='SHOW ALL SLAVES STATUS'"];
  }
});
