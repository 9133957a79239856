import { describe, expect, it } from 'vitest';
import { tell } from '../../lib/core/alerts.ts';
import { type Alert, emptyMemory, type Memory } from '../../lib/core/memory.ts';
import { allSafeguards } from '../../lib/core/safeguards.ts';
import { PairMemory } from '../../lib/watch/pair-memory.ts';
import { type HistoryEntry, PortError, type Ports } from '../../lib/watch/ports.ts';
import { VirtualClock } from './clock.ts';

const words = { happened: 'db1 is stopped.', done: 'Nothing was moved.' };
const telling = (memory: Memory, atMs = 1) => tell(memory, 'orders', 'both-lost', words, atMs);

function leader(before: Memory = emptyMemory) {
  const clock = new VirtualClock();
  const saved: Memory[] = [];
  const published: string[] = [];
  const stored: Memory[] = [];
  const gone: string[] = [];
  const history: HistoryEntry[] = [];
  const failures: string[] = [];
  const metrics: string[] = [];
  /** What fails now: `save`, `publish`, `history`. */
  const broken = new Set<string>();
  /** Alerts that SNS says no to. */
  const refused = new Set<string>();
  /** Alerts whose answers are lost. */
  const lost = new Set<string>();
  /** What the store gives back when it is claimed, the last one first. */
  const claimed: Memory[] = [];
  const texts: string[] = [];
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
      },
      claimMemory: async () => claimed.pop() ?? emptyMemory,
      appendHistory: async (entries: readonly HistoryEntry[]) => {
        fail('history');
        history.push(...entries);
      },
    },
    alerts: {
      publish: async ({ id, happened }: Alert) => {
        fail('publish');
        if (lost.has(id)) throw new PortError('timeout', `${id} is not answered`);
        if (refused.has(id)) throw new PortError('denied', `${id} is denied`);
        published.push(id);
        texts.push(happened);
      },
    },
  } as unknown as Ports;
  const memory = new PairMemory({
    pair: { name: 'orders' },
    ports,
    lease: { owner: 'watch-7', epoch: 7 },
    memory: before,
    safeguards: allSafeguards,
    onStored: (memory) => void stored.push(memory),
    onPublished: (id) => void gone.push(id),
  });
  return {
    clock,
    memory,
    saved,
    stored,
    gone,
    published,
    texts,
    history,
    failures,
    metrics,
    broken,
    refused,
    lost,
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
    const { memory, broken, published } = leader();
    broken.add('save');
    await expect(memory.save(telling(emptyMemory))).rejects.toThrow('save timed out');
    await memory.idle();
    expect([memory.now, published]).toEqual([emptyMemory, []]);
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

describe('the outbox', () => {
  it('does not keep the others back for one whose answers are lost', async () => {
    const { clock, memory, published, lost } = leader();
    lost.add('orders-1-both-lost-0');
    await memory.save(telling(telling(emptyMemory, 1), 2));
    for (let tries = 0; tries < 3; tries += 1) {
      memory.publish();
      await memory.idle();
      await clock.pass(5000);
    }
    expect(published).toEqual(['orders-2-both-lost-1']);
  });

  it('is published after it was saved, and emptied by the next save', async () => {
    const { memory, saved, stored, gone, published } = leader();
    await memory.save(telling(emptyMemory));
    await memory.idle();
    expect(published).toEqual(['orders-1-both-lost-0']);
    expect(gone).toEqual(published);
    await memory.save({ ...memory.now });
    expect(saved.map(({ outbox }) => outbox.length)).toEqual([1, 0]);
    expect(stored).toEqual(saved);
  });

  it('that a leader left behind is published by the next', async () => {
    const { memory, published } = leader(telling(emptyMemory));
    memory.publish();
    await memory.idle();
    expect(published).toHaveLength(1);
  });

  it('is kept while SNS does not take it, and tried again after 5 s, in order', async () => {
    const { clock, memory, gone, published, metrics, broken, saved } = leader();
    broken.add('publish');
    await memory.save(telling(telling(emptyMemory, 1), 2));
    await memory.idle();
    expect([metrics, gone]).toEqual([['PublishFailure'], []]);
    broken.clear();
    await clock.pass(4999);
    memory.publish();
    await memory.idle();
    expect(published).toEqual([]);
    await clock.pass(1);
    memory.publish();
    await memory.idle();
    expect(published).toEqual(['orders-1-both-lost-0', 'orders-2-both-lost-1']);
    expect(saved.at(-1)?.outbox).toHaveLength(2);
  });

  it('is not published twice by one leader, however often it is asked to', async () => {
    const { memory, published } = leader();
    await memory.save(telling(emptyMemory));
    memory.publish();
    await memory.idle();
    memory.publish();
    await memory.save({ ...memory.now, lastHolder: 'db2' });
    await memory.idle();
    expect(published).toHaveLength(1);
  });

  it('does not come back when the save that empties it fails', async () => {
    const { memory, published, broken } = leader();
    await memory.save(telling(emptyMemory));
    await memory.idle();
    broken.add('save');
    await expect(memory.save({ ...memory.now })).rejects.toThrow('save timed out');
    broken.clear();
    await memory.save(telling(memory.now, 2));
    await memory.idle();
    expect(published).toEqual(['orders-1-both-lost-0', 'orders-2-both-lost-1']);
    expect(memory.now.outbox.map(({ id }) => id)).toEqual(['orders-2-both-lost-1']);
  });

  it('does not wait for an alert that SNS refuses; that one is tried again, plainly and ever more seldom', async () => {
    const { clock, memory, published, texts, metrics, refused } = leader();
    refused.add('orders-1-both-lost-0');
    await memory.save(telling(telling(emptyMemory, 1), 2));
    await memory.idle();
    expect(published).toEqual(['orders-2-both-lost-1']);
    for (let tries = 0; tries < 20; tries += 1) {
      await clock.pass(5000);
      memory.publish();
      await memory.idle();
    }
    // After 0, 5, 15 and 30 s, then every 15 s: at 90 s for the eighth time.
    expect(metrics).toHaveLength(8);
    expect(memory.now.outbox.map(({ id }) => id)).toContain('orders-1-both-lost-0');
    refused.clear();
    await clock.pass(5000);
    memory.publish();
    await memory.idle();
    expect(published).toEqual(['orders-2-both-lost-1', 'orders-1-both-lost-0']);
    expect(texts.at(-1)).toMatch(/Shortened: SNS refused/);
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
});
