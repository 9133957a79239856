/** Whether a copy has room where it goes, before anything is done for it. */
import type { Refusal } from '../fault.ts';
import type { NodeName } from '../names.ts';
import type { HostFacts } from './facts.ts';

/** A full disk stops the server: so much more than the data must be free. */
const SPARE_SHARE = 0.1;
const SPARE_KB = 100 * 1024;
/** Where the document keeps the binary logs of before. */
const KEPT_IN = '/var/lib/keepalambda';

export interface CopySides {
  readonly from: NodeName;
  readonly to: NodeName;
  readonly source: HostFacts;
  readonly target: HostFacts;
  /** Whether the binary logs of `to` are kept already. */
  readonly isKept: boolean;
}

/** Why there is no room for a copy; null where there is, or where that could not be told. */
export function whyNoRoom({ from, to, source, target, isKept }: CopySides): Refusal | null {
  const [data, disk] = [source.disk, target.disk];
  if (data === null || disk === null) return null;
  const again = 'then give the same order again';
  const wanted = data.dataKb * (1 + SPARE_SHARE) + SPARE_KB;
  if (disk.roomKb < wanted)
    return {
      got: `room for ${inMb(disk.roomKb)} in ${target.dataDirectory} of ${to}, what a copy removes there included`,
      want: `${inMb(wanted)}: the ${inMb(data.dataKb)} of ${from}, a tenth more, and ${inMb(SPARE_KB)}`,
      remedy: `make the volume of ${to} larger, or remove what is not needed there; ${again}`,
    };
  const kept = disk.logsKb + SPARE_KB;
  if (isKept || disk.keptKb >= kept) return null;
  return {
    got: `room for ${inMb(disk.keptKb)} in ${KEPT_IN} of ${to}`,
    want: `${inMb(kept)}: its binary logs of ${inMb(disk.logsKb)} are kept there before a copy, and ${inMb(SPARE_KB)} more`,
    remedy: `make room there, or end what nobody needs of them on ${to} (PURGE BINARY LOGS); ${again}`,
  };
}

/** `1,024 MB`, rounded up. */
export function inMb(kilobytes: number): string {
  return `${Math.ceil(kilobytes / 1024).toLocaleString('en')} MB`;
}
