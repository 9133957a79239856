/** A holder that nobody of ours gets to, asked through its standby: where silence alone, or heartbeats alone, prove nothing. */
import { expect, it, test } from 'vitest';
import { decide, deedOf } from '../../../lib/core/decision/decision.ts';
import type { SourceAsked } from '../../../lib/core/evidence/source-asked.ts';
import { silent, stopped } from '../changes.ts';
import {
  type Change,
  changed,
  configured,
  evidence,
  hears2,
  holder,
  hung,
  lasting,
  memory,
  NOW_MS,
  seen,
  standby,
  steady,
} from '../world.ts';

const watched = lasting({ asked: { node: 'db2', atMs: NOW_MS - 500 } });
/** Its clients wrote all the time until then. */
const busy = holder({
  kind: 'unanswered',
  during: 'connect',
  because: 'timeout',
  afterMs: 250,
  wasBusy: true,
});
const beating = standby(hears2({ heardAgoMs: 300, receivedAgoMs: 5000 }));
/** Of a source to which nobody writes, its channel hears something every 30 s. */
const quiet = (io: 'yes' | 'connecting', heardAgoMs = 9000) =>
  standby(hears2({ io, heardAgoMs, receivedAgoMs: heardAgoMs, heartbeatSeconds: 30 }));
const asked = (said: SourceAsked['said'], agoMs = 0) =>
  evidence(() => ({ sourceAsked: { node: 'db2', said, atMs: NOW_MS - agoMs } }));
const [lost, doubtful, alive] = ['holder-lost', 'holder-lost-unwitnessed', 'holder-lost-witnessed'];

test.each<[what: string, changes: readonly Change[], row: string | undefined]>([
  ['heartbeats alone of one that does not greet us', [holder(hung), beating], doubtful],
  ['the same, and it answers', [holder(hung), beating, asked('answers')], alive],
  ['silence of one that is heard every 30 s', [silent, quiet('yes')], doubtful],
  ['the same, of one whose port refuses us', [stopped, quiet('yes')], doubtful],
  ['the same, of one to which clients wrote all the time', [busy, quiet('yes')], lost],
  ['the same, and it answers', [silent, quiet('yes'), asked('answers')], alive],
  [
    'a look of the moment in which it was asked',
    [silent, quiet('connecting'), asked('answers', 1900)],
    alive,
  ],
  ['the channel has been lost since', [silent, quiet('connecting'), asked('answers', 2000)], lost],
  ['the same, and it answered 10 s ago', [silent, quiet('yes'), asked('answers', 10_000)], doubtful],
  [
    'it has been tried to get to it for 0.9 s more',
    [silent, quiet('connecting'), asked('silent', 900)],
    doubtful,
  ],
  ['it has been tried to get to it for 1 s more', [silent, quiet('connecting'), asked('silent', 1000)], lost],
  ['it cannot be asked, for want of a right', [silent, quiet('yes'), asked('cannot-say')], lost],
])('%s', (_, changes, row) => {
  expect(decide(seen(steady, watched, ...changes)).row.name).toBe(row);
});

test.each<[what: string, changes: readonly Change[], asks: boolean]>([
  ['silence that will be too long in a moment', [silent, quiet('yes', 700)], true],
  ['silence that is no longer than between writes', [silent, quiet('yes', 600)], false],
  [
    'silence of one with a quick heartbeat',
    [silent, standby(hears2({ heardAgoMs: 9000, heartbeatSeconds: 0.5 }))],
    false,
  ],
  ['silence of one whose heartbeat was not read', [silent, standby(hears2({ heardAgoMs: 9000 }))], false],
  [
    'silence of one that asks for no heartbeat',
    [silent, standby(hears2({ heardAgoMs: 9000, heartbeatSeconds: 0 }))],
    true,
  ],
  ['an answer of 5 s ago', [silent, quiet('yes'), asked('answers', 5000)], false],
  ['an answer of 6 s ago', [silent, quiet('yes'), asked('answers', 6000)], true],
  ['a try that is still under way', [silent, quiet('connecting'), asked('silent', 900)], false],
  [
    'a pause',
    [silent, quiet('yes'), memory({ pause: { untilMs: NOW_MS + 1000, by: 'ann', why: '' } })],
    false,
  ],
  ['a pair of which nothing may be changed', [silent, quiet('yes'), configured({ mode: 'observe' })], false],
])('whether it is asked: %s', (_, changes, asks) => {
  expect(seen(steady, watched, ...changes).asksSource).toBe(asks);
});

it('is not waited for where nothing may be changed: what would be done is said', () => {
  const world = changed(steady, watched, silent, quiet('yes'), configured({ mode: 'observe' }));
  expect(deedOf(decide(seen(world)).measure)).toBe('page would-act');
});
