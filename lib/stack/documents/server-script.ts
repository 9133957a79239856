/** What the scripts of work on hosts share: statements as the server's root over its local socket, and where its files are. */
import type { GrantServer } from '../../core/rights.ts';

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
elif version=$(sql 'SELECT @@version' 2>&1); then server=up
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

/** Sets `includedir` to the last directory that the server's own files include; empty where there is none. */
export const includeDirectory = `
files=$(my_print_defaults --help 2>/dev/null | sed -n '/^Default options are read/{n;p;q;}')
[ -n "$files" ] || files='/etc/my.cnf /etc/mysql/my.cnf'
includedir=
for file in $files; do
  [ -r "$file" ] || continue
  found=$(sed -n 's/^[[:space:]]*!includedir[[:space:]]\\{1,\\}//p' "$file" | tail -n 1)
  [ -z "$found" ] || includedir=\${found%/}
done
`.trim();

/** The name of our file: the last of its directory. */
export const fileName = 'zz-keepalambda.cnf';

/** What mysqld's unit is called, by distribution. */
export const serverUnits = ['mysqld', 'mysql', 'mariadb'];

/** Sets `unit` to the first of the units that the host has: systemd alone knows which. Ends the script where it has none. */
export function findUnit(what = 'mysqld', units: readonly string[] = serverUnits): string {
  return `
unit=
set -- ${units.join(' ')}
for name in "$@"; do
  if systemctl cat "$name.service" >/dev/null 2>&1; then unit=$name; break; fi
done
if [ -z "$unit" ]; then echo "no unit of ${what} on this host (${units.join(', ')})" >&2; exit 3; fi
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
