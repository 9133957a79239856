/** What the scripts of work on hosts share: statements as the server's root, over its local socket. */

/**
 * Sets `server` (`up`, `down`, `denied`, `no-client`), `because`, and `version`; `sql` runs statements and prints rows without
 * headings. Root's own `~/.my.cnf` counts, where it has a password.
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
  case $because in *'ERROR 1045'*|*'ERROR 1698'*|*'ERROR 1820'*) server=denied ;; *) server=down ;; esac
fi
`.trim();
