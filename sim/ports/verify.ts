/** Who answers through the VIP, and whether a commit gets through there. */
import type { Answered } from '../../lib/core/evidence/probe-results.ts';
import type { Heartbeat } from '../../lib/core/evidence/sighting.ts';
import { PortError } from '../../lib/watch/ports/port-error.ts';
import { beat } from '../world/sight.ts';
import type { Context } from './context.ts';
import { routeTo } from './statement.ts';

/** Through the VIP: whoever is there now, which for a while may be the old one. */
export function verify(context: Context, limitMs: number): Promise<Answered> {
  const { world, process, random } = context;
  const name = random.chance(0.2) ? world.cloud.lateHolder(world.nowMs) : world.cloud.holder;
  const unreachable = new PortError('unsuccessful', 'nobody answers through the VIP');
  const seen = [...world.views.values()].some((view) => view.blind === 'no');
  if (name === null || !seen) return process.fail(Math.min(limitMs, 1000), unreachable);
  const master = world.master(name);
  const route = routeTo(context, master);
  if (route instanceof PortError) return process.fail(random.whole(4, 20), route);
  const timeout = new PortError('timeout', 'no answer through the VIP');
  if (route === 'hangs') return process.fail(limitMs, timeout);
  if (route === 'unreachable' || !master.bound) return process.fail(Math.min(limitMs, 1000), unreachable);
  return process
    .send(random.whole(12, 40), random.whole(2, 8), (): Answered => {
      if (!master.answers) throw unreachable;
      const { identity, writable } = master;
      const heartbeat: Heartbeat =
        world.pair.writeProbe && writable ? beat(world, master) : { kind: 'not-tried' };
      return { identity, writable, heartbeat };
    })
    .then((answered) => {
      // A commit that does not return is no answer.
      return answered.heartbeat.kind === 'failed' ? process.fail(limitMs, timeout) : answered;
    });
}
