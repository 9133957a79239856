/**
 * The VPC as network namespaces (root): real TCP, a real link that goes down, and EC2's mapping of the VIP as a
 * /32 route that follows the ENI. The same interface as the default network, so the same world and faults.
 */
import { LabError } from '../../errors.ts';
import type { Listening, Network, NetworkOptions, Seat } from '../contract.ts';
import { takeCare } from './caretaker.ts';
import { ipLines, requireNamespaces, wordsIn } from './ip.ts';
import {
  addNamespaces,
  addresses,
  cableTo,
  join,
  type Names,
  nameThem,
  type Place,
  prebound,
  vip,
} from './layout.ts';
import { Sieve } from './sieve.ts';
import { openSky, type Sky } from './sky.ts';
import type { Weather } from './weather.ts';

export interface NetnsOptions extends NetworkOptions {
  /** What befalls packets on their way into each place, once `setWeather` turns it on. @default nothing */
  readonly weather?: Weather;
}

/** Makes the namespaces. Throws a `LabError` without root or without iproute2. */
export async function createNetnsNetwork({ port, weather }: NetnsOptions): Promise<NetnsNetwork> {
  requireNamespaces();
  const names = nameThem();
  const remove = takeCare(names.all);
  try {
    addNamespaces(names);
    const sky = weather ? await openSky(names, weather) : null;
    join(names, sky?.cable ?? 'veth');
    return new NetnsNetwork(port, names, sky, remove);
  } catch (cause) {
    await remove();
    throw new LabError(
      {
        got: (cause as Error).message,
        want: 'namespaces, veth and bridges',
        remedy: 'run it on a kernel that lets root make them, or without --netns',
      },
      { cause },
    );
  }
}

export class NetnsNetwork implements Network {
  readonly port: number;
  readonly vip = vip;
  readonly names: Names;
  readonly #remove: () => Promise<void>;
  readonly #sieve: Sieve;
  readonly #sky: Sky | null;
  readonly #bound = new Set<string>();
  #holder: string | null = null;

  constructor(port: number, names: Names, sky: Sky | null, remove: () => Promise<void>) {
    this.port = port;
    this.names = names;
    this.#sky = sky;
    this.#remove = remove;
    this.#sieve = new Sieve(names.vpc);
    this.setHolder(null);
  }

  addressOf(seat: Seat): string {
    return seat === 'vip' ? vip : addresses[seat];
  }

  /** On every address of the host, so that it serves the VIP too. */
  async listenAt(): Promise<Listening> {
    return { address: '0.0.0.0', port: this.port };
  }

  wordsAt(seat: Seat): readonly string[] {
    return wordsIn(this.names.of(placeOf(seat)));
  }

  /** Nothing to do: the kernel knows who listens. */
  attach(): void {}

  /** Nothing to do: the kernel refuses where nobody listens. */
  setListening(): void {}

  cut(one: string, other: string): void {
    this.#sieve.drop(cableTo(placeOf(one)), addressOf(other));
    this.#sieve.drop(cableTo(placeOf(other)), addressOf(one));
  }

  heal(one: string, other: string): void {
    this.#sieve.pass(cableTo(placeOf(one)), addressOf(other));
    this.#sieve.pass(cableTo(placeOf(other)), addressOf(one));
  }

  unplug(host: string): void {
    this.#vpc(`link set dev ${cableTo(placeOf(host))} down`);
  }

  plug(host: string): void {
    this.#vpc(`link set dev ${cableTo(placeOf(host))} up`);
  }

  /** New connections are what a SYN alone begins. */
  quarantine(host: string, on: boolean): void {
    this.#sieve.refuseNew(cableTo(placeOf(host)), on);
  }

  get holder(): string | null {
    return this.#holder;
  }

  /** EC2's mapping. An address that no ENI has leads nowhere, and the caller gets no answer. */
  setHolder(host: string | null): void {
    this.#holder = host;
    this.#vpc(
      host === null
        ? `route replace blackhole ${vip}/32`
        : `route replace ${vip}/32 via ${addresses[placeOf(host)]} dev br0`,
    );
  }

  /** Takes the mapping away: the VIP is where somebody on the hosts' segment says that it is (VRRP, by ARP). */
  floatVip(): void {
    this.#holder = null;
    this.#vpc(`route delete ${vip}/32`);
  }

  bind(host: string): void {
    if (this.#bound.has(host)) return;
    this.#bound.add(host);
    ipLines(this.names.of(placeOf(host)), [`address add ${vip}/32 dev ${prebound}`]);
  }

  unbind(host: string): void {
    if (!this.#bound.delete(host)) return;
    ipLines(this.names.of(placeOf(host)), [`address delete ${vip}/32 dev ${prebound}`]);
  }

  isBound(host: string): boolean {
    return this.#bound.has(host);
  }

  /** Turns loss and delay on or off, where there is to be any. */
  setWeather(on: boolean): void {
    this.#sky?.set(on);
  }

  close(): Promise<void> {
    this.#sky?.close();
    return this.#remove();
  }

  #vpc(line: string): void {
    ipLines(this.names.vpc, [line]);
  }
}

function placeOf(seat: string): Place {
  if (Object.hasOwn(addresses, seat)) return seat as Place;
  throw new Error(`no namespace for ${seat}`);
}

/** A seat's address, or the address that was given. */
function addressOf(nameOrAddress: string): string {
  return Object.hasOwn(addresses, nameOrAddress) ? addresses[nameOrAddress as Place] : nameOrAddress;
}
