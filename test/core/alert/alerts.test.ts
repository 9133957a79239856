import { describe, expect, it } from 'vitest';
import {
  endConditions,
  endForGood,
  tell,
  tellCondition,
  tellLimited,
  withIncident,
} from '../../../lib/core/alert/alerts.ts';
import { type EventCode, events } from '../../../lib/core/alert/events.ts';
import { emptyMemory, type Memory } from '../../../lib/core/memory/memory.ts';
import { NOW_MS } from '../world.ts';

const words = { happened: 'db1 is stopped.', done: 'Nothing was moved.' };
const open = withIncident(emptyMemory, 'D8', NOW_MS, '41c0ffee');

describe('an incident', () => {
  it('begins with the row that found it', () => {
    expect(open.incident).toEqual({ id: '41c0ffee', openedAtMs: NOW_MS, row: 'D8', told: [] });
  });

  it('is one until its all-clear, whatever else is found', () => {
    expect(withIncident(open, 'D10', NOW_MS + 5000, 'ffffffff')).toBe(open);
  });
});

describe('telling', () => {
  it('puts the alert into the outbox, with the words of the event where the case has none of its own', () => {
    const { outbox, incident } = tell(open, 'orders', 'both-lost', words, NOW_MS);
    expect(outbox).toEqual([
      {
        id: '41c0ffee-both-lost-0',
        code: 'both-lost',
        pair: 'orders',
        incident: '41c0ffee',
        atMs: NOW_MS,
        holder: null,
        ...words,
        todo: events['both-lost'].todo,
        steps: [],
      },
    ]);
    expect(incident?.told).toEqual(['both-lost']);
  });

  it('takes the words of the case where it has some', () => {
    const own = { ...words, todo: 'Start db1.', steps: ['fence db1: missed'] };
    expect(tell(open, 'orders', 'both-lost', own, NOW_MS).outbox[0]).toMatchObject(own);
  });

  it('never gives two alerts of an incident one id, even of one event at one time', () => {
    const twice = tell(
      tell(open, 'orders', 'failover-started', words, NOW_MS),
      'orders',
      'failover-started',
      words,
      NOW_MS,
    );
    expect(new Set(twice.outbox.map(({ id }) => id)).size).toBe(2);
  });

  it('needs no incident', () => {
    const after = tell(emptyMemory, 'orders', 'paused', words, NOW_MS);
    expect(after.outbox.map(({ id, incident }) => [id, incident])).toEqual([
      [`orders-${NOW_MS}-paused-0`, null],
    ]);
    expect(after.incident).toBeNull();
  });
});

