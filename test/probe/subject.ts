/** A pair of real servers, a fresh probe for each test, and what tests ask of them. */
import { afterAll, beforeAll, beforeEach, expect } from 'vitest';
import { accounts } from '../../lab/servers/accounts.ts';
import type { Product } from '../../lab/servers/product.ts';
import { fingerprint } from '../../lib/core/evidence/fingerprint.ts';
import type { Saw, Server } from '../../lib/core/evidence/sighting.ts';
import { termsOf } from '../../lib/core/pair/look-order.ts';
import type { ProbeTarget } from '../../lib/probe/look-schemas.ts';
import { Probe } from '../../lib/probe/probe.ts';
import { eventually, type Servers, startServers } from './servers.ts';

type LookedAt = Awaited<ReturnType<Subject['lookWith']>>;

/** How long a look is held that waits for news. */
const HOLD_MS = 5000;

export class Subject {
  /** Measured times of this run, printed at its end. Milliseconds. */
  readonly times: Record<string, number> = {};
  readonly command = { pair: 'orders', credentials: accounts.monitor, limitMs: 3000 };
  #servers: Servers | null = null;
  #probe: Probe | null = null;

  constructor(name: string, find: () => Promise<Product>) {
    beforeAll(async () => {
      this.#servers = await startServers(await find());
    });
    afterAll(async () => {
      console.info(`${name}: ${JSON.stringify(this.times)}`);
      await this.#servers?.close();
    });
    beforeEach(() => {
      const probe = new Probe();
      this.#probe = probe;
      return () => probe.drop();
    });
  }

  get servers(): Servers {
    if (this.#servers === null) throw new Error('the servers are not started yet');
    return this.#servers;
  }

  get probe(): Probe {
    if (this.#probe === null) throw new Error('no test runs');
    return this.#probe;
  }

  /** One look, or a held one; with what it saw of each node, and its fingerprint. */
  async lookWith(change: Partial<ProbeTarget> = {}, holdMs = 0) {
    // As watch asks: one that has seen nothing keeps no connections.
    const order: ProbeTarget['order'] = holdMs === 0 ? { kind: 'now' } : { kind: 'held', forMs: holdMs };
    const target = { ...this.servers.target, seen: 'nothing like it', order, ...change };
    const answer = await this.probe.answer({ kind: 'look', targets: [target] });
    const sightings = answer.kind === 'looks' ? (answer.pairs.orders ?? []) : [];
    const saw = (node: string) => sightings.find((sighting) => sighting.node === node)?.saw;
    const print = fingerprint(sightings, termsOf(target.settings, target.order));
    return { db1: saw('db1'), db2: saw('db2'), print };
  }

  /** What both nodes look like when nothing is wrong; they are seen until their ages are known. */
  steady() {
    return eventually(async () => {
      const look = await this.lookWith();
      const running = { io: 'yes', sql: 'yes', caughtUp: true, heardAgoMs: expect.any(Number) };
      expect(serverOf(look.db1)).toMatchObject({
        writable: true,
        inbound: running,
        heartbeat: { kind: 'committed' },
      });
      expect(serverOf(look.db2)).toMatchObject({ writable: false, inbound: running });
      return look;
    });
  }

  /**
   * Does something while a look is held, and has been for that long: on a busy machine, other news may end one before. `news`: the
   * first look then that shows db1 so, or the last one.
   */
  async holding(
    forMs: number,
    kind: Saw['kind'],
    act: (news: Promise<LookedAt>) => Promise<void>,
  ): Promise<void> {
    for (;;) {
      const { print } = await this.steady();
      const held = this.lookWith({ seen: print }, HOLD_MS);
      const isHeld = await Promise.race([held.then(() => false), pauseMs(forMs).then(() => true)]);
      if (isHeld) return act(this.#untilIts(kind, held));
    }
  }

  async #untilIts(kind: Saw['kind'], held: Promise<LookedAt>): Promise<LookedAt> {
    let look = await held;
    for (const endMs = performance.now() + HOLD_MS; look.db1?.kind !== kind; ) {
      if (performance.now() > endMs) return look;
      look = await this.lookWith({ seen: look.print }, HOLD_MS);
    }
    return look;
  }

  /** Where a command goes. */
  nodeOf(name: 'db1' | 'db2') {
    const peer = { address: this.servers[name === 'db1' ? 'db2' : 'db1'].address, identity: null };
    return { node: { name, address: this.servers[name].address }, peer, port: this.servers.port };
  }
}

export function serverOf(saw: Saw | undefined): Server {
  if (saw?.kind !== 'answered') throw new Error(`not answered: ${JSON.stringify(saw)}`);
  return saw.server;
}

export function inboundOf(saw: Saw | undefined) {
  const { inbound } = serverOf(saw);
  if (inbound.kind !== 'configured') throw new Error(`replication is ${inbound.kind}`);
  return inbound;
}

export const round = (ms: number) => Math.round(ms * 10) / 10;
export const pauseMs = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
