/** A mail about what ended before it went out does not speak of it in the present tense. */
import { describe, expect, it } from 'vitest';
import { tell, tellCondition } from '../../../lib/core/alert/alerts.ts';
import type { EventCode } from '../../../lib/core/alert/events.ts';
import { markOver } from '../../../lib/core/alert/over.ts';
import { emptyMemory, type Memory } from '../../../lib/core/memory/memory.ts';
import { alertBody, alertSubject } from '../../../lib/core/text/alert-text.ts';
import { place } from '../text/place.ts';

const AT_MS = 10_000_000;
const words = { happened: 'db2 cannot take over: it is stopped.', done: 'Nothing was moved.' };
const memory: Memory = {
  ...emptyMemory,
  lastHolder: 'db1',
  incident: { id: 'i1', openedAtMs: AT_MS, row: 'standby-unfit', told: [] },
};
const unfit = tellCondition(memory, 'orders', 'standby-unfit', words, AT_MS);

describe('an alert that waits while the pair becomes well', () => {
  const over = markOver(unfit, 'yes', AT_MS + 3000);
  const [alert] = over.outbox;

  it('says in its subject and its text that it is over, and since when', () => {
    expect(alert && alertSubject(alert, place)).toBe('[prod/orders] over after 3.0 s: db2 cannot take over');
    expect(alert && alertBody(alert, place)).toContain(
      'It was over at 02:46:43 UTC, before this mail went out',
    );
  });

  it('is still told, once', () => {
    expect(over.outbox.map(({ id }) => id)).toEqual(unfit.outbox.map(({ id }) => id));
    expect(markOver(over, 'yes', AT_MS + 4000)).toBe(over);
  });

  it('is told anew when it comes back, however soon: people may have read that it was over', () => {
    const again = tellCondition(over, 'orders', 'standby-unfit', words, AT_MS + 3500);
    expect(again.outbox.map(({ overAtMs }) => overAtMs)).toEqual([AT_MS + 3000, undefined]);
  });
});

it.each<EventCode>([
  'failover-done',
  'holder-opened',
  'standby-closed',
  'plan-incomplete',
  'paused',
  'loss-counted',
])('leaves the alert %s as it is: what was done is not over', (code) => {
  const told = tell(memory, 'orders', code, words, AT_MS);
  expect(markOver(told, 'yes', AT_MS + 3000)).toBe(told);
});
