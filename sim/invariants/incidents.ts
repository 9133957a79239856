import { type EventCode, eventOf } from '../../lib/core/alert/events.ts';
import type { Alert } from '../../lib/core/alert/incident.ts';
import type { Memory } from '../../lib/core/memory/memory.ts';
import type { Court, Invariant } from './court.ts';

/** How long an incident may be open, at the end of a history, without a person having been told. Milliseconds. */
const unfinishedMs = 120_000;

/**
 * Invariant 8. Every incident ends in exactly one all-clear or one hand-over to a person.
 *
 * (a) An incident that was told, and leaves the store, has exactly one all-clear, which is its last alert. (b) One that is
 * still open when the history ends, and has been for 2 minutes, has told a person at least once (an alert that
 * hands over, or `failover-done`, which asks to bring the old holder back), or is with an operator, who paused the
 * pair. (c) No alert is made twice: two alerts of one incident never have the same id or code and words.
 * SNS may deliver one alert twice, after a lost answer; its id is the same.
 */
export function incidentsInvariant(court: Court): Invariant {
  const alerts = new Map<string, Alert[]>();
  const seen = new Set<string>();
  let openedMs = 0;
  const note = (alert: Alert) => {
    if (seen.has(alert.id) || alert.incident === null) return;
    seen.add(alert.id);
    const of = alerts.get(alert.incident) ?? [];
    if (of.some(({ code }) => eventOf(code).role === 'ends')) {
      court.accuse(8, `incident ${alert.incident}: ${alert.code} was sent after its all-clear`);
    }
    of.push(alert);
    alerts.set(alert.incident, of);
  };
  return {
    published: note,
    saved(_, before: Memory, after: Memory) {
      for (const alert of after.outbox) note(alert);
      if (after.incident !== null && after.incident.id !== before.incident?.id) openedMs = court.world.nowMs;
      if (before.incident === null || after.incident?.id === before.incident.id) return;
      const told = alerts.get(before.incident.id) ?? [];
      // No alert went out, so no all-clear is needed.
      if (told.length === 0 && before.incident.told.length === 0) return;
      if (told.filter(({ code }) => eventOf(code).role === 'ends').length === 1) return;
      court.accuse(8, `incident ${before.incident.id} is closed without exactly one all-clear`);
    },
    ended() {
      const { world } = court;
      const { incident } = world.table.memoryOf(world.pair.name);
      if (incident === null || world.nowMs - openedMs < unfinishedMs) return;
      const told = alerts.get(incident.id) ?? [];
      if (told.some(({ code }) => isHandOver(code))) return;
      court.accuse(
        8,
        `incident ${incident.id} (${incident.row}) has been open for ${world.nowMs - openedMs} ms, and nobody was handed it`,
      );
    },
  };
}

function isHandOver(code: EventCode): boolean {
  return eventOf(code).role === 'hands-over' || code === 'failover-done' || code === 'paused';
}
