/** Which server of a host is the pair's, which unit runs it, and which files it reads: as the processes of the host say. */

/**
 * Sets `pids` to the servers that run on this host, and `pid` to the pair's: the only one, else the one that root's client gets
 * to; empty where that is not known.
 */
export const runningServers = `
proc=\${KEEPALAMBDA_PROC:-/proc}
pids=; pid=; reached=
for at in "$proc"/[0-9]*; do
  name=
  { read -r name < "$at/comm"; } 2>/dev/null
  case $name in mysqld|mariadbd) pids="$pids \${at##*/}" ;; esac
done
# shellcheck disable=SC2086
set -- $pids
if [ $# -eq 1 ]; then pid=$1
elif [ $# -gt 1 ]; then
  HOME=\${HOME:-/root}; export HOME
  asker=mysql; command -v mysql >/dev/null 2>&1 || asker=mariadb
  file=$(timeout 10 "$asker" --connect-timeout=10 -N -B -e "SELECT IF(@@pid_file LIKE '/%', @@pid_file, CONCAT(@@datadir, @@pid_file))" 2>/dev/null)
  [ -z "$file" ] || reached=$(head -n 1 "$file" 2>/dev/null)
  for each in $pids; do [ "$each" != "$reached" ] || pid=$each; done
fi
# Of the system's own service manager, in any slice: neither of a user's, nor of a container in it.
unitOf() {
  sed -n 's|^[^:]*:\\(name=systemd\\)\\{0,1\\}:/\\(\\([^/]*\\.slice/\\)*\\)\\([^/]*\\)\\.service\\(/.*\\)\\{0,1\\}$|\\2 \\4|p' "$proc/$1/cgroup" 2>/dev/null |
    awk '$0 !~ /^(user|machine)\\.slice/ { print $NF; exit }'
}
rootOf() { stat -L -c %d:%i "$1" 2>/dev/null; }
`.trim();

/** Sets `known` to the units whose program is a server, and those of the usual names; of several, to the active ones, or else the enabled ones. */
const knownUnits = `
known=$({
  for name in mysqld mysql mariadb; do
    systemctl cat "$name.service" >/dev/null 2>&1 || continue
    id=$(systemctl show -p Id "$name.service" 2>/dev/null | sed -n 's/^Id=//p')
    echo "\${id:-$name.service}"
  done
  systemctl show -p Id -p ExecStart '*.service' 2>/dev/null | awk '
    function tell() { if (isServer && id != "") print id; id = ""; isServer = 0 }
    /^Id=/ { id = substr($0, 4) }
    /^ExecStart=.*path=[^ ;]*\\/(mysqld|mariadbd|mysqld_safe|mariadbd-safe) / { isServer = 1 }
    /^$/ { tell() }
    END { tell() }'
} | sed -n 's/\\.service$//p' | sort -u)
only() {
  case $known in *'
'*) ;; *) return ;; esac
  some=$(for name in $known; do ! systemctl "$1" --quiet "$name.service" 2>/dev/null || echo "$name"; done)
  [ -z "$some" ] || known=$some
}
only is-active
only is-enabled
`.trim();

/**
 * Sets `unit` to the service that runs the pair's server, or that would start it; else it is empty, and `got`, `want` and `fix` say
 * why: what runs comes first, because a host may have the unit of a package beside that of the pair.
 */
export const findServer = `
${runningServers}
unit=; known=; got=; want=; fix=
if [ -n "$pid" ]; then
  unit=$(unitOf "$pid")
  if [ -z "$unit" ] || [ "$(rootOf "$proc/$pid/root")" != "$(rootOf /)" ]; then
    unit=
    got="a server (process $pid) that is in a container, or that no service of systemd runs"
    want='a service of this host, which can be stopped and started'
    fix='Run the server as a service'
  fi
  for each in $pids; do
    if [ "$each" != "$pid" ] && [ -n "$unit" ] && [ "$(unitOf "$each")" = "$unit" ]; then
      got="several servers in one unit, $unit"
      want='a unit of its own for the server of the pair'
      fix='Run each as a service of its own'
      unit=
    fi
  done
elif [ -n "$pids" ]; then
  got="several servers on this host ($(for each in $pids; do unitOf "$each"; done | tr '\\n' ' ' | sed 's/ $//'))"
  want="to know the pair's"
  fix="Name the socket of the pair's server in /root/.my.cnf ([client])"
else
  ${knownUnits}
  case $known in
    '')
      got='no unit of a server on this host'
      want='mysqld, mysql or mariadb, or another service whose program is a server'
      fix='Install the server, or enable its unit (systemctl enable)' ;;
    *'
'*)
      got="several units of servers on this host ($(printf '%s' "$known" | tr '\\n' ' ')), and none runs"
      want="to know the pair's"
      fix="Start the pair's server, or disable the other units (systemctl disable)" ;;
    *) unit=$known ;;
  esac
fi
`.trim();

/** The same; ends the script where there is none. */
export const findServerUnit = `
${findServer}
if [ -z "$unit" ]; then echo "got $got; want $want. $fix." >&2; exit 3; fi
`.trim();

/**
 * Sets `files` to what the pair's server reads, in that order, `suffix` to that of its groups, and `sharing` to the units of other
 * servers that read the same files. `runningServers` comes before it.
 */
export const optionFiles = `
given() { tr '\\000' '\\n' < "$proc/$1/cmdline" 2>/dev/null; }
option() { given "$1" | sed -n "s/^--$2=//p" | head -n 1; }
filesOf() {
  only=$(option "$1" defaults-file)
  if [ -n "$only" ]; then echo "$only"; return; fi
  if given "$1" | grep -qx -e --no-defaults; then return; fi
  # Each installation has its own list.
  printer=my_print_defaults
  at=$(dirname "$(readlink "$proc/$1/exe" 2>/dev/null || echo /usr/sbin/mysqld)")
  for each in "$at" "$at/../bin"; do
    if [ -x "$each/my_print_defaults" ]; then printer=$each/my_print_defaults; break; fi
  done
  list=$("$printer" --help 2>/dev/null | sed -n '/^Default options are read/{n;p;q;}')
  echo "\${list:-/etc/my.cnf /etc/mysql/my.cnf} $(option "$1" defaults-extra-file)"
}
files=$(filesOf "\${pid:-none}")
suffix=$(option "\${pid:-none}" defaults-group-suffix)
sharing=
for other in $pids; do
  if [ "$other" != "$pid" ] && [ "$(filesOf "$other")" = "$files" ]; then sharing="$sharing $(unitOf "$other")"; fi
done
`.trim();
