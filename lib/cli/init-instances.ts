/** The instances of both nodes, asked for first where EC2 answers: the rest follows from them. */
import { valueAt } from '../core/fault.ts';
import { isGiven, type Place } from './init-draft.ts';
import type { KnownNode, Offers } from './init-offers.ts';
import type { Interview } from './interview.ts';

/** What EC2 offers of the environment. */
export interface Known {
  readonly account?: string | undefined;
  readonly vpcId?: string | undefined;
  /** Of both nodes. */
  readonly subnetId?: string | undefined;
  /** In their order; null for one that EC2 does not show. */
  readonly nodes: readonly (KnownNode | null)[];
  /** Where the two interfaces have one secondary address, which the VIP is then. */
  readonly vip?: string | undefined;
}

export const nothingKnown: Known = { nodes: [] };

/** Asks for both instances, and EC2 for what they show. */
export async function askInstances(interview: Interview, offers: Offers): Promise<Known> {
  layOutNodes(interview, undefined);
  const one = await askInstance(interview, offers, 0, () => null);
  const other = await askInstance(interview, offers, 1, ({ subnetId }) =>
    one === null || subnetId === one.subnetId
      ? null
      : `it is in ${subnetId}, and the other node in ${one.subnetId}; want both in one subnet, which a VIP cannot leave`,
  );
  const nodes = [one, other];
  const first = one ?? other;
  const subnet = first?.subnetId === undefined ? null : await offers.subnet(first.subnetId);
  const addresses = new Set(nodes.flatMap((node) => node?.otherAddresses ?? []));
  const [vip] = addresses.size === 1 ? addresses : [];
  const vpcId = subnet?.kind === 'found' ? subnet.value.vpcId : undefined;
  return { account: first?.account, vpcId, subnetId: first?.subnetId, nodes, vip };
}

/** Both nodes are there from the start: a pair with one node is judged as a whole, and not by its values. */
export function layOutNodes(interview: Interview, subnet: string | undefined): void {
  for (const index of [0, 1]) {
    const place: Place = ['pairs', 0, 'nodes', index];
    const blank = { name: undefined, instanceId: undefined, eniId: undefined, address: undefined, subnet };
    if (!isGiven(interview.draft, place)) interview.put(place, blank);
    else if (!isGiven(interview.draft, [...place, 'subnet'])) interview.put([...place, 'subnet'], subnet);
  }
}

/** An id that EC2 does not show is asked for once more, and Enter keeps it: the credentials may be of another account. */
async function askInstance(
  interview: Interview,
  offers: Offers,
  index: number,
  objection: (node: KnownNode) => string | null,
): Promise<KnownNode | null> {
  const place: Place = ['pairs', 0, 'nodes', index, 'instanceId'];
  const text = `The instance of ${index === 0 ? 'one node' : 'the other node'} (i-…)`;
  let kept: string | undefined;
  for (;;) {
    await interview.need({ place, text, fallback: kept });
    const id = String(valueAt(interview.draft, place));
    const found = await offers.node(id);
    if (found.kind === 'silent' || (found.kind === 'none' && id === kept)) return null;
    const wrong = found.kind === 'found' ? objection(found.value) : `EC2 shows none in ${offers.region}`;
    if (found.kind === 'found' && wrong === null) return found.value;
    offers.say(`${id}: ${wrong}`);
    kept = found.kind === 'none' ? id : undefined;
    interview.put(place, undefined);
  }
}
