/**
 * The VPC on this machine, without root: each host is a loopback address, the VIP is one too, and every
 * connection goes through a relay that plays ENI, security group and route.
 *
 * mysqld listens on a hidden port of its host's address. The public port of the address is open exactly while
 * mysqld's is, so a dead mysqld refuses as a real one does. While a cut touches a host, its public port stays
 * open, because a client that is cut off must see nothing at all, not a refusal; to all others a dead mysqld
 * then shows as a reset right after the connection was made.
 */
import type { Socket } from 'node:net';
import { type Listening, type Network, type NetworkOptions, type Seat, seats } from './contract.ts';
import { Gate } from './gate.ts';
import type { LinkEnd, Origin, Passage } from './link.ts';
import { ownerOf } from './owner.ts';
import { claimSubnet, freePort, requireFreePort } from './subnet.ts';

/** A host as the network knows it. */
interface Attached {
  readonly name: string;
  readonly server: LinkEnd;
  readonly gate: Gate;
  /** The processes whose connections come from this host, whatever address they carry. */
  readonly processes: () => readonly number[];
  listening: boolean;
}

export type { Network, NetworkOptions, Seat };

/** Claims a subnet and opens the VIP. Throws a `LabError` when the port is taken. */
export async function createNetwork(options: NetworkOptions): Promise<Network> {
  const subnet = await claimSubnet();
  try {
    for (const seat of ['db1', 'db2', 'vip'] as const) {
      await requireFreePort(subnet.address(seats[seat]), options.port);
    }
  } catch (error) {
    await subnet.release();
    throw error;
  }
  return new LoopbackNetwork(options, (seat) => subnet.address(seats[seat]), subnet.release);
}

class LoopbackNetwork implements Network {
  readonly port: number;
  /** The address of a seat: `addressOf('db1')`. */
  readonly addressOf: (seat: Seat) => string;
  readonly #options: NetworkOptions;
  readonly #release: () => Promise<void>;
  readonly #hosts = new Map<string, Attached>();
  readonly #names = new Map<string, string>();
  readonly #vip: Gate;
  readonly #cuts = new Set<string>();
  readonly #unplugged = new Set<string>();
  readonly #quarantined = new Set<string>();
  readonly #bound = new Set<string>();
  #holder: string | null = null;

  constructor(options: NetworkOptions, addressOf: (seat: Seat) => string, release: () => Promise<void>) {
    this.port = options.port;
    this.addressOf = addressOf;
    this.#options = options;
    this.#release = release;
    for (const seat of Object.keys(seats) as Seat[]) this.#names.set(addressOf(seat), seat);
    this.#vip = this.#gate('vip', (from, established) => this.#toVip(from, established));
    this.#update();
  }

  get vip(): string {
    return this.addressOf('vip');
  }

  /** A free port of the host's address, where nobody looks: the public port is the network's own. */
  async listenAt(seat: Seat): Promise<Listening> {
    const address = this.addressOf(seat);
    return { address, port: await freePort(address) };
  }

  /** Every address of loopback is everybody's: nothing stands before a command. */
  wordsAt(): readonly string[] {
    return [];
  }

  attach(seat: Seat, hiddenPort: number, processes: () => readonly number[]): void {
    const server = { address: this.addressOf(seat), port: hiddenPort };
    const gate = this.#gate(seat, (from, established) => this.#toHost(from, seat, established));
    this.#hosts.set(seat, { name: seat, server, gate, processes, listening: false });
    this.#update();
  }

  /** Says whether the host's mysqld listens. */
  setListening(host: string, listening: boolean): void {
    const attached = this.#hosts.get(host);
    if (!attached || attached.listening === listening) return;
    attached.listening = listening;
    this.#update();
  }

  /** Packets between these two vanish, both ways: TCP needs both. Names of seats, or addresses. */
  cut(one: string, other: string): void {
    this.#cuts.add(pairOf(one, other));
    this.#update();
  }

  /** Undoes `cut`. What stalled goes on. */
  heal(one: string, other: string): void {
    this.#cuts.delete(pairOf(one, other));
    this.#update();
  }

