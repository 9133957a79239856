/** Moving the VIP: the one step after which there is no undoing, so what EC2 says is never guessed. */
import type { NodeName } from '../core/names.ts';
import { already, done, type Execution, failed, type Result, reason } from './execution.ts';
import { PortError } from './ports.ts';

/** How often a throttled call is made again, and how far apart. */
const THROTTLED_TRIES = 6;
const THROTTLED_PAUSE_MS = 500;

/**
 * Reassigns the VIP to `to`. `blocked` when EC2 answers neither the call nor the question where the VIP is:
 * it may or may not have moved, so the plan neither goes on nor is undone, and tries again.
 */
export async function moveVip(to: NodeName, execution: Execution): Promise<Result> {
  const before = await whereIsIt(execution);
  if (before === to) return already(`the VIP is on ${to}`, { vipMoved: true });
  const error = await assign(to, execution);
  if (error === null) return done(`the VIP is on ${to}`, { vipMoved: true });
  const after = await whereIsIt(execution);
  // A lost response is not a lost call: EC2 may have moved it all the same.
  if (after === to)
    return done(`the VIP is on ${to}, although EC2 answered: ${error.message}`, { vipMoved: true });
  if (error.kind === 'refused' || (error.kind === 'denied' && after !== 'unknown'))
    return failed(error.message);
  return { outcome: { kind: 'blocked', because: error.message } };
}

async function whereIsIt({ pair, ports }: Execution): Promise<NodeName | 'elsewhere' | 'unknown'> {
  const sighting = (await ports.vip.locate([pair])).get(pair.name);
  if (sighting?.kind !== 'saw') return 'unknown';
  return sighting.place.kind === 'node' ? sighting.place.node : 'elsewhere';
}

/** Null when EC2 shows the VIP on the node; else the last error. */
async function assign(to: NodeName, { pair, ports, guard }: Execution): Promise<PortError | null> {
  for (let attempt = 1; ; attempt += 1) {
    guard();
    try {
      await ports.vip.assign(pair, to);
      return null;
    } catch (error) {
      if (!(error instanceof PortError))
        throw new Error(`assigning the VIP: ${reason(error)}`, { cause: error });
      if (error.kind !== 'throttled' || attempt === THROTTLED_TRIES) return error;
      await ports.clock.sleep(THROTTLED_PAUSE_MS);
    }
  }
}
