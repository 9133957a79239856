/** The port 3306 of one address: who connects there becomes a link, and a closed gate refuses. */
import { createServer, type Server, type Socket } from 'node:net';
import { NetworkLink, type Origin, type Rules } from './link.ts';

export interface GateOptions {
  readonly address: string;
  readonly port: number;
  /** Who is at the other end of an accepted connection. */
  readonly identify: (socket: Socket) => Promise<Origin>;
  readonly rules: Rules;
  /** Told when the server of a host turned out to refuse: it closed its port before its process ended. */
  readonly refused: (host: string) => void;
  /** Told when the port cannot be listened on: somebody else took it while it was closed. */
  readonly failed: (error: Error) => void;
}

export class Gate {
  readonly #options: GateOptions;
  readonly #links = new Set<NetworkLink>();
  /** Accepted, and not yet known who it is. */
  readonly #strangers = new Set<Socket>();
  #listener: Server | null = null;

  constructor(options: GateOptions) {
    this.#options = options;
  }

  /** Listens, or stops listening: then the kernel itself refuses, within a packet. Links live on. */
  listen(wanted: boolean): void {
    if (wanted && !this.#listener) this.#listener = this.#open();
    if (!wanted && this.#listener) {
      this.#listener.close();
      this.#listener = null;
    }
  }

  /** Makes every link look again at the rules. */
  review(): void {
    for (const link of this.#links) link.review();
  }

  /** Stops listening and lets every connection go. */
  close(): void {
    this.listen(false);
    for (const link of this.#links) link.close();
    for (const socket of this.#strangers) socket.destroy();
  }

  #open(): Server {
    const listener = createServer({ pauseOnConnect: true }, (socket) => void this.#accept(socket));
    listener.on('error', this.#options.failed);
    listener.listen({ host: this.#options.address, port: this.#options.port, backlog: 256 });
    return listener;
  }

  async #accept(socket: Socket): Promise<void> {
    this.#strangers.add(socket);
    socket.on('error', () => {});
    const origin = await this.#options.identify(socket);
    this.#strangers.delete(socket);
    if (socket.destroyed) return;
    const link = new NetworkLink(socket, origin, this.#options, () => this.#links.delete(link));
    this.#links.add(link);
  }
}
