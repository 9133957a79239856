import { describe, expect, it } from 'vitest';
import { tell, tellOnce, withIncident } from '../../lib/core/alerts.ts';
import { events } from '../../lib/core/events.ts';
import { emptyMemory } from '../../lib/core/memory.ts';
import { NOW_MS } from './world.ts';

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

  it('once an incident, where once is enough; another event is another', () => {
    const once = tellOnce(open, 'orders', 'both-lost', words, NOW_MS);
    expect(tellOnce(once, 'orders', 'both-lost', words, NOW_MS + 1)).toBe(once);
    expect(tellOnce(once, 'orders', 'holder-lost', words, NOW_MS + 1).outbox).toHaveLength(2);
  });
});
