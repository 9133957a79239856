/** Broken pairs: what is wrong with the host of a node, beside its server. */
import { prebound } from '../hosts/ip.ts';
import type { LabWorld } from '../world.ts';
import type { Broken } from './broken.ts';

export const ofHosts: readonly Broken[] = [
  { name: 'a keepalived of old', finds: 'keepalived-running', break: keepalivedOfOld },
  { name: 'a VIP that the host does not accept', finds: 'vip-not-bound', break: unbound },
  { name: 'a VIP that a reboot loses', finds: 'vip-lost-at-reboot', break: boundUntilReboot },
  { name: 'a disk with little room', finds: 'disk-nearly-full', break: littleRoom },
];

async function keepalivedOfOld({ hosts: { db2 } }: LabWorld) {
  await db2.haveKeepalived(true);
  return () => db2.haveKeepalived(false);
}

async function unbound({ hosts: { db2 }, network }: LabWorld) {
  const address = async (verb: string) =>
    void (await db2.run({ command: 'ip', args: ['address', verb, `${network.vip}/32`, 'dev', prebound] }));
  await address('del');
  return () => address('add');
}

async function boundUntilReboot({ hosts: { db2 } }: LabWorld) {
  db2.bindAtBoot(false);
  return async () => db2.bindAtBoot(true);
}

async function littleRoom({ hosts: { db2 } }: LabWorld) {
  const { volume } = db2;
  db2.volume = { ...volume, freeKb: volume.totalKb / 20 };
  return async () => {
    db2.volume = volume;
  };
}
