/** IPv4 arithmetic: just enough to know whether an address lies in a subnet. */

export interface Cidr {
  readonly network: number;
  readonly mask: number;
}

/** `10.0.1.0/24` → its network and mask. The text must be a valid range (the configuration has checked it). */
export function parseCidr(text: string): Cidr {
  const [address = '', bits = '32'] = text.split('/');
  const mask = bits === '0' ? 0 : (~0 << (32 - Number(bits))) >>> 0;
  return { network: (toNumber(address) & mask) >>> 0, mask };
}

/** Whether the address lies in the range. */
export function contains(cidr: Cidr, address: string): boolean {
  return (toNumber(address) & cidr.mask) >>> 0 === cidr.network;
}

/** Whether two ranges have an address in common. */
export function overlaps(one: Cidr, other: Cidr): boolean {
  const mask = (one.mask & other.mask) >>> 0;
  return (one.network & mask) >>> 0 === (other.network & mask) >>> 0;
}

/** Whether AWS keeps the address for itself: the first four and the last of every subnet. */
export function isReserved(cidr: Cidr, address: string): boolean {
  const place = toNumber(address) - cidr.network;
  return place < 4 || place === ~cidr.mask >>> 0;
}

function toNumber(address: string): number {
  return address.split('.').reduce((sum, octet) => ((sum << 8) | Number(octet)) >>> 0, 0);
}
