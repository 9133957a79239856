/** An incident that nobody takes care of goes to a second topic too (`escalationTopicArn`). */
import { tell, type Words } from '../alert/alerts.ts';
import type { Incident } from '../alert/incident.ts';
import type { Config } from '../config/config.ts';
import { duration } from '../text/utc-time.ts';
import type { Memory } from './memory.ts';

const MINUTE_MS = 60_000;
/** An incident that was escalated, and goes on, is escalated again after this. Milliseconds. */
const AGAIN_MS = 60 * MINUTE_MS;

/** How long after its first critical alert an incident is escalated; null where there is no topic for it. Milliseconds. */
export function escalateAfterMsOf({
  escalationTopicArn,
  escalationMinutes,
}: Pick<Config, 'escalationTopicArn' | 'escalationMinutes'>): number | null {
  return escalationTopicArn === undefined ? null : escalationMinutes * MINUTE_MS;
}

/**
 * Escalates an open incident whose first critical alert is so old, unless a person has acknowledged it: once, then each
 * hour. The same memory comes back when that is not due.
 */
export function noteEscalation(memory: Memory, pair: string, afterMs: number | null, nowMs: number): Memory {
  const { incident } = memory;
  if (incident === null || afterMs === null || !isDue(incident, afterMs, nowMs)) return memory;
  const times = (incident.escalated?.times ?? 0) + 1;
  const { incident: told, ...rest } = tell(
    memory,
    pair,
    'not-acknowledged',
    wordsOf(incident, times, nowMs),
    nowMs,
  );
  return { ...rest, incident: told && { ...told, escalated: { times, atMs: nowMs } } };
}

/** Where the incident was escalated, its end goes there too, so that nobody gets up for what is over. */
export function tellEndOfEscalated(memory: Memory, pair: string, words: Words, nowMs: number): Memory {
  if (memory.incident?.escalated === undefined) return memory;
  return tell(memory, pair, 'all-clear', { ...words, escalates: true }, nowMs);
}

function isDue({ criticalAtMs, acknowledged, escalated }: Incident, afterMs: number, nowMs: number): boolean {
  if (criticalAtMs === undefined || acknowledged !== undefined) return false;
  return escalated === undefined ? nowMs - criticalAtMs >= afterMs : nowMs - escalated.atMs >= AGAIN_MS;
}

function wordsOf(
  { id, told, openedAtMs, criticalAtMs = openedAtMs }: Incident,
  times: number,
  nowMs: number,
): Words {
  const forMs = nowMs - criticalAtMs;
  const alerts = told.filter((code) => code !== 'not-acknowledged').join(', ');
  return {
    headline: `nobody has acknowledged this: ${alerts}`,
    happened: `The first critical alert of incident ${id} is ${duration(forMs)} old. It is not over, and nobody has acknowledged it. Its alerts so far: ${alerts}.`,
    done: 'This alert went to the topic for escalations.',
    commands: ['status {pair}', `acknowledge {pair} --incident ${id} --why "I take care of it"`],
    escalates: true,
    ...(times === 1 ? {} : { again: { times, minutes: Math.round(forMs / MINUTE_MS) } }),
  };
}
