/** What a pair is when it is set up, in the order of the work. */
import type { Node, Pair } from '../config.ts';
import type { Goal, Refusal } from '../host-work.ts';
import type { HostFacts, SetupFacts } from './facts.ts';

/** Every goal of setup, as the facts show it. */
export function setupGoals(pair: Pair, facts: SetupFacts): readonly Goal[] {
  return pair.nodes.map((node) => serverGoal(node, hostOf(facts, node)));
}

function hostOf({ hosts }: SetupFacts, { name }: Node): HostFacts {
  const host = hosts[name];
  if (!host) throw new Error(`no facts of ${name}`);
  return host;
}

function serverGoal({ name }: Node, host: HostFacts): Goal {
  return {
    ...{ name: 'server', node: name, does: 'Starts the server, and lets root in over its socket.' },
    state: host.server === 'up' ? 'met' : host.server === 'down' ? 'open' : noRoot(host),
  };
}

function noRoot({ server, because }: HostFacts): Refusal {
  if (server === 'no-client')
    return {
      got: because,
      want: "the server's client program on the host",
      remedy: 'install the package of the client (mysql-client or mariadb-client)',
    };
  return {
    got: because,
    want: 'root@localhost let in over the socket, as packages of Debian, Ubuntu and MariaDB set it up',
    remedy: "put root's password into /root/.my.cnf on the host ([client], mode 600)",
  };
}
