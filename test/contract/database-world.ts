/** A pair of servers that a database contract is tried on, and what a look at it shows. */
import type { Pair } from '../../lib/core/config/config.ts';
import { fingerprint } from '../../lib/core/evidence/fingerprint.ts';
import type { Inbound, Saw, Server, Sighting } from '../../lib/core/evidence/sighting.ts';
import type { NodeName } from '../../lib/core/names.ts';
import type { LookOrder } from '../../lib/core/pair/look-order.ts';
import type { DatabasePort } from '../../lib/watch/ports/database.ts';

/** db1 holds the VIP and takes writes, db2 is its fit standby, and both are back in that state before each case. */
export interface DatabaseWorld {
  readonly port: DatabasePort;
  readonly pair: Pair;
  /** One application's commit on a node; resolves when it is acknowledged, rejects when it is refused. */
  write(node: NodeName): Promise<void>;
  /** The node has the rows that were written on db1. */
  hasAll(node: NodeName): Promise<boolean>;
  /** A session of somebody else keeps the node open until it is ended: `LOCK TABLES`, or a long statement. */
  holdOpen(node: NodeName): Promise<{ readonly user: string; release(): Promise<void> }>;
  stopApplier(node: NodeName): Promise<void>;
  /** Somebody starts both threads of the node's channel: `START REPLICA`. */
  startChannel(node: NodeName): Promise<void>;
  /** A rest that is not applied can be held back from whoever starts the applier: MySQL 5.7 and later. */
  readonly holdsBack: boolean;
  kill(node: NodeName): Promise<void>;
  hang(node: NodeName): Promise<void>;
  /** Everything as it was: both servers up, replication running, db1 open, db2 closed. */
  heal(): Promise<void>;
  settle<T>(work: Promise<T>): Promise<T>;
  close(): Promise<void>;
}

export const LIMIT_MS = 3000;

export type At = () => DatabaseWorld;

export async function look(world: DatabaseWorld, seen: string | null = null, holdMs = 0) {
  const { port, pair, settle } = world;
  const order: LookOrder = holdMs === 0 ? { kind: 'now' } : { kind: 'held', forMs: holdMs };
  const targets = [{ pair, holder: 'db1', seen, order }];
  const vantage = port.vantages[0] ?? '';
  const report = (await settle(port.look(vantage, targets))).get(pair.name);
  if (report?.kind !== 'saw') throw new Error(`no look came back: ${JSON.stringify(report)}`);
  return report.sightings;
}

/** Looks until what is expected is seen, for 10 s: a probe keeps its connections, and needs a moment to see news. */
export async function lookUntil(world: DatabaseWorld, check: (sightings: readonly Sighting[]) => void) {
  for (let tries = 0; ; tries += 1) {
    const sightings = await look(world);
    try {
      check(sightings);
      return sightings;
    } catch (error) {
      if (tries >= 100) throw error;
    }
    // Until something is news, or for a moment.
    await look(world, fingerprint(sightings, termsOf(world)), 100);
  }
}

export function termsOf({ pair }: DatabaseWorld) {
  return { lagLimitSeconds: pair.settings.lagLimitSeconds, witnessMs: null };
}

export function sawOf(sightings: readonly Sighting[], node: NodeName): Saw | undefined {
  return sightings.find((sighting) => sighting.node === node)?.saw;
}

export function serverOf(sightings: readonly Sighting[], node: NodeName): Server {
  const saw = sawOf(sightings, node);
  if (saw?.kind !== 'answered') throw new Error(`${node} did not answer: ${JSON.stringify(saw)}`);
  return saw.server;
}

export function inboundOf(
  sightings: readonly Sighting[],
  node: NodeName,
): Extract<Inbound, { kind: 'configured' }> {
  const { inbound } = serverOf(sightings, node);
  if (inbound.kind !== 'configured') throw new Error(`${node} has no replication`);
  return inbound;
}
