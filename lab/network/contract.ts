/**
 * What a network of the lab is, however it is made: seats with addresses, one VIP that follows an ENI, and all
 * that can go wrong between them. `network.ts` makes it of loopback addresses, `netns/network.ts` of namespaces.
 */

/** The last byte of the addresses in the default network. */
export const seats = { db1: 11, db2: 12, client: 50, vip: 100, 'probe-a': 201, 'probe-b': 202 } as const;
export type Seat = keyof typeof seats;

export interface NetworkOptions {
  /** The public port of every host and of the VIP. */
  readonly port: number;
  /** Told of what goes wrong in the network itself. */
  readonly failed?: (error: Error) => void;
}

/** Makes a network. Throws a `LabError` for what a person can fix. */
export type NetworkMaker = (options: NetworkOptions) => Promise<Network>;

/** Where the mysqld of a host itself listens. */
export interface Listening {
  readonly address: string;
  readonly port: number;
}

export interface Network {
  /** The public port of every host and of the VIP. */
  readonly port: number;
  /** The VIP's address. */
  readonly vip: string;
  /** The host whose ENI has the VIP. */
  readonly holder: string | null;
  /** The address of a seat: `addressOf('db1')`. */
  addressOf(seat: Seat): string;
  /** Where the mysqld of this host is to listen. */
  listenAt(seat: Seat): Promise<Listening>;
  /** What stands before a command that is to run at this seat. */
  wordsAt(seat: Seat): readonly string[];
  /** Gives the seat to a host whose mysqld listens on `port`, once `setListening` says so. */
  attach(seat: Seat, port: number, processes: () => readonly number[]): void;
  /** Says whether the host's mysqld listens. */
  setListening(host: string, listening: boolean): void;
  /** Packets between these two vanish, both ways: TCP needs both. Names of seats, or addresses. */
  cut(one: string, other: string): void;
  /** Undoes `cut`. What stalled goes on. */
  heal(one: string, other: string): void;
  /** Everything from and to the host vanishes. */
  unplug(host: string): void;
  /** Undoes `unplug`. */
  plug(host: string): void;
  /**
   * Puts the host's ENI in a security group without rules, or back: no new connection from or to it. As in
   * EC2, connections that are already tracked go on.
   */
  quarantine(host: string, on: boolean): void;
  /** Moves the VIP to the host's ENI, or to none. */
  setHolder(host: string | null): void;
  /** The host's system has the VIP as an address of its own: it accepts what the ENI brings. */
  bind(host: string): void;
  /** The host's system no longer has it: what the ENI brings is dropped. */
  unbind(host: string): void;
  /** Whether the host's system has the VIP. */
  isBound(host: string): boolean;
  /** Takes the network away, with every connection in it. */
  close(): Promise<void>;
}
