/** What doctor finds at every hour, as the pair remembers it: a new set of dangers is alerted once, and so is its end. */
import { tell } from '../alert/alerts.ts';
import type { Finding } from '../alert/finding.ts';
import { cut, LIST_MAX } from '../bounds.ts';
import type { Memory } from '../memory/memory.ts';
import { writesRemembered } from '../text/writes-text.ts';

/** How often the servers of a pair are examined. Milliseconds. */
export const EXAMINE_EVERY_MS = 60 * 60_000;
/** After an examination that was not complete, the next one is not before this. Milliseconds. */
export const EXAMINE_AGAIN_MS = 5 * 60_000;

/** Whether an examination is due, by what is remembered. */
export function isExaminationDue({ examined }: Memory, nowMs: number): boolean {
  return examined === null || nowMs - examined.atMs >= EXAMINE_EVERY_MS;
}

/** Of an examination that left a node out, nothing is noted: what was not seen has not ended. */
export function noteExamination(
  memory: Memory,
  pair: string,
  findings: readonly Finding[] | null,
  nowMs: number,
): Memory {
  if (findings === null || findings.some(({ id }) => id === 'node-not-read' || id === 'ec2-not-read'))
    return memory;
  const dangers = findings.filter(({ severity }) => severity === 'danger');
  const names = dangers.map(({ subject, id }) => `${subject} ${id}`);
  const before = memory.examined?.dangers ?? [];
  const noted = { ...memory, examined: { atMs: nowMs, dangers: names } };
  if (names.join() === before.join()) return noted;
  const done = 'Nothing was changed.';
  if (dangers.length === 0) {
    const happened = `doctor finds no danger any more (before: ${before.join(', ')}).`;
    return tell(noted, pair, 'doctor-clear', { happened, done, ...writesRemembered(memory) }, nowMs);
  }
  const list = dangers.map(({ subject, id, got }) => `${subject}: ${id} (${cut(got, 120)})`).join('; ');
  const words = {
    happened: `doctor finds what makes a failover fail or do harm: ${cut(list, LIST_MAX)}.`,
    done,
    todo: `${dangers[0]?.subject}: ${dangers[0]?.fix}. The command below says the cause and the fix of each.`,
    ...writesRemembered(memory),
  };
  return tell(noted, pair, 'doctor-found', words, nowMs);
}
