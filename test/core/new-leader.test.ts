/** What a new leader may take for what the standby had when its holder was lost, where it never saw that holder live. */
import { describe, expect, test } from 'vitest';
import { nextDurations, noDurations } from '../../lib/core/decision/situation.ts';
import { Leader } from './leader.ts';
import {
  answers2,
  type Change,
  channel,
  hears2,
  holder,
  memory,
  NOW_MS,
  position,
  refused,
  seen,
  standby,
  steady,
  UUID1,
} from './world.ts';

const at = (to: number) => position(`${UUID1}:1-${to}`);
const alone = { io: 'connecting', lagSeconds: null, heardAgoMs: 4000 } as const;
const has = (to: number, uptimeSeconds = 86_400) =>
  answers2({ uptimeSeconds, executed: at(to), inbound: channel({ ...alone, received: at(to) }) });
const readyLong = memory({ readiness: { node: 'db2', fit: true, reasons: [], atMs: NOW_MS - 20_000 } });
const behind = hears2({ ...alone, received: at(50_000), caughtUp: false });

describe('a standby that restarts after the first look of a leader that never saw the holder live', () => {
  test.each<[what: string, to: number, deed: string, because: string]>([
    ['has all that this look showed', 50_000, 'failover', ''],
    ['has thrown something away', 1000, 'stay', 'lost what it had received: 49000 transactions'],
  ])('%s', (_, to, deed, because) => {
    const leader = new Leader();
    leader.look(1000, refused, behind);
    leader.look(250, refused, refused);
    const step = leader.looks(2, 5000, refused, has(to, 3));
    expect(step.deed).toBe(deed);
    expect(step.situation.fitness.reasons.join()).toContain(because);
  });
});

test.each<[what: string, changes: readonly Change[], received: number | null]>([
  ['what it had received counts: it ran when it was found ready', [standby(has(900))], 900],
  [
    'not where it has restarted since: it may have thrown something away',
    [readyLong, standby(has(900, 4))],
    null,
  ],
  ['not where nobody has found it ready', [memory({ readiness: null }), standby(has(900))], null],
  ['what an earlier leader noted counts on', [memory({ receivedWhenLost: at(950) }), standby(has(900))], 950],
  ['and what it has received since', [memory({ receivedWhenLost: at(800) }), standby(has(900))], 900],
])('of a holder that is dead at the first look, %s', (_, changes, received) => {
  const situation = seen(steady, holder(refused), ...changes);
  expect(nextDurations(noDurations, situation).received).toEqual(received === null ? null : at(received));
});
