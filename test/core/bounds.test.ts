import { describe, expect, it } from 'vitest';
import { type EventCode, events } from '../../lib/core/alert/events.ts';
import type { Alert } from '../../lib/core/alert/incident.ts';
import { ALERTS_MAX, boundMemory, cut } from '../../lib/core/bounds.ts';
import { emptyMemory, type Memory } from '../../lib/core/memory/memory.ts';
import { failover, inFlight, NOW_MS, position, recordOf, steady } from './world.ts';

const long = 'x'.repeat(300_000);
/** As of a server that has had three hundred masters. */
const worstSet = Array.from(
  { length: 300 },
  (_, index) => `${String(index).padStart(8, '0')}-1111-1111-1111-111111111111:1-1000:2000-999999999`,
).join(',');
const worstPosition = position(worstSet);
const alert = (index: number): Alert => ({
  id: `41c-holder-lost-${index}`,
  code: 'holder-lost',
  pair: 'orders',
  incident: '41c',
  atMs: NOW_MS,
  happened: long,
  done: long,
  todo: long,
  steps: Array.from({ length: 200 }, () => long),
});
const told = { sinceMs: NOW_MS, overSinceMs: null, times: 9, toldAtMs: [1, 2, 3, 4, 5, 6], heldBack: 99 };

/** Everything at once, with the worst texts there are. */
const worst: Memory = {
  ...emptyMemory,
  readiness: { node: 'db2', fit: false, reasons: Array.from({ length: 50 }, () => long), atMs: 1 },
  loss: { old: 'db1', lastSeen: worstPosition, kept: worstPosition, keptBy: null, atMs: 1 },
  detached: { node: 'db2', from: 'db1', atMs: 1, missing: long },
  receivedWhenLost: worstPosition,
  plan: recordOf(failover, {
    because: long,
    stoppedBecause: long,
    fencedAt: worstPosition,
    lastSeen: worstPosition,
    kept: worstPosition,
    receivedAt: worstPosition,
    outcomes: Object.fromEntries(
      Array.from({ length: 12 }, (_, index) => [`${index}.0`, { kind: 'failed', because: long }]),
    ),
  }),
  reports: Object.fromEntries((Object.keys(events) as EventCode[]).map((code) => [code, told])),
  answers: Array.from({ length: 20 }, (_, index) => ({
    requestId: `r${index}`,
    ok: false,
    text: long,
    atMs: 1,
  })),
  outbox: Array.from({ length: 400 }, (_, index) => alert(index)),
};

describe('an outbox that is too full', () => {
  const waiting = [{ ...alert(0), code: 'service-lost' as const }, ...worst.outbox];
  const kept = boundMemory({ ...emptyMemory, outbox: waiting }).outbox;

  it('keeps the last alert of each code: nothing else says what it says', () => {
    expect(kept[0]?.code).toBe('service-lost');
    expect(kept.at(-1)?.id).toBe(worst.outbox.at(-1)?.id);
  });

  it('keeps the newest of the rest, in order', () => {
    const numbers = kept.slice(1).map(({ id }) => Number(id.split('-').at(-1)));
    expect(numbers).toEqual(numbers.map((_, index) => 400 - numbers.length + index));
  });
});

describe('a record that is stored', () => {
  const stored = boundMemory(worst);

  it('stays far below the 400 KB of DynamoDB, whatever is in it', () => {
    expect(JSON.stringify(stored).length).toBeLessThan(150_000);
  });

  it('keeps the newest alerts, and no more than fifty', () => {
    expect(stored.outbox.length).toBeGreaterThan(0);
    expect(stored.outbox.at(-1)?.id).toBe('41c-holder-lost-399');
    const short = worst.outbox.map((one) => ({ ...one, happened: '', done: '', todo: '', steps: [] }));
    expect(boundMemory({ ...emptyMemory, outbox: short }).outbox).toHaveLength(ALERTS_MAX);
  });

  it('keeps the sets that a standby is compared with', () => {
    expect(stored.plan?.fencedAt).toEqual(worstPosition);
    expect(stored.receivedWhenLost).toEqual(worstPosition);
  });

  it('goes by the place in the log where such a set would not fit into a record', () => {
    const holes = Array.from({ length: 40_000 }, (_, index) => 2 * index + 1).join(':');
    const ragged = position(`11111111-1111-1111-1111-111111111111:${holes}`);
    const plan = recordOf(failover, { fencedAt: ragged });
    const torn = boundMemory({ ...emptyMemory, receivedWhenLost: ragged, plan });
    expect(JSON.stringify(torn).length).toBeLessThan(400_000);
    const { file, offset } = ragged;
    expect(torn.receivedWhenLost).toEqual({ gtid: null, file, offset });
    expect(torn.plan?.fencedAt).toEqual({ gtid: null, file, offset });
  });

  it('is the same object when nothing is too long', () => {
    const { memory } = inFlight(steady);
    expect(boundMemory(memory)).toBe(memory);
    expect(boundMemory(stored)).toEqual(stored);
  });
});

it('a text that is cut says so, and how long it was', () => {
  expect(cut('abc', 3)).toBe('abc');
  expect(cut('a'.repeat(100), 40)).toBe(`${'a'.repeat(16)} … (100 characters, cut)`);
});
