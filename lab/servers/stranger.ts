/** A third server, which is in no pair: a standby may be made to follow it. */
import type { LabWorld } from '../world.ts';
import { createInstance } from './instance.ts';
import type { SourceAddress } from './replication.ts';

/** No node of the pair has it. */
const SERVER_ID = 77;

/** Starts it at the client's seat. It ends with the world. */
export async function startStranger(world: LabWorld): Promise<SourceAddress> {
  const { network, hosts, directory } = world;
  const { product, settings } = hosts.db1.instance;
  const address = network.addressOf('client');
  const instance = await createInstance({
    product,
    settings,
    directory,
    address,
    name: 'stranger',
    serverId: SERVER_ID,
    port: network.port,
    words: network.wordsAt('client'),
  });
  world.defer(() => instance.close());
  await instance.start();
  return { host: address, port: network.port };
}
