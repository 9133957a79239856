/** The interfaces of the simulated EC2, and which node the environment file takes each of them for. */
import { nodeOf, type Pair, peerOf } from '../../lib/core/config/config.ts';
import { misconfigurationsOf, type Shown } from '../../lib/core/evidence/misconfigured.ts';
import type { Misconfiguration } from '../../lib/core/evidence/sighting.ts';
import type { NodeName } from '../../lib/core/names.ts';
import { remembered } from '../../lib/core/remembered.ts';
import type { SimWorld } from '../world/world.ts';

/** The node whose interface the file gives as that of this one, and the other way round: the same node, unless exchanged. */
export function takenFor({ pair, cloud }: SimWorld, node: NodeName): NodeName {
  const isOwn = pair.nodes.some(({ name }) => name === node);
  return cloud.exchanged && isOwn ? peerOf(pair, node).name : node;
}

/** What is not as the environment file has it. Asked again and again, and only a change of the world can change it. */
export function wrongIn(world: SimWorld): readonly Misconfiguration[] {
  return wrongSince(world, world.version, world.pair);
}

const wrongSince = remembered((world: SimWorld, _version: number, pair: Pair) =>
  misconfigurationsOf(pair, {}, shownIn(world)),
);

/** What EC2 shows of the interfaces and the instances: each host has one, with its own address. */
function shownIn(world: SimWorld): Shown {
  const hosts = world.masters.map(({ name, instance }) => {
    const { instanceId, address } = nodeOf(world.pair, name);
    const { eniId } = nodeOf(world.pair, takenFor(world, name));
    return { instanceId, address, eniId, state: instance };
  });
  return {
    enis: hosts.map(({ eniId, instanceId, address }) => ({
      eniId,
      instanceId,
      deviceIndex: 0,
      subnetId: null,
      primaryAddress: address,
      addresses: [address],
      prefixes: [],
    })),
    instances: hosts.map(({ instanceId, state, eniId }) => ({ instanceId, state, eniIds: [eniId] })),
  };
}
