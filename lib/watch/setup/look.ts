/** What work on hosts looks at: the document `host-facts` on both, the accounts, and where the VIP is. */
import type { Node, Pair } from '../../core/config/config.ts';
import type { VipSighting } from '../../core/evidence/sighting.ts';
import { setupUsers } from '../../core/setup/accounts.ts';
import type { SetupFacts } from '../../core/setup/facts.ts';
import { askHost } from '../host-facts.ts';
import type { Ports } from '../ports/ports.ts';

/** How long a look at one host may take. Milliseconds. */
const LOOK_LIMIT_MS = 60_000;

/** Both hosts, the parameter store and EC2, as they are now. `isForCopy`: as for `askHosts`. Throws what a port throws. */
export async function lookAtHosts(
  ports: Ports,
  pair: Pair,
  passed: ReadonlySet<string>,
  isForCopy = false,
): Promise<SetupFacts> {
  const accounts = await ports.accounts.read(pair);
  const users = {
    monitor: accounts.monitor?.user ?? setupUsers.monitor,
    replication: accounts.replication?.user ?? setupUsers.replication,
  };
  const [located, hosts] = await Promise.all([
    ports.vip.locate([pair]),
    askHosts(ports, pair, users, isForCopy),
  ]);
  return { hosts, accounts, vip: placeOf(located.get(pair.name)), passed };
}

/**
 * What each host says. `isForCopy`: how much a copy takes, and the room for it, are counted too. Throws what the host port
 * throws, and for half an answer.
 */
export async function askHosts(
  ports: Pick<Ports, 'host'>,
  pair: Pair,
  users: Readonly<Record<keyof typeof setupUsers, string>>,
  isForCopy: boolean,
): Promise<SetupFacts['hosts']> {
  const asking = { users, isForCopy, limitMs: LOOK_LIMIT_MS };
  const ask = async ({ name }: Node) => [name, await askHost(ports, pair, name, asking)] as const;
  return Object.fromEntries(await Promise.all(pair.nodes.map(ask)));
}

function placeOf(sighting: VipSighting | undefined): SetupFacts['vip'] {
  if (sighting === undefined) return { unknown: 'EC2 was not asked' };
  if (sighting.kind === 'blind') return { unknown: sighting.because };
  switch (sighting.place.kind) {
    case 'node':
      return { at: sighting.place.node };
    case 'nowhere':
      return { at: null };
    case 'foreign':
      return { unknown: `EC2 shows the VIP on ${sighting.place.eniId}, which is of neither node` };
  }
}
