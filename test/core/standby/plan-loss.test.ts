/** What a person is told, before a failover, of what it would lose. */
import { expect, test } from 'vitest';
import { describePlanLoss } from '../../../lib/core/standby/plan-loss.ts';
import {
  answers2,
  type Change,
  holder,
  memory,
  NOW_MS,
  position,
  refused,
  seen,
  standby,
  steady,
  UUID1,
  unanswered,
} from '../world.ts';

const at = (last: number) => position(`${UUID1}:1-${last}`);
const noted = (agoMs: number): Change =>
  memory({
    unservedSinceMs: NOW_MS - 20_000,
    lastEnds: {
      needed: null,
      proof: null,
      last: { node: 'db1', position: at(100), sinceMs: 1, untilMs: NOW_MS - 20_000 - agoMs },
    },
  });

test.each<[what: string, changes: readonly Change[], text: string]>([
  ['a holder that nobody ever saw', [holder(refused)], 'unknown (a position of db1 was never read)'],
  [
    'one that another leader saw to the end, and its standby has all of that',
    [holder(refused), noted(200)],
    'none seen (the last position of db1 was read 0.2 s before it was lost)',
  ],
  [
    'the same, and its standby lacks some',
    [holder(refused), noted(200), standby(answers2({ executed: at(90) }))],
    'at least 10 transactions (the last position of db1 was read 0.2 s before it was lost)',
  ],
  [
    'one that is silent: it may live on',
    [holder(unanswered), noted(200)],
    'unknown (db1 may go on taking writes, unless it can be closed)',
  ],
])('%s', (_, changes, text) => {
  expect(describePlanLoss(seen(steady, ...changes), 'failover', false)).toContain(text);
});
