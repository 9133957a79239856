import { describe, expect, it } from 'vitest';
import { tell } from '../../lib/core/alert/alerts.ts';
import { allSafeguards } from '../../lib/core/decision/safeguards.ts';
import { emptyMemory, type Memory } from '../../lib/core/memory/memory.ts';
import { Haste } from '../../lib/watch/haste.ts';
import { PairMemory } from '../../lib/watch/pair-memory.ts';
import { PortError } from '../../lib/watch/ports/port-error.ts';
import type { Ports } from '../../lib/watch/ports/ports.ts';
import type { HistoryEntry } from '../../lib/watch/ports/store.ts';
import { VirtualClock } from './clock.ts';

const words = { happened: 'db1 is stopped.', done: 'Nothing was moved.' };
const telling = (memory: Memory, atMs = 1) => tell(memory, 'orders', 'both-lost', words, atMs);

function leader(before: Memory = emptyMemory) {
  const clock = new VirtualClock();
  const saved: Memory[] = [];
  const stored: Memory[] = [];
  const history: HistoryEntry[] = [];
  /** How many lines were written at once. */
  const appends: number[] = [];
  const failures: string[] = [];
  const metrics: string[] = [];
  /** What fails now: `save`, `answer` (of a save that took effect), `read`, `history`. */
  const broken = new Set<string>();
  /** What the store gives back when it is claimed, the last one first. */
  const claimed: Memory[] = [];
  const fail = (what: string) => {
    if (broken.has(what)) throw new PortError('timeout', `${what} timed out`);
  };
  const note = (text: string) => void failures.push(text);
  const ports = {
    clock,
    log: { info: note, warn: note, error: note },
    metrics: { heartbeat: () => undefined, publish: (name: string) => void metrics.push(name) },
    store: {
      saveMemory: async (_: string, memory: Memory, epoch: number) => {
        fail('save');
        expect(epoch).toBe(7);
        saved.push(memory);
        fail('answer');
      },
      readMemory: async () => {
        fail('read');
        return JSON.parse(JSON.stringify(saved.at(-1) ?? before)) as Memory;
      },
      claimMemory: async () => claimed.pop() ?? emptyMemory,
      appendHistory: async (entries: readonly HistoryEntry[]) => {
        fail('history');
        appends.push(entries.length);
        history.push(...entries);
      },
    },
  } as unknown as Ports;
  const haste = new Haste(clock, () => undefined);
  const memory = new PairMemory({
    pair: { name: 'orders' },
    ports,
    lease: { owner: 'watch-7', epoch: 7 },
    memory: before,
    safeguards: allSafeguards,
    haste,
    onStored: (memory) => void stored.push(memory),
  });
  return {
    clock,
    haste,
    memory,
    saved,
    stored,
    history,
    appends,
    failures,
    metrics,
    broken,
    claimed,
  };
}

describe('saving', () => {
  it('writes nothing when nothing is new', async () => {
    const { memory, saved } = leader();
    await memory.save(memory.now);
    expect(saved).toEqual([]);
  });

  it('counts from when the store has it: what it did not take never was', async () => {
    const { memory, broken } = leader();
    broken.add('save');
    await expect(memory.save(telling(emptyMemory))).rejects.toThrow('save timed out');
    expect(memory.now).toBe(emptyMemory);
  });

  it('goes on where only the answer was lost: the store has it', async () => {
    const { memory, broken, stored } = leader();
    broken.add('answer');
    const told = telling(emptyMemory);
    await memory.save(told);
    expect([memory.now, memory.isDoubtful, stored]).toEqual([told, false, [told]]);
  });

  it.each(['save', 'read'])('is in doubt where the store may not have it: the %s failed', async (what) => {
    const { memory, broken } = leader();
    broken.add('answer').add(what);
    await expect(memory.save(telling(emptyMemory))).rejects.toThrow('timed out');
    expect([memory.now, memory.isDoubtful]).toEqual([emptyMemory, true]);
  });

  it('puts each new alert into the history, once', async () => {
    const { memory, history } = leader();
    await memory.save(telling(emptyMemory));
    await memory.save({ ...memory.now, lastHolder: 'db1' });
    await memory.idle();
    expect(history.map(({ what, epoch, text }) => [what, epoch, text])).toEqual([
      ['alert', 7, 'both-lost: db1 is stopped. Nothing was moved.'],
    ]);
  });
});

describe('changes side by side', () => {
  it('are saved one after the other: none overwrites the other', async () => {
    const { memory } = leader();
    const holder = memory.update((now) => ({ ...now, lastHolder: 'db1' }));
    const told = memory.update((now) => telling(now));
    await Promise.all([holder, told]);
    expect([memory.now.lastHolder, memory.now.outbox.length]).toEqual(['db1', 1]);
  });

  it('go on after one that failed, from what the store has', async () => {
    const { memory, broken, claimed } = leader();
    broken.add('save');
    await expect(memory.update((now) => telling(now))).rejects.toThrow('save timed out');
    broken.clear();
    claimed.push({ ...emptyMemory, lastHolder: 'db2' });
    await memory.update((now) => telling(now));
    expect([memory.now.lastHolder, memory.now.outbox.length]).toEqual(['db2', 1]);
  });
});

describe('history', () => {
  it('carries the incident, and holds nothing up when it cannot be written', async () => {
    const { memory, history, failures, broken } = leader({
      ...emptyMemory,
      incident: { id: '41c', openedAtMs: 0, row: 'D10', told: [] },
    });
    memory.record('decision', 'D10 failover to db2');
    await memory.idle();
    expect(history).toMatchObject([
      { incident: '41c', pair: 'orders', what: 'decision', text: 'D10 failover to db2' },
    ]);
    broken.add('history');
    memory.record('decision', 'D8 stay');
    await memory.idle();
    expect([history.length, failures.length]).toEqual([1, 1]);
  });

  it('is written in one go, and after what clients wait for', async () => {
    const { memory, haste, history, appends } = leader();
    haste.begin();
    memory.record('decision', 'holder-lost failover to db2');
    await memory.save(telling(emptyMemory));
    expect(history).toEqual([]);
    haste.end();
    await memory.idle();
    expect([history.map(({ what }) => what), appends]).toEqual([['decision', 'alert'], [2]]);
  });
});
