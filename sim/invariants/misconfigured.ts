import { mutations } from '../observer.ts';
import { isCalmCloud } from '../world/cloud.ts';
import type { Court, Invariant } from './court.ts';

/** How long a person may wait for the alert. Milliseconds. */
const alertWithinMs = 60_000;

/**
 * Invariant W9. Nothing is changed for a pair whose environment file has wrong ids, and that is alerted.
 *
 * In a history in which the file has the ENIs of the two nodes exchanged from the start: (a) no order is ever sent that opens
 * or closes a server, moves the VIP, or changes a host, whatever happens and whatever an operator asks for. (b) SNS has taken
 * the alert 60 s after EC2 could be asked. The invariants that want something to be done (5, W2, W3, W6) do not judge such a
 * history; nor does W4, because no heartbeat is committed on a server that may be another one.
 *
 * Excuses for (b): the time begins again while EC2 does not answer as on most days, SNS refuses, or no watch could lead.
 */
export function misconfiguredInvariant(court: Court): Invariant {
  const { world } = court;
  let isAlerted = false;
  let ableSinceMs: number | null = null;
  return {
    acting({ process, action, node }) {
      if (!mutations.has(action)) return;
      court.accuse(
        'W9 misconfigured-untouched',
        `${process.name} sends ${action} ${node}, and the file has the ENIs of the two nodes exchanged`,
      );
    },
    published({ code }) {
      isAlerted ||= code === 'misconfigured';
    },
    ticked() {
      const { workingSinceMs } = court;
      const isAble = isCalmCloud(world.cloud.mood) && world.services.alerts === 'up';
      ableSinceMs = isAble ? (ableSinceMs ?? world.nowMs) : null;
      if (isAlerted || ableSinceMs === null || workingSinceMs === null) return;
      // SNS never takes an alert that it refused once: it is made again when it is due again.
      if (world.refusedAlerts.size > 0) return;
      if (world.nowMs - Math.max(ableSinceMs, workingSinceMs) <= alertWithinMs) return;
      court.accuse('W9 misconfigured-untouched', 'nobody was alerted of the exchanged ENIs');
    },
  };
}
