/** What operators ask for, sensible and not. */
import type { Action } from '../../lib/core/operator/request.ts';
import { nodeNames, pairName, strangerName } from '../environments.ts';
import type { Random } from '../random.ts';

/** A request as it is sent: what is left out has its default, and what is wrong in it is refused. */
export interface Asked {
  readonly action: Action;
  readonly to?: string;
  readonly [field: string]: unknown;
}

/** A switchover to the standby, which is named when it is asked for. */
export const switchover: Asked = {
  action: 'switchover',
  pair: pairName,
  by: 'operator',
  why: 'simulated',
};

/** One request, drawn by chance; switchovers come most often, because they promise the most. */
export function drawRequest(random: Random): Asked {
  const asked = { pair: pairName, by: 'operator', why: 'simulated' };
  const roll = random.next();
  const to = random.pick(nodeNames);
  if (roll < 0.4) return { ...switchover, to, force: random.chance(0.2), killLong: random.chance(0.3) };
  if (roll < 0.52) return { action: 'failover', ...asked, to, force: false, acceptLoss: false };
  if (roll < 0.58) {
    // A typing error: no node of this pair.
    const named = random.chance(0.5) ? strangerName : to;
    return {
      action: 'failover',
      ...asked,
      to: named,
      force: random.chance(0.5),
      acceptLoss: random.chance(0.5),
    };
  }
  if (roll < 0.74) return { action: 'pause', ...asked, minutes: random.pick([0.2, 0.5, 1, 3]) };
  if (roll < 0.8) return { action: 'resume', ...asked };
  if (roll < 0.88) return { action: 'acknowledge', ...asked };
  if (roll < 0.92) return { action: 'release', ...asked, node: random.pick(nodeNames) };
  if (roll < 0.95) return { action: 'status', pair: pairName };
  if (roll < 0.98) return { action: 'plan', pair: pairName, of: 'failover', force: false, killLong: false };
  return { action: 'history', pair: pairName, limit: 20 };
}
