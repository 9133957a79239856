/** A pair without a finding, and one with something changed. */
import type { Finding } from '../../../lib/core/alert/finding.ts';
import type { Pair } from '../../../lib/core/config/config.ts';
import { diagnose, type Examination } from '../../../lib/core/doctor/doctor.ts';
import type { ChannelFacts, ServerFacts, Variables } from '../../../lib/core/doctor/facts.ts';
import type { VipSighting } from '../../../lib/core/evidence/sighting.ts';
import { healthyFacts } from '../../../sim/ports/examine.ts';
import { parsePair, UUID1, UUID2 } from '../world.ts';

/** The pair, with TLS as we recommend it. */
export const pair: Pair = { ...parsePair(), tls: 'encrypt' };

const [one, two] = [
  { node: pair.nodes[0], identity: UUID1, serverId: 1 },
  { node: pair.nodes[1], identity: UUID2, serverId: 2 },
];

export function factsOf(node: string): ServerFacts {
  return node === 'db1' ? healthyFacts(one, two, pair.port) : healthyFacts(two, one, pair.port);
}

/** EC2: the VIP is on db1, and there is room everywhere. */
export const located: VipSighting = {
  kind: 'saw',
  atMs: 0,
  place: { kind: 'node', node: 'db1' },
  instances: {},
  room: { db1: true, db2: true },
  wrong: [],
};

type Changes = Partial<Omit<ServerFacts, 'variables' | 'channels'>> & {
  readonly variables?: Variables;
  readonly channel?: Partial<ChannelFacts>;
  readonly channels?: ServerFacts['channels'];
};

/** db2 with this changed, or another node. */
export function changed({ variables, channel, ...rest }: Changes, node = 'db2'): ServerFacts {
  const facts = factsOf(node);
  return {
    ...facts,
    channels: facts.channels?.map((each) => ({ ...each, ...channel })) ?? null,
    ...rest,
    variables: { ...facts.variables, ...variables },
  };
}

/** What doctor says of the pair where these nodes have other facts. */
export function findingsOf(
  nodes: Readonly<Record<string, ServerFacts>>,
  other: Partial<Examination> = {},
): readonly Finding[] {
  const known = (node: string) => ({ kind: 'facts', facts: nodes[node] ?? factsOf(node) }) as const;
  return diagnose({ pair, nodes: { db1: known('db1'), db2: known('db2') }, vip: located, ...other });
}
