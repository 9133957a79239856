/** A condition that may be about both nodes: what people know of one says nothing of the other. */
import { describe, expect, it } from 'vitest';
import { endConditions, tell, tellCondition, withIncident } from '../../../lib/core/alert/alerts.ts';
import { emptyMemory, type Memory } from '../../../lib/core/memory/memory.ts';
import { NOW_MS } from '../world.ts';

const words = { happened: 'A node was set by hand.', done: 'Nothing was moved.' };
const at = (memory: Memory, afterMs: number, ...about: readonly string[]) =>
  tellCondition(memory, 'orders', 'writability-changed', words, NOW_MS + afterMs, about);
const count = ({ outbox }: Memory) => outbox.filter(({ code }) => code === 'writability-changed').length;

let noisy = withIncident(emptyMemory, 'row', NOW_MS - 1000, '41c0ffee');
for (let i = 0; i < 8; i++) noisy = tell(noisy, 'orders', 'standby-unfit', words, NOW_MS - 1000);

describe('the condition is alerted for db2, and then', () => {
  const told = at(noisy, 0, 'db2');

  it('for db1 too, however many alerts the incident has had', () => {
    const both = at(told, 1000, 'db1', 'db2');
    expect([count(told), count(both)]).toEqual([1, 2]);
    expect(at(both, 2000, 'db1', 'db2')).toBe(both);
  });

  it('is not alerted again while it is about db2, nor when it leaves db1 for a moment', () => {
    expect(at(told, 1000, 'db2')).toBe(told);
    const both = at(told, 1000, 'db1', 'db2');
    expect(count(at(at(both, 2000, 'db2'), 3000, 'db1', 'db2'))).toBe(2);
  });

  it('is alerted for db1 when it had ended meanwhile', () => {
    const over = endConditions(told, [], NOW_MS + 1000);
    expect(count(at(over, 20_000, 'db1'))).toBe(2);
  });

  it('is not alerted again for who a record of an older release may have been about', () => {
    const { about: _, ...older } = told.reports['writability-changed'] ?? { about: {} };
    const before = { ...told, reports: { 'writability-changed': older } } as Memory;
    expect(count(at(before, 1000, 'db1', 'db2'))).toBe(1);
  });
});

it('one that comes back to a node that was well for long is alerted anew', () => {
  const quiet = withIncident(emptyMemory, 'row', NOW_MS - 1000, '41c0ffee');
  const both = at(at(quiet, 0, 'db2'), 1000, 'db1', 'db2');
  const one = at(both, 2000, 'db2');
  expect([count(one), one === at(one, 5000, 'db2')]).toEqual([2, true]);
  expect(at(one, 8000, 'db1', 'db2').reports['writability-changed']?.heldBack).toBe(1);
});
