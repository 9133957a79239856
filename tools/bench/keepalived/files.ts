/**
 * keepalived's configuration and its scripts, written anew from the table "What it replaces, line by line" in
 * the design: what they get wrong is left wrong.
 */
import type { LabNodeName } from '../../../lab/pair.ts';

export interface Variant {
  /** Seconds between two runs of mysql_check.sh. One run may take as long: keepalived's default. */
  readonly intervalSeconds: number;
  /** Whether mysql_check.sh ends keepalived and restarts the interface, as the old set-up does. */
  readonly killsItself: boolean;
  /** Whether the address is moved by EC2's API: VRRP, by unicast, only elects. */
  readonly ec2: boolean;
}

export interface Site {
  readonly node: LabNodeName;
  /** The directory of the files. */
  readonly directory: string;
  readonly address: string;
  readonly peerAddress: string;
  readonly gateway: string;
  readonly vip: string;
  readonly mysql: readonly string[];
  readonly socketPath: string;
  readonly user: string;
  readonly password: string;
  /** The command that a new master runs, where EC2 moves the address. */
  readonly assign: readonly string[];
}

/** Each file's name and text; those that end in `.sh` are to be executable. */
export function filesOf(site: Site, variant: Variant): Readonly<Record<string, string>> {
  return {
    'keepalived.conf': configuration(site, variant),
    'client.cnf': `[client]\nuser=${site.user}\npassword=${site.password}\nsocket=${site.socketPath}\n`,
    'mysql_check.sh': checkScript(site, variant),
    'mysql_down.sh': downScript(site),
    'notify_master.sh': `#!/bin/sh\nexec ${quoted(site.assign)}\n`,
  };
}

function configuration(site: Site, { intervalSeconds, ec2 }: Variant): string {
  const unicast = `
  unicast_src_ip ${site.address}
  unicast_peer {
    ${site.peerAddress}
  }
  notify_master "${site.directory}/notify_master.sh"`;
  return `global_defs {
  router_id ${site.node}
  script_user root
}
vrrp_script check_run {
  script "${site.directory}/mysql_check.sh"
  interval ${intervalSeconds}
}
vrrp_instance VI_1 {
  state BACKUP
  interface eth0
  virtual_router_id 51
  priority ${site.node === 'db1' ? 100 : 90}
  advert_int 1
  nopreempt
  authentication {
    auth_type PASS
    auth_pass 1111
  }${ec2 ? unicast : ''}
  track_script {
    check_run
  }
  virtual_ipaddress {
    ${site.vip}/32 dev eth0
  }
}
`;
}

function checkScript(site: Site, { killsItself }: Variant): string {
  const fail = killsItself ? `${site.directory}/mysql_down.sh; exit 1` : 'exit 1';
  return `#!/bin/sh
# No Slave_IO_Running at all: fail. A thread that says No: fail. 120 s behind or more: fail.
status=$(${quoted([...site.mysql, `--defaults-file=${site.directory}/client.cnf`])} -e 'SHOW SLAVE STATUS\\G' 2>/dev/null)
value() { printf '%s\\n' "$status" | awk -F': ' -v key="$1" '$1 ~ key"$" { print $2 }'; }
io=$(value Slave_IO_Running)
sql=$(value Slave_SQL_Running)
behind=$(value Seconds_Behind_Master)
[ -n "$io" ] || { ${fail}; }
[ "$io" != No ] && [ "$sql" != No ] || { ${fail}; }
[ "\${behind:-0}" = NULL ] && behind=0
[ "\${behind:-0}" -lt 120 ] || { ${fail}; }
exit 0
`;
}

/**
 * pkill keepalived; ifdown ens33 && ifup ens33. By its own pid here, because the hosts share a machine; and the
 * interface goes down only when keepalived has ended, so that its farewell is heard: the better case for it.
 */
function downScript(site: Site): string {
  return `#!/bin/sh
pid=$(cat ${site.directory}/keepalived.pid) || exit 0
kill "$pid" 2>/dev/null
for try in 1 2 3 4 5 6 7 8 9 10; do kill -0 "$pid" 2>/dev/null || break; sleep 0.1; done
ip link set dev eth0 down && ip link set dev eth0 up && ip route replace default via ${site.gateway}
`;
}

function quoted(words: readonly string[]): string {
  return words.map((word) => `'${word.replaceAll("'", "'\\''")}'`).join(' ');
}
