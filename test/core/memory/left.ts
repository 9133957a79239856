/** What a decision leaves in the memory, for tests of it. */
import { decide } from '../../../lib/core/decision/decision.ts';
import { type Durations, noDurations } from '../../../lib/core/decision/situation.ts';
import type { Memory } from '../../../lib/core/memory/memory.ts';
import { noteDecision } from '../../../lib/core/memory/note-decision.ts';
import type { Readiness } from '../../../lib/core/standby/readiness.ts';
import { type Change, memory, NOW_MS, seen, steady } from '../world.ts';

/** What is remembered of this, after a decision on it. */
export function left(changes: readonly Change[], durations: Partial<Durations> = {}): Memory {
  const situation = seen(steady, ...changes);
  return noteDecision(
    situation.memory,
    decide(situation),
    situation,
    { ...noDurations, ...durations },
    'cccc0001',
  );
}

export const ready = (changes: Partial<Readiness>): Change =>
  memory({ readiness: { node: 'db2', fit: true, reasons: [], atMs: NOW_MS - 1000, ...changes } });

export const codes = ({ outbox }: Memory) => outbox.map(({ code }) => code);
