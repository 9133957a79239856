/** Breaks something of a stage by hand, and says what a vantage then sees of its nodes. */
import type { Report, Saw, Server } from '../../lib/core/evidence/sighting.ts';
import { strike } from '../../sim/faults/breakages.ts';
import type { BreakageName, Target } from '../../sim/faults/fault.ts';
import type { Stage } from './stage.ts';

export function breakIt(
  { world }: Stage,
  name: BreakageName,
  target: Target = 'holder',
  forMs = 1e9,
  degree = 0.1,
): void {
  strike(world, { kind: 'breakage', name, target, atMs: 0, forMs, degree });
}

/** What one look of vantage `a` brings. */
export async function report({ one, pair, settle }: Stage): Promise<Report | undefined> {
  const targets = [{ pair, holder: 'db1', seen: null, order: { kind: 'now' } }] as const;
  return (await settle(one.database.look('a', targets))).get(pair.name);
}

export async function seen(stage: Stage, node: string): Promise<Saw | undefined> {
  const found = await report(stage);
  return found?.kind === 'saw' ? found.sightings.find((one) => one.node === node)?.saw : undefined;
}

/** What the node says of itself. Throws where it does not answer. */
export async function serverOf(stage: Stage, node: string): Promise<Server> {
  const saw = await seen(stage, node);
  if (saw?.kind !== 'answered') throw new Error(`${node} is ${saw?.kind}`);
  return saw.server;
}

/** Its channel from the other node. Throws where there is none. */
export async function inboundOf(stage: Stage, node: string) {
  const { inbound } = await serverOf(stage, node);
  if (inbound.kind !== 'configured') throw new Error('no replication is configured');
  return inbound;
}
