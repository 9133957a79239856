/** MariaDB: whether a channel knows its place in each domain of the other node's history. */
import type { ServerFacts } from './facts.ts';
import type { Here, Rule } from './rule.ts';
import { peerChannelOf } from './rules-channel.ts';

export const domainRules: readonly Rule[] = [
  {
    id: 'place-unknown',
    severity: 'warning',
    of: 'node',
    when: 'MariaDB: a channel goes by `gtid_slave_pos`, and that has no place in a domain of the other node',
    got: (here) =>
      peerChannelOf(here, ({ byGtid }) => {
        const lacking = byGtid ? domainsWithoutPlace(here) : [];
        const own = here.facts.variables.gtid_slave_pos || "''";
        return lacking.length === 0
          ? null
          : `gtid_slave_pos = ${own}, and ${here.peer.name} has ${lacking.join(', ')}`;
      }),
    want: 'a place in each domain that the other node has',
    why: 'When the channel connects, it asks for that domain from its beginning: what is here already is applied again over newer rows, and what was purged there ends it with error 1236.',
    fix: (here) => {
      const { node, facts } = here;
      const own = ownPlaces(here);
      const known = [facts.variables.gtid_slave_pos, ...own].filter((place) => place).join(',');
      return own.length === 0 || own.length < domainsWithoutPlace(here).length
        ? `see whether ${node.name} has the data of that domain; if not, make it anew: keepalambda rebuild ${here.pair.name} ${node.name}`
        : `on ${node.name}: STOP SLAVE; SET GLOBAL gtid_slave_pos = '${known}'; START SLAVE;`;
    },
  },
];

/** The last transaction of each domain that the other node logged and this one has no place in. */
function domainsWithoutPlace({ facts, peerFacts }: Here): readonly string[] {
  const known = placesOf(facts.variables.gtid_slave_pos);
  const theirs = placesOf(peerFacts?.variables.gtid_binlog_pos);
  return [...theirs].flatMap(([domain, place]) => (known.has(domain) ? [] : [place]));
}

/** Where this node itself is in those domains, by its own log. */
function ownPlaces(here: Here): readonly string[] {
  const own = placesOf(here.facts.variables.gtid_binlog_pos);
  return domainsWithoutPlace(here).flatMap((place) => own.get(domainOf(place)) ?? []);
}

/** `1-1-5,2-2-7` → domain → GTID. */
function placesOf(position: ServerFacts['variables']['gtid_slave_pos']): ReadonlyMap<string, string> {
  const places = (position ?? '').split(',').map((place) => place.trim());
  return new Map(places.filter((place) => place !== '').map((place) => [domainOf(place), place]));
}

function domainOf(place: string): string {
  return place.split('-')[0] ?? '';
}
