/** The first goal of a node: a server that setup knows, which lets root in. */
import type { Node } from '../config/config.ts';
import type { Refusal } from '../fault.ts';
import type { Goal } from '../hosts/host-work.ts';
import { copyAtWork } from './copy.ts';
import type { HostFacts } from './facts.ts';
import { kindOf } from './kind.ts';

export function serverGoal({ name }: Node, host: HostFacts, port: number): Goal {
  const goal = { name: 'server', node: name, does: 'Starts the server.' };
  const atWork = copyAtWork(name, host);
  // A copy restarts it, and lets root in again at its end.
  if (atWork !== null && host.server !== 'up') return { ...goal, state: 'open', atWork };
  const state = whyAnotherServer(name, host, port) ?? whyNoUnit(name, host) ?? stateOf(host);
  return host.server === 'unreached' ? { ...goal, state, mayPass: true } : { ...goal, state };
}

/** A host may have two servers: root's socket must lead to the one of the pair. */
export function whyAnotherServer(node: string, host: HostFacts, port: number): Refusal | null {
  if (host.server !== 'up' || host.port === 0 || host.port === port) return null;
  return {
    got: `a server at port ${host.port}, by the socket that root uses on ${node}`,
    want: `the server of the pair, which is at port ${port}`,
    remedy: 'name its socket in /root/.my.cnf on the host ([client]); then give the same order again',
  };
}

/** What starts the server, and which files it reads, must be known before anything is written or restarted. */
function whyNoUnit(node: string, { server, noUnit }: HostFacts): Refusal | null {
  if (noUnit === null || server === 'denied' || server === 'no-client') return null;
  return { ...noUnit, got: `${noUnit.got}, on ${node}` };
}

function stateOf(host: HostFacts): Goal['state'] {
  switch (host.server) {
    case 'up':
      return kindOf(host.version) === null ? unknownVersion(host) : 'met';
    case 'down':
      return 'open';
    case 'unreached':
      return unreached(host);
    case 'denied':
    case 'no-client':
      return noRoot(host);
  }
}

/** Clients may be using it: a restart could only do harm. */
function unreached({ because }: HostFacts): Refusal {
  return {
    got: `a server whose unit is active, and which root cannot ask: ${because}`,
    want: 'an answer over its socket',
    remedy:
      'wait for the end of its crash recovery, end sessions where it is full, or name its socket in /root/.my.cnf ([client]); then give the same order again',
  };
}

function unknownVersion({ version }: HostFacts): Refusal {
  return {
    got: `version ${version}`,
    want: 'MySQL 5.6, 5.7, 8.0.22 or later, or MariaDB 10 or later',
    remedy: 'install one of these',
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
