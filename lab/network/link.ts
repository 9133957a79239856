/**
 * One connection through the network, from the moment that the client's first packet arrives.
 *
 * A link does not know why a packet may pass; it asks. Lost packets vanish: an established connection stalls
 * and goes on when they pass again; a connection not yet made tries again when TCP would send its SYN again.
 */
import { connect, type Socket } from 'node:net';

/** Where a connection comes from: its name in the network (its address if it has none), and its address. */
export interface Origin {
  readonly name: string;
  readonly address: string;
}

/** What happens to a packet of a link now. `host` is the host that has the address which the client called. */
export type Passage =
  | { readonly kind: 'passes'; readonly host: string; readonly server: LinkEnd }
  /** The host is there, and no server on it: it answers with a reset. */
  | { readonly kind: 'refused'; readonly host: string }
  | { readonly kind: 'lost' };

export interface LinkEnd {
  readonly address: string;
  readonly port: number;
}

/** The network's answer for a link. Security groups let an `established` connection go on. */
export type Rules = (from: string, established: boolean) => Passage;

/** What a link asks of the lab, and what it reports to it. */
export interface Laws {
  readonly rules: Rules;
  readonly refused: (host: string) => void;
}

/** How long TCP waits before it sends a lost SYN again, in milliseconds, as Linux does. */
const resendMs = [1_000, 2_000, 4_000, 8_000, 16_000] as const;

export class NetworkLink {
  readonly #client: Socket;
  readonly #from: Origin;
  readonly #rules: Rules;
  readonly #refused: (host: string) => void;
  #server: Socket | null = null;
  #host: string | null = null;
  #stalled = false;
  /** The server's end broke while nothing passed: the client hears of it when something does. */
  #broken = false;
  #resend: NodeJS.Timeout | null = null;

  /** `client` is paused: nothing of it is read before a server is there to take it. */
  constructor(client: Socket, from: Origin, laws: Laws, over: () => void) {
    this.#client = client;
    this.#from = from;
    this.#rules = laws.rules;
    this.#refused = laws.refused;
    client.on('error', () => {});
    client.once('close', () => {
      this.#leave();
      over();
    });
    client.setNoDelay(true);
    this.#attempt(0);
  }

  /** Something in the network has changed: looks again at what happens to its packets. */
  review(): void {
    if (this.#server === null) return;
    const passage = this.#rules(this.#from.name, true);
    if (passage.kind === 'lost') this.#stall();
    // The address is on another host now, whose kernel knows nothing of this connection.
    else if (passage.host !== this.#host) this.reset();
    else this.#flow();
  }

  /** Ends it as a reset does. */
  reset(): void {
    this.#client.resetAndDestroy();
  }

  #attempt(tries: number): void {
    this.#resend = null;
    const passage = this.#rules(this.#from.name, false);
    switch (passage.kind) {
      case 'passes':
        this.#join(passage.host, passage.server);
        return;
      case 'refused':
        this.reset();
        return;
      case 'lost':
        this.#attemptLater(tries);
    }
  }

  #attemptLater(tries: number): void {
    const waitMs = resendMs[tries];
    if (waitMs === undefined) this.reset();
    else this.#resend = setTimeout(() => this.#attempt(tries + 1), waitMs);
  }

  /** The server sees the client's own address, as it would without us. */
  #join(host: string, { address, port }: LinkEnd): void {
    const server = connect({ host: address, port, localAddress: this.#from.address, noDelay: true });
    this.#host = host;
    this.#server = server;
    server.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'ECONNREFUSED') this.#refused(host);
      this.#break();
    });
    server.once('close', () => {
      this.#broken = true;
      if (!this.#stalled) this.#client.destroySoon();
    });
    this.#carry(this.#client, server);
    this.#carry(server, this.#client);
    this.#client.resume();
  }

  /** Bytes from one end to the other, no faster than the other takes them. */
  #carry(from: Socket, to: Socket): void {
    from.on('data', (bytes: Buffer) => {
      if (!to.writable || to.write(bytes)) return;
      from.pause();
      to.once('drain', () => {
        if (!this.#stalled) from.resume();
      });
    });
    from.once('end', () => to.end());
  }

  #break(): void {
    this.#broken = true;
    if (!this.#stalled) this.reset();
  }

  #stall(): void {
    this.#stalled = true;
    this.#client.pause();
    this.#server?.pause();
  }

  #flow(): void {
    if (!this.#stalled) return;
    this.#stalled = false;
    if (this.#broken) {
      this.reset();
      return;
    }
    this.#client.resume();
    this.#server?.resume();
  }

  #leave(): void {
    if (this.#resend) clearTimeout(this.#resend);
    if (!this.#server) return;
    // A server that the end of the client cannot reach keeps the connection until it ends it itself.
    if (this.#stalled) this.#server.resume();
    else this.#server.destroySoon();
  }

  /** Lets both ends go: the lab is over. */
  close(): void {
    this.#client.destroy();
    this.#server?.destroy();
  }
}
