/**
 * The VPC of namespaces: which there are, how they are joined, and their addresses. The addresses exist in these
 * namespaces only, so every lab has the same ones.
 *
 *     db1 ── to-db1 ┐                      ┌ to-client ── client
 *                   ├ br0 (subnet a) ─ vpc ┼ to-probe-a ── probe-a
 *     db2 ── to-db2 ┘   10.77.0.1          └ to-probe-b ── probe-b
 *
 * `vpc` routes between the subnets, and its /32 route to the VIP is EC2's mapping of the address.
 */
import { ip, ipLines, ipTakes, setKernel } from './ip.ts';

export const vip = '10.77.0.100';
/** The VPC's own address in the subnet of the hosts: their gateway. */
const gateway = '10.77.0.1';
/** Where dropped packets go: a bridge without ports. */
export const sink = 'sink';
/** The interface of a host that carries a pre-bound VIP. */
export const prebound = 'keepalambda0';

export const hosts = ['db1', 'db2'] as const;
export const guests = ['client', 'probe-a', 'probe-b'] as const;
export type Place = (typeof hosts)[number] | (typeof guests)[number];

/** The address and the third byte of each place's subnet. */
export const addresses: Readonly<Record<Place, string>> = {
  db1: '10.77.0.11',
  db2: '10.77.0.12',
  client: '10.77.50.2',
  'probe-a': '10.77.201.2',
  'probe-b': '10.77.202.2',
};

/** The names of the namespaces of one lab. */
export interface Names {
  readonly vpc: string;
  of(place: Place): string;
  readonly all: readonly string[];
}

let made = 0;

/** Names that no other lab on this machine has. */
export function nameThem(): Names {
  made += 1;
  const prefix = `keepalambda-${process.pid}-${made}`;
  const of = (place: Place) => `${prefix}-${place}`;
  return { vpc: `${prefix}-vpc`, of, all: [`${prefix}-vpc`, ...[...hosts, ...guests].map(of)] };
}

/** The end of a place's cable in the VPC. */
export function cableTo(place: Place): string {
  return `to-${place}`;
}

/** The end of a cable of TAPs that is to become the place's own interface. */
export function innerEnd(place: Place): string {
  return `in-${place}`;
}

/** Makes the namespaces. Throws when the kernel does not; what was made is the caller's to remove. */
export function addNamespaces(names: Names): void {
  for (const name of names.all) {
    ip('netns', 'add', name);
    setKernel(name, { 'net.ipv6.conf.all.disable_ipv6': 1, 'net.ipv6.conf.default.disable_ipv6': 1 });
    ipLines(name, ['link set dev lo up']);
  }
}

/** What a place's cable is made of: a pair of interfaces of the kernel's, or one that a relay has made. */
export type Cable = 'veth' | 'tap';

/** Joins the namespaces. Throws when the kernel does not take a part of it. */
export function join(names: Names, kind: Cable): void {
  setKernel(names.vpc, { 'net.ipv4.ip_forward': 1, 'net.ipv4.conf.all.send_redirects': 0 });
  ipLines(names.vpc, [
    'link add br0 type bridge mcast_snooping 0',
    `link add ${sink} type bridge`,
    `link set dev ${sink} up`,
    'link set dev br0 up',
    `address add ${gateway}/24 dev br0`,
  ]);
  for (const host of hosts) joinHost(names, host, kind);
  for (const guest of guests) joinGuest(names, guest, kind);
  // The VPC answers for every address of its own: no ARP request shows that a host is gone.
  ipLines(
    names.vpc,
    hosts.map((host) => `neighbour replace ${addresses[host]} lladdr ${macOf(host)} dev br0 nud permanent`),
  );
}

function joinHost(names: Names, host: (typeof hosts)[number], kind: Cable): void {
  const own = names.of(host);
  const peer = host === 'db1' ? 'db2' : 'db1';
  lay(names, host, kind);
  // The VIP on an interface of its own must not be told to the neighbours: EC2 says who has it.
  setKernel(own, { 'net.ipv4.conf.all.arp_ignore': 1, 'net.ipv4.conf.all.arp_announce': 2 });
  ipLines(names.vpc, [`link set dev ${cableTo(host)} master br0`]);
  ipLines(own, [
    `address add ${addresses[host]}/24 dev eth0`,
    `route add default via ${gateway}`,
    `neighbour replace ${addresses[peer]} lladdr ${macOf(peer)} dev eth0 nud permanent`,
  ]);
  // Not every kernel has dummy interfaces; a bridge without ports is as good.
  if (!ipTakes(own, `link add ${prebound} type dummy`)) ipLines(own, [`link add ${prebound} type bridge`]);
  ipLines(own, [`link set dev ${prebound} up`]);
}

function joinGuest(names: Names, guest: (typeof guests)[number], kind: Cable): void {
  const near = addresses[guest].replace(/\d+$/, '1');
  lay(names, guest, kind);
  ipLines(names.vpc, [`address add ${near}/24 dev ${cableTo(guest)}`]);
  ipLines(names.of(guest), [`address add ${addresses[guest]}/24 dev eth0`, `route add default via ${near}`]);
}

function lay(names: Names, place: Place, kind: Cable): void {
  const [outer, inner, mac] = [cableTo(place), innerEnd(place), macOf(place)];
  const ends = {
    veth: [`link add ${outer} type veth peer name eth0 address ${mac} netns ${names.of(place)}`],
    tap: [`link set dev ${inner} address ${mac}`, `link set dev ${inner} netns ${names.of(place)} name eth0`],
  } as const satisfies Record<Cable, readonly string[]>;
  ipLines(names.vpc, [...ends[kind], `link set dev ${outer} up`]);
  ipLines(names.of(place), ['link set dev eth0 up']);
}

/** 02: made by hand. The rest is the address, so that it can be read. */
function macOf(place: Place): string {
  const bytes = addresses[place].split('.').map((byte) => Number(byte).toString(16).padStart(2, '0'));
  return ['02', '00', ...bytes].join(':');
}