describe('a condition that lasts, ends and comes back', () => {
  const minute = 60_000;
  /** The same condition, on or off, at these moments; gives back when it was told. */
  const told = (moments: readonly (readonly [atMs: number, on: boolean])[]) => {
    let memory = open;
    for (const [atMs, on] of moments) {
      memory = on
        ? tellCondition(memory, 'orders', 'holder-lost', words, NOW_MS + atMs)
        : endConditions(memory, [], NOW_MS + atMs);
    }
    return memory.outbox.map(({ atMs }) => atMs - NOW_MS);
  };
  const seconds = (from: number, to: number, on: boolean) =>
    Array.from({ length: to - from }, (_, index) => [(from + index) * 1000, on] as const);

  it.each<[what: string, moments: readonly (readonly [number, boolean])[], at: readonly number[]]>([
    ['once, while it is on', seconds(0, 200, true), [0]],
    [
      'again, when it has ended and come back in the same incident',
      [...seconds(0, 60, true), ...seconds(60, 3600, false), ...seconds(3600, 3660, true)],
      [0, 3600_000],
    ],
    [
      'not again after a gap of a moment',
      [
        [0, true],
        [1000, false],
        [5999, true],
      ],
      [0],
    ],
    [
      'again after a gap of 5 s',
      [
        [0, true],
        [1000, false],
        [6000, true],
      ],
      [0, 6000],
    ],
    [
      'again while it lasts: after 5, 15 and 60 minutes, then every hour, because it is critical',
      seconds(0, 3 * 3600 + 1, true),
      [0, 5 * minute, 15 * minute, 60 * minute, 120 * minute, 180 * minute],
    ],
  ])('is told %s', (_, moments, at) => {
    expect(told(moments)).toEqual(at);
  });

  it('is told anew after an all-clear, however far behind the clock of the next leader is', () => {
    const told = tellCondition(open, 'orders', 'blind', words, NOW_MS);
    const over = endConditions(told, [], NOW_MS + 10_000);
    const later = (memory: Memory, atMs: number) =>
      tellCondition(memory, 'orders', 'blind', words, atMs).outbox.length;
    expect([later(over, NOW_MS), later(endForGood(over, NOW_MS + 13_000), NOW_MS)]).toEqual([1, 2]);
    // It is on again, so it is not told at once once more.
    const again = tellCondition(endForGood(over, NOW_MS + 13_000), 'orders', 'blind', words, NOW_MS);
    expect(later(again, NOW_MS + 1000)).toBe(2);
  });

  it('is told anew of a loss that began after the end of the last, also where the clock of the next leader is behind', () => {
    const tell = (memory: Memory, atMs: number) =>
      tellCondition(memory, 'orders', 'service-lost', words, atMs).outbox.length;
    const over = endConditions(
      tellCondition(open, 'orders', 'service-lost', words, NOW_MS),
      [],
      NOW_MS + 2000,
    );
    // 20 s later; by the clock of the next leader, 3 s after it was over.
    const nextMs = NOW_MS + 5000;
    expect(tell({ ...over, unservedSinceMs: NOW_MS + 12_000, unservedForMs: 2500 }, nextMs)).toBe(2);
    // The same loss, which another row has told of for a moment.
    expect(tell({ ...over, unservedSinceMs: NOW_MS - 5000, unservedForMs: 2500 }, nextMs)).toBe(1);
  });

  it('is told again every day after the first hour, when it is not critical', () => {
    const hour = 60 * minute;
    let memory = open;
    for (let atMs = 0; atMs < 51 * hour; atMs += minute)
      memory = tellCondition(memory, 'orders', 'standby-unfit', words, NOW_MS + atMs);
    const at = memory.outbox.map(({ atMs }) => atMs - NOW_MS);
    expect(at).toEqual([0, 5 * minute, 15 * minute, hour, 25 * hour, 49 * hour]);
  });

  it('says how long it lasts, and the how manieth alert it is', () => {
    const once = tellCondition(open, 'orders', 'holder-lost', words, NOW_MS);
    const again = tellCondition(once, 'orders', 'holder-lost', words, NOW_MS + 5 * minute);
    expect(again.outbox[1]).toMatchObject({ happened: 'db1 is stopped.', again: { times: 2, minutes: 5 } });
  });

  it('changes nothing while there is nothing to tell', () => {
    const once = tellCondition(open, 'orders', 'holder-lost', words, NOW_MS);
    expect(tellCondition(once, 'orders', 'holder-lost', words, NOW_MS + 1)).toBe(once);
    expect(endConditions(once, ['holder-lost'], NOW_MS + 1)).toBe(once);
    expect(endConditions(open, [], NOW_MS + 1)).toBe(open);
  });
});

it('what comes again and again is told a few times in ten minutes; the next says how many were held back', () => {
  let memory = emptyMemory;
  for (let index = 0; index < 30; index += 1)
    memory = tellLimited(memory, 'orders', 'holder-opened', words, NOW_MS + index * 2500);
  expect(memory.outbox).toHaveLength(3);
  const later = tellLimited(memory, 'orders', 'holder-opened', words, NOW_MS + 11 * 60_000);
  expect(later.outbox[3]?.happened).toBe('db1 is stopped. 27 more alerts of this kind were not sent.');
});

it('of a holder that is known to flap, a noisy incident holds back that it was opened again', () => {
  const incident = { id: '41c', openedAtMs: 0, row: 'both-lost', told: [], alerts: 6 };
  const tellAt = (memory: Memory, code: EventCode, afterMs: number) =>
    tellLimited(memory, 'orders', code, words, NOW_MS + afterMs);
  const flapping = tellAt(tellAt({ ...open, incident }, 'holder-lost', 0), 'holder-lost', 60_000);
  const opened = tellAt(tellAt(flapping, 'holder-opened', 120_000), 'holder-opened', 180_000);
  expect(opened.outbox.map(({ code }) => code)).toEqual(['holder-lost', 'holder-lost', 'holder-opened']);
});

it.each([
  ['a second loss that a plan ended at once is told in a noisy incident too', 'vip-reattached', 2],
  ['a holder that was opened again is one, too', 'holder-opened', 2],
  ['so is a heartbeat that is barred, behind which a loss is not seen', 'heartbeat-barred', 2],
  ['what says nothing of clients is told once in it', 'repaired', 1],
] as const)('%s', (_, code, count) => {
  const noisy = { ...open, incident: { id: '41c', openedAtMs: 0, row: 'both-lost', told: [], alerts: 6 } };
  const once = tellLimited(noisy, 'orders', code, words, NOW_MS);
  const twice = tellLimited(once, 'orders', code, words, NOW_MS + 11 * 60_000);
  expect(twice.outbox).toHaveLength(count);
});
