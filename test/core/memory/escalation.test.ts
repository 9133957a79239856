import { describe, expect, it, test } from 'vitest';
import { tell, type Words, withIncident } from '../../../lib/core/alert/alerts.ts';
import type { EventCode } from '../../../lib/core/alert/events.ts';
import {
  escalateAfterMsOf,
  noteEscalation,
  tellEndOfEscalated,
} from '../../../lib/core/memory/escalation.ts';
import { emptyMemory, type Memory } from '../../../lib/core/memory/memory.ts';

const minuteMs = 60_000;
const afterMs = 15 * minuteMs;
const words: Words = { happened: 'It happened.', done: 'Nothing.' };

/** An incident with these alerts, one a minute from 0 on. */
function incidentWith(...codes: readonly EventCode[]): Memory {
  const opened = withIncident(emptyMemory, 'a-row', 0, 'i1');
  return codes.reduce(
    (memory, code, minute) => tell(memory, 'orders', code, words, minute * minuteMs),
    opened,
  );
}

/** The minutes at which it is escalated while it lasts so long, when it is judged once a minute. */
function escalatedAt(memory: Memory, untilMinute: number, after: number | null = afterMs): readonly number[] {
  const minutes: number[] = [];
  let now = memory;
  for (let minute = 0; minute <= untilMinute; minute += 1) {
    const next = noteEscalation(now, 'orders', after, minute * minuteMs);
    if (next !== now) minutes.push(minute);
    now = next;
  }
  return minutes;
}

describe('an incident that nobody acknowledges', () => {
  test.each<[what: string, codes: readonly EventCode[], minutes: readonly number[]]>([
    ['is escalated once, then each hour', ['holder-lost'], [15, 75, 135]],
    ['counts from its first critical alert', ['standby-unfit', 'locked-out', 'holder-lost'], [16, 76, 136]],
    ['is not, without a critical alert', ['standby-unfit'], []],
  ])('%s', (_, codes, minutes) => {
    expect(escalatedAt(incidentWith(...codes), 140)).toEqual(minutes);
  });

  it('is not escalated where there is no topic for it', () => {
    expect(escalatedAt(incidentWith('holder-lost'), 140, null)).toEqual([]);
  });

  it('is not escalated any more once somebody has acknowledged it', () => {
    const { incident, ...rest } = incidentWith('holder-lost');
    const acknowledged = { by: 'ann', atMs: 0 };
    expect(escalatedAt({ ...rest, incident: incident && { ...incident, acknowledged } }, 140)).toEqual([]);
  });

  it('is escalated once for hours in which nobody led', () => {
    const late = noteEscalation(incidentWith('holder-lost'), 'orders', afterMs, 300 * minuteMs);
    expect(late.outbox).toHaveLength(2);
    expect(noteEscalation(late, 'orders', afterMs, 301 * minuteMs)).toBe(late);
  });

  it('says which incident it is, how old, and how to end it, to the other topic', () => {
    const [, alert] = noteEscalation(incidentWith('holder-lost'), 'orders', afterMs, afterMs).outbox;
    expect(alert).toMatchObject({
      code: 'not-acknowledged',
      incident: 'i1',
      escalates: true,
      happened: expect.stringMatching(/incident i1 is 15 min.* Its alerts so far: holder-lost\.$/),
      commands: expect.arrayContaining([expect.stringContaining('acknowledge {pair} --incident i1 ')]),
    });
  });
});

describe('the end of an incident', () => {
  it('goes to the other topic where the incident went there', () => {
    const escalated = noteEscalation(incidentWith('holder-lost'), 'orders', afterMs, afterMs);
    const ended = tellEndOfEscalated(escalated, 'orders', words, 20 * minuteMs);
    expect(ended.outbox.at(-1)).toMatchObject({ code: 'all-clear', escalates: true });
  });

  it('does not where it did not', () => {
    const memory = incidentWith('holder-lost');
    expect(tellEndOfEscalated(memory, 'orders', words, 20 * minuteMs)).toBe(memory);
  });
});

test.each([
  [{ escalationTopicArn: 'arn', escalationMinutes: 15 }, afterMs],
  [{ escalationMinutes: 15 }, null],
])('%j: after %j ms', (config, expected) => {
  expect(escalateAfterMsOf(config)).toBe(expected);
});
