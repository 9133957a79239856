/** Facts of two hosts on which all is as it must be, and changes of them. */
import { accountRights } from '../../../lib/core/setup/account-statements.ts';
import { renderConfiguration } from '../../../lib/core/setup/configuration.ts';
import type { HostFacts, SetupFacts } from '../../../lib/core/setup/facts.ts';
import { hostOf } from '../../../lib/core/setup/goals.ts';
import { valuesFor } from '../../../lib/core/setup/values.ts';
import { pairWith } from '../world.ts';
import { factsOf, key } from './facts.ts';

export const pair = pairWith({ mode: 'observe', hostWork: true });
const [db1] = pair.nodes;

/** What a host is once all is as it must be: the file written, and running as it says. */
function ready(facts: SetupFacts, index: 0 | 1, kind: 'mysql-5.6' | 'mysql-8'): Partial<HostFacts> {
  const node = pair.nodes[index];
  const peer = pair.nodes[1 - index] ?? node;
  const values = valuesFor(pair, node, hostOf(facts, node), hostOf(facts, peer));
  const running = new Map([
    ['server_id', values.ServerId],
    ['log_bin', 'ON'],
    ['log_bin_basename', values.BinaryLog],
    ['bind_address', values.Bind],
    ['sync_binlog', '1'],
    ['read_only', index === 0 ? 'OFF' : 'ON'],
  ]);
  const mark = kind === 'mysql-8' ? 'sha2' : 'native';
  return {
    running,
    configuration: renderConfiguration(kind, values),
    sources: [peer.address],
    monitor: { mark: `${mark}-kl`, grants: granted(kind, 'monitor') },
    replication: { mark: `${mark}-repl`, grants: granted(kind, 'replication') },
    heartbeat: true,
    schema: true,
    vipBound: true,
    vipLasts: true,
  };
}

/** What `SHOW GRANTS` says of an account that was made to its end. */
export function granted(kind: 'mysql-5.6' | 'mysql-8', use: 'monitor' | 'replication'): readonly string[] {
  const statements =
    use === 'monitor' ? accountRights(kind, 'kl') : ['GRANT REPLICATION SLAVE ON *.* TO repl'];
  return ['GRANT USAGE ON *.*', ...statements.map((statement) => statement.replace(/ TO .*/, ''))];
}

/** Both hosts are ready, and every proof has passed. */
export function readyFacts(version: string, kind: 'mysql-5.6' | 'mysql-8'): SetupFacts {
  const empty = factsOf(pair, version);
  return factsOf(pair, version, [ready(empty, 0, kind), ready(empty, 1, kind)], {
    accounts: { monitor: key('kl'), replication: key('repl') },
    vip: { at: db1.name },
    passed: new Set(['proof', 'doctor']),
  });
}

/** The same facts, but for a change of one host. */
export function on(facts: SetupFacts, index: 0 | 1, change: Partial<HostFacts>): SetupFacts {
  const { name } = pair.nodes[index];
  return { ...facts, hosts: { ...facts.hosts, [name]: { ...hostOf(facts, pair.nodes[index]), ...change } } };
}