  /** Everything from and to the host vanishes. */
  unplug(host: string): void {
    this.#unplugged.add(host);
    this.#update();
  }

  /** Undoes `unplug`. */
  plug(host: string): void {
    this.#unplugged.delete(host);
    this.#update();
  }

  /**
   * Puts the host's ENI in a security group without rules, or back: no new connection from or to it. As in
   * EC2, connections that are already tracked go on.
   */
  quarantine(host: string, on: boolean): void {
    if (on) this.#quarantined.add(host);
    else this.#quarantined.delete(host);
    this.#update();
  }

  /** The host whose ENI has the VIP. */
  get holder(): string | null {
    return this.#holder;
  }

  /** Moves the VIP to the host's ENI, or to none. Live connections of the old one are cut. */
  setHolder(host: string | null): void {
    this.#holder = host;
    this.#update();
  }

  /** The host's system has the VIP as an address of its own: it accepts what the ENI brings. */
  bind(host: string): void {
    this.#bound.add(host);
    this.#update();
  }

  /** The host's system no longer has it: what the ENI brings is dropped. */
  unbind(host: string): void {
    this.#bound.delete(host);
    this.#update();
  }

  /** Whether the host's system has the VIP. */
  isBound(host: string): boolean {
    return this.#bound.has(host);
  }

  /** Closes every port and connection, and gives the subnet back. */
  async close(): Promise<void> {
    this.#vip.close();
    for (const { gate } of this.#hosts.values()) gate.close();
    await this.#release();
  }

  #toVip(from: string, established: boolean): Passage {
    const holder = this.#holder;
    if (holder === null || !this.#bound.has(holder)) return { kind: 'lost' };
    return this.#toHost(from, holder, established);
  }

  #toHost(from: string, name: string, established: boolean): Passage {
    const host = this.#hosts.get(name);
    if (!host || this.#isCut(from, name)) return { kind: 'lost' };
    if (!established && (this.#quarantined.has(from) || this.#quarantined.has(name))) return { kind: 'lost' };
    return host.listening
      ? { kind: 'passes', host: name, server: host.server }
      : { kind: 'refused', host: name };
  }

  #isCut(one: string, other: string): boolean {
    return this.#unplugged.has(one) || this.#unplugged.has(other) || this.#cuts.has(pairOf(one, other));
  }

  /** After every change: which ports are open, and what becomes of the live connections. */
  #update(): void {
    for (const host of this.#hosts.values()) host.gate.listen(this.#answersOrHides(host));
    const holder = this.#holder === null ? undefined : this.#hosts.get(this.#holder);
    this.#vip.listen(!holder || !this.#bound.has(holder.name) || this.#answersOrHides(holder));
    for (const host of this.#hosts.values()) host.gate.review();
    this.#vip.review();
  }

  /** Whether the kernel may take connections for this host: mysqld listens, or nobody may see that it does not. */
  #answersOrHides({ name, listening }: Attached): boolean {
    const hidden = this.#unplugged.has(name) || this.#quarantined.has(name);
    return listening || hidden || [...this.#cuts].some((pair) => pair.split(' ').includes(name));
  }

  #gate(seat: Seat, rules: (from: string, established: boolean) => Passage): Gate {
    return new Gate({
      address: this.addressOf(seat),
      port: this.port,
      identify: (socket) => this.#identify(socket),
      rules,
      // A mysqld that shuts down closes its port long before its process ends.
      refused: (host) => this.setListening(host, false),
      failed: (error) => this.#options.failed?.(error),
    });
  }

  async #identify({ remoteAddress: address = '', remotePort: port = 0 }: Socket): Promise<Origin> {
    const known = this.#names.get(address);
    if (known) return { name: known, address };
    const hosts = [...this.#hosts.values()];
    const pids = hosts.flatMap((host) => host.processes());
    const owner = await ownerOf({ address, port }, pids).catch(() => null);
    const host = owner === null ? undefined : hosts.find(({ processes }) => processes().includes(owner));
    return host ? { name: host.name, address: host.server.address } : { name: address, address };
  }
}

/** A cut has no direction. */
function pairOf(one: string, other: string): string {
  return [one, other].sort().join(' ');
}
