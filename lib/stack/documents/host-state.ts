/** What a host has beside its server that decides about the VIP and the data: what binds at boot, keepalived, and room. */

/** `sayingVip PATH…`: the files there that have the VIP outside of a comment, without what editors and package managers leave. */
export const sayingVip = `
etc=\${KEEPALAMBDA_ETC:-/etc}
sayingVip() {
  find -L "$@" -type f ! -name '*~' ! -name '*.bak' ! -name '*.orig' ! -name '*.save' ! -name '*.rpm*' ! -name '*.dpkg*' ! -name '*.swp' 2>/dev/null |
    while IFS= read -r each; do
      if grep -hsv '^[[:space:]]*[#;!]' "$each" | grep -qwF -e "$SSM_Vip"; then printf '%s\\n' "$each"; fi
    done
}
`.trim();

/**
 * Sets `lasts` to whether the VIP is bound at boot: by an enabled unit (ours may be of another VIP that the pair had, or empty where
 * its host died while it was written), or by what sets the network up. `unitdir` must be set.
 */
export const findVipAtBoot = `
lasts=no
for each in $(sayingVip "$unitdir"); do
  if systemctl is-enabled --quiet "\${each##*/}" 2>/dev/null; then lasts=yes; fi
done
if [ -n "$(sayingVip "$etc/systemd/network" "$etc/netplan" "$etc/NetworkManager/system-connections" \\
  "$etc/sysconfig/network-scripts" "$etc/network" "$etc/rc.local" "$etc/rc.d/rc.local")" ]; then lasts=yes; fi
`.trim();

/**
 * Sets `keepalived` to `running` or `enabled` where one has the VIP in `file`, or runs and nobody knows what it has; else it is empty. One
 * that was built from source has no unit, and perhaps a file of another name. `proc` must be set.
 */
export const findKeepalived = `
keepalived=; file=; used=
for at in "$proc"/[0-9]*; do
  name=
  { read -r name < "$at/comm"; } 2>/dev/null
  [ "$name" = keepalived ] || continue
  keepalived=running
  given=$(tr '\\000' '\\n' < "$at/cmdline" 2>/dev/null | sed -n 's/^--use-file=//p; s/^-f=\\{0,1\\}\\(..*\\)$/\\1/p; /^\\(-f\\|--use-file\\)$/{n;p}' | head -n 1)
  used=\${given:-$used}
done
local=\${etc%/etc}/usr/local/etc
if [ -n "$used" ]; then set -- "$used" "\${used%/*}"; else set -- "$etc/keepalived" "$local/keepalived"; fi
file=$(sayingVip "$@" | head -n 1)
# One that runs with others than the VIP is none of ours; unless its configuration is nowhere to be seen.
if [ -n "$keepalived" ] && [ -z "$file" ] && [ -n "$(find -L "$@" -type f 2>/dev/null | head -n 1)" ]; then keepalived=; fi
if [ -z "$keepalived" ] && [ -n "$file" ]; then
  if systemctl is-active --quiet keepalived.service 2>/dev/null; then keepalived=running
  elif systemctl is-enabled --quiet keepalived.service 2>/dev/null; then keepalived=enabled; fi
fi
`.trim();

/** Prints `volume=free total path`, in KB, for each file system with data or logs of the server. `sql` must be set. */
export const printVolumes = `
sql "SHOW GLOBAL VARIABLES WHERE Variable_name IN ('datadir', 'innodb_data_home_dir', 'innodb_log_group_home_dir', 'log_bin_basename', 'relay_log_basename', 'tmpdir')" |
  while read -r _ at; do
    case $at in /*) if [ -d "$at" ]; then echo "$at"; else dirname "$at"; fi ;; esac
  done | sort -u | {
    set --
    while IFS= read -r at; do set -- "$@" "$at"; done
    timeout 10 df -Pk "$@" 2>/dev/null
  } |
  awk '$4 ~ /^[0-9]+$/ && !seen[$1 $6]++ { print "volume=" $4 " " $2 " " $6 }'
`.trim();
