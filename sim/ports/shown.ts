/** The interfaces of the simulated EC2, and which node the environment file takes each of them for. */
import { nodeOf, peerOf } from '../../lib/core/config.ts';
import type { Shown } from '../../lib/core/misconfigured.ts';
import type { NodeName } from '../../lib/core/names.ts';
import type { SimWorld } from '../world/world.ts';

/** The node whose interface the file gives as that of this one, and the other way round: the same node, unless exchanged. */
export function takenFor({ pair, cloud }: SimWorld, node: NodeName): NodeName {
  const isOwn = pair.nodes.some(({ name }) => name === node);
  return cloud.exchanged && isOwn ? peerOf(pair, node).name : node;
}

/** What EC2 shows of the interfaces and the instances: each host has one, with its own address. */
export function shownIn(world: SimWorld): Shown {
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
