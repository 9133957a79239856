/** Facts of made-up hosts. */
import type { Pair } from '../../../lib/core/config/config.ts';
import type { AccountKey, HostFacts, SetupFacts } from '../../../lib/core/setup/facts.ts';
import { parseHostFacts } from '../../../lib/core/setup/facts.ts';

/** What `host-facts` prints on a server that its package has just installed. */
export const fresh = (version: string): readonly string[] => [
  'server=up',
  `version=${version}`,
  'includedir=/etc/my.cnf.d',
  'running.server_id=1',
  'running.log_bin=OFF',
  'running.sync_binlog=0',
  'running.read_only=OFF',
  'running.bind_address=127.0.0.1',
  'datadir=/var/lib/mysql/',
  'tables=0',
];

export function hostWith(version: string, changes: Partial<HostFacts> = {}): HostFacts {
  return { ...parseHostFacts(fresh(version).join('\n')), ...changes };
}

export const key = (user: string): AccountKey => ({
  user,
  native: 'AB',
  sha2: 'CD',
  nativeMark: `native-${user}`,
  sha2Mark: `sha2-${user}`,
});

/** Both hosts the same but for the changes. */
export function factsOf(
  pair: Pair,
  version: string,
  changes: readonly [Partial<HostFacts>, Partial<HostFacts>] = [{}, {}],
  more: Partial<SetupFacts> = {},
): SetupFacts {
  const hosts = pair.nodes.map(({ name }, index) => [name, hostWith(version, changes[index])] as const);
  return {
    hosts: Object.fromEntries(hosts),
    accounts: { monitor: null, replication: null },
    vip: { at: null },
    passed: new Set(),
    ...more,
  };
}
