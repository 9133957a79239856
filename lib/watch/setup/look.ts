/** What work on hosts looks at: the document `host-facts` on both, the accounts, and where the VIP is. */
import type { Node, Pair } from '../../core/config/config.ts';
import type { VipSighting } from '../../core/evidence/sighting.ts';
import { setupUsers } from '../../core/setup/accounts.ts';
import { isWholeAnswer, parseHostFacts, type SetupFacts } from '../../core/setup/facts.ts';
import { PortError } from '../ports/port-error.ts';
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
  { host }: Pick<Ports, 'host'>,
  pair: Pair,
  { monitor, replication }: Readonly<Record<keyof typeof setupUsers, string>>,
  isForCopy: boolean,
): Promise<SetupFacts['hosts']> {
  const given = { Monitor: monitor, Replication: replication, Room: isForCopy ? 'yes' : 'no' };
  const ask = async ({ name }: Node) => {
    const printed = await host.run(pair, name, 'host-facts', LOOK_LIMIT_MS, given);
    if (!isWholeAnswer(printed))
      throw new PortError(
        'unsuccessful',
        `host-facts on ${name}: the answer was cut off, so it is not known`,
      );
    return [name, parseHostFacts(printed)] as const;
  };
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
