/** Making alerts: what happened, what was done, what is left to do. */
import { type EventCode, events } from './events.ts';
import type { Alert, Incident, Memory } from './memory.ts';

export interface Words {
  readonly happened: string;
  readonly done: string;
  /** What is left to do; the event's own text when left out. */
  readonly todo?: string;
  readonly steps?: readonly string[];
}

/** Opens an incident unless one is open. The id comes from outside, so that the core stays pure. */
export function withIncident(memory: Memory, row: string, nowMs: number, newId: string): Memory {
  if (memory.incident) return memory;
  const incident: Incident = { id: newId, openedAtMs: nowMs, row, told: [] };
  return { ...memory, incident };
}

/** Puts an alert into the outbox and notes in the incident that it was told. */
export function tell(memory: Memory, pair: string, code: EventCode, words: Words, nowMs: number): Memory {
  const { incident } = memory;
  const count = incident?.told.length ?? 0;
  const alert: Alert = {
    id: `${incident?.id ?? `${pair}-${nowMs}`}-${code}-${count}`,
    code,
    pair,
    incident: incident?.id ?? null,
    atMs: nowMs,
    happened: words.happened,
    done: words.done,
    todo: words.todo ?? events[code].todo,
    steps: words.steps ?? [],
  };
  return {
    ...memory,
    incident: incident ? { ...incident, told: [...incident.told, code] } : null,
    outbox: [...memory.outbox, alert],
  };
}

/** The same, unless this incident has told it already. */
export function tellOnce(memory: Memory, pair: string, code: EventCode, words: Words, nowMs: number): Memory {
  return memory.incident?.told.includes(code) ? memory : tell(memory, pair, code, words, nowMs);
}
