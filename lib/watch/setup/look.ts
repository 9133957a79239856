/** What work on hosts looks at: the document `host-facts` on both, the accounts, and where the VIP is. */
import type { Node, Pair } from '../../core/config.ts';
import { setupUsers } from '../../core/setup/accounts.ts';
import { parseHostFacts, type SetupFacts } from '../../core/setup/facts.ts';
import type { VipSighting } from '../../core/sighting.ts';
import type { Ports } from '../ports.ts';

/** How long a look at one host may take. Milliseconds. */
const LOOK_LIMIT_MS = 60_000;

/** Both hosts, the parameter store and EC2, as they are now. Throws what a port throws. */
export async function lookAtHosts(
  ports: Ports,
  pair: Pair,
  passed: ReadonlySet<string>,
): Promise<SetupFacts> {
  const accounts = await ports.accounts.read(pair);
  const users = {
    Monitor: accounts.monitor?.user ?? setupUsers.monitor,
    Replication: accounts.replication?.user ?? setupUsers.replication,
  };
  const ask = async ({ name }: Node) => {
    const printed = await ports.host.run(pair, name, 'host-facts', LOOK_LIMIT_MS, users);
    return [name, parseHostFacts(printed)] as const;
  };
  const [located, ...hosts] = await Promise.all([ports.vip.locate([pair]), ...pair.nodes.map(ask)]);
  return { hosts: Object.fromEntries(hosts), accounts, vip: placeOf(located.get(pair.name)), passed };
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
