/** `df -Pk` on a host of the lab: one volume of its own, however much room this machine has. */
import type { DoorAnswer } from './door.ts';

/** In KB. */
export interface HostVolume {
  readonly totalKb: number;
  readonly freeKb: number;
}

/** What it prints, whichever path was asked for. */
export function dfOf({ totalKb, freeKb }: HostVolume): DoorAnswer {
  const used = totalKb - freeKb;
  const stdout = [
    'Filesystem 1024-blocks Used Available Capacity Mounted on',
    `/dev/nvme0n1p1 ${totalKb} ${used} ${freeKb} ${Math.round((100 * used) / totalKb)}% /`,
    '',
  ].join('\n');
  return { exitCode: 0, stdout, stderr: '' };
}
