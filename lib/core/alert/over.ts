/** An alert of a state that ended before its mail went out: the mail says so, because it speaks of what is so now. */
import type { Memory } from '../memory/memory.ts';
import type { EventCode } from './events.ts';
import type { Alert, Reported } from './incident.ts';
import type { Writes } from './remedies.ts';

/** Alerts that speak of what is so now. All others speak of what was done, or happened once. */
const states: ReadonlySet<EventCode> = new Set<EventCode>([
  'standby-unfit',
  'standby-locked',
  'standby-misdirected',
  'standby-log-reset',
  'login-refused',
  'heartbeat-barred',
  'clock-off',
  'holder-fails-check',
  'holder-lost',
  'both-lost',
  'blind',
  'ec2-blind',
  'locked-out',
  'saturated',
  'holder-locked',
  'holder-refuses-writes',
  'holder-behind',
  'waits-for-acknowledgement',
  'flap-guard',
  'vip-unheld',
  'misconfigured',
  'same-identity',
  'writability-changed',
]);

/**
 * Memory of a pair in which nothing is wrong any more: what waits to be sent of a state says that it is over. If it comes back, it is
 * alerted anew, because people may have read by then that it was over. The same memory comes back when nothing waits.
 */
export function markOver(memory: Memory, writes: Writes, nowMs: number): Memory {
  const over = memory.outbox.filter(({ code, overAtMs }) => overAtMs === undefined && states.has(code));
  if (over.length === 0) return memory;
  const mark = (alert: Alert) => (over.includes(alert) ? { ...alert, overAtMs: nowMs, writes } : alert);
  const ended = over.flatMap(({ code }): [string, Reported][] => {
    const report = memory.reports[code];
    return report === undefined
      ? []
      : [[code, { ...report, overSinceMs: report.overSinceMs ?? nowMs, isEnded: true }]];
  });
  return {
    ...memory,
    outbox: memory.outbox.map(mark),
    reports: { ...memory.reports, ...Object.fromEntries(ended) },
  };
}
