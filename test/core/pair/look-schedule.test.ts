import { describe, expect, test } from 'vitest';
import type { Word } from '../../../lib/core/evidence/evidence.ts';
import type { LookOrder } from '../../../lib/core/pair/look-order.ts';
import {
  awaitedWitnessMs,
  looksOf,
  type Pace,
  paceMsOf,
  planPace,
  suspicionAt,
} from '../../../lib/core/pair/look-schedule.ts';
import {
  answers1,
  answers2,
  type Change,
  changed,
  configured,
  evidence,
  failingFor,
  full,
  hears1,
  hears2,
  holder,
  hung,
  lasting,
  memory,
  NOW_MS,
  refused,
  rememberedUnfit,
  says,
  seen,
  standby,
  steady,
  unanswered,
  unheardOf,
  vipAt,
} from '../world.ts';

const incident = memory({ incident: { id: '41c', openedAtMs: NOW_MS - 9000, row: 'D23', told: [] } });
const unready = [standby(hears2({ lagSeconds: null })), lasting({ unreadySinceMs: NOW_MS - 100 })] as const;
const beatFails = {
  kind: 'failed',
  forMs: 600,
  because: 'disk full',
  cause: 'disk-full',
  blocker: null,
} as const;

test.each<[what: string, changes: readonly Change[], haste: number | null]>([
  ['steady: a held look will do', [], null],
  ['holder refused once', [holder(refused, 1, 0)], 250],
  ['holder unanswered once', [holder(unanswered, 1, 0)], 500],
  ['standby refused once', [standby(refused, 1, 0)], 250],
  ['both: the quicker one counts', [holder(unanswered, 1, 0), standby(refused, 1, 0)], 250],
  ['holder full, seen once', [holder(full, 1, 0)], 500],
  ['standby not looked at yet', [unheardOf('db2')], 500],
  ['holder known to be lost', [holder(refused)], 1000],
  [
    'holder silent, and the standby hears it',
    [holder(unanswered, 3, 1000), standby(hears2({ heardAgoMs: 200 }))],
    1000,
  ],
  [
    'holder silent for long, and the standby hears it',
    [holder(unanswered), standby(hears2({ heardAgoMs: 200 }))],
    1000,
  ],
  [
    'holder silent, and the standby does not hear it',
    [holder(unanswered, 3, 1000), standby(hears2({ heardAgoMs: 4000 }))],
    1000,
  ],
  ['standby known to be lost', [standby(refused), rememberedUnfit('it is stopped')], null],
  ['the heartbeat begins to fail', [holder(answers1({ heartbeat: beatFails }))], 1000],
  ['a fault that must last', [holder(hears1({ io: 'no' })), failingFor(3000)], 1000],
  ['a fault that has lasted', [holder(hears1({ io: 'no' })), failingFor(30_000)], null],
  ['unfit, not yet noted', unready, 1000],
  ['unfit, and noted', [...unready, rememberedUnfit('its lag is unknown')], null],
  ['an incident about to close', [incident, lasting({ steadySinceMs: NOW_MS })], 1000],
  ['an incident that lasts', [incident], null],
  ['two writers', [standby(answers2({ writable: true }))], 1000],
  ['no writer', [holder(answers1({ writable: false }))], 1000],
  [
    'two writers, as in the old set-up',
    [configured({ writability: 'untouched' }), standby(answers2({ writable: true }))],
    null,
  ],
  ['the VIP unheld', [vipAt({ kind: 'nowhere' })], 1000],
])('%s', (_, changes, haste) => {
  expect(paceMsOf(seen(steady, ...changes), changed(steady, ...changes).durations)).toBe(haste);
});

test.each<[what: string, changes: readonly Change[], haste: number | null]>([
  ['steady', [], null],
  ['it alone was not answered, once', [says('db1', 'b', unanswered, 1, 0)], 500],
  ['it alone was refused, once', [says('db1', 'b', refused, 1, 0)], 250],
  ['it alone was not answered by the standby', [says('db2', 'b', unanswered, 2, 500)], 500],
  ['it is sure of it: it may be cut off for long', [says('db1', 'b', unanswered, 9, 5000)], null],
  ['another was not answered', [says('db1', 'c', unanswered, 1, 0)], null],
  ['it is blind', [unheardOf('db1'), unheardOf('db2')], null],
])('vantage b: %s', (_, changes, haste) => {
  const both = [says('db1', 'b', answers1()), says('db2', 'b', answers2())];
  const { evidence, pair } = changed(steady, ...both, ...changes);
  expect(suspicionAt('b', evidence, pair)).toBe(haste);
});

/** What the vantage said of the node last, with these changes. */
const wordOf = (node: string, vantage: string, changes: Partial<Word>): Change =>
  evidence(({ words }) => {
    const own = words[node]?.[vantage];
    const changed = own && { ...own, ...changes };
    return { words: { ...words, [node]: { ...words[node], ...(changed && { [vantage]: changed }) } } };
  });

/** It answered at this vantage's last look, which was so long ago. */
const seenAgo = (node: string, vantage: string, agoMs: number): Change =>
  wordOf(node, vantage, { atMs: NOW_MS - agoMs });

const heard = standby(hears2({ heardAgoMs: 200 }));

test.each<[what: string, changes: readonly Change[], witnessMs: number | null]>([
  ['steady', [], null],
  ['silent, not sure', [holder(unanswered, 1, 0), heard], null],
  ['silent, and heard', [holder(unanswered, 3, 1000), heard], 1500],
  ['hung, and heard', [holder(hung, 3, 1000), heard], 1000],
  ['silent, and not heard', [holder(unanswered, 3, 1000), standby(hears2({ heardAgoMs: 4000 }))], null],
  ['silent for so long that a person is told', [holder(unanswered), heard], null],
])('the witness’s word is awaited: %s', (_, changes, witnessMs) => {
  expect(awaitedWitnessMs(seen(steady, ...changes))).toBe(witnessMs);
});

describe('the order for vantage b', () => {
  const calm: Pace = { afterMs: null, graceMs: 250, witnessMs: null };
  const both = [says('db1', 'b', answers1()), says('db2', 'b', answers2())];
  const before = { a: { kind: 'now' }, b: { kind: 'now' } } as const;
  const ordered = (pace: Pace, ...changes: readonly Change[]) => {
    const { evidence, pair } = changed(steady, ...both, ...changes);
    return looksOf(before, evidence, pace, pair).b;
  };
  const suspects = { afterMs: 500, graceMs: 750, witnessMs: null };
  const watchful = { afterMs: 1000, graceMs: 250, witnessMs: null };
  const awaits = { ...watchful, witnessMs: 1500 };
  const blind = evidence(() => ({ blind: { b: { because: 'timeout', sinceMs: NOW_MS } } }));

  const shut = answers1({ loginRefused: { errno: 1040, message: 'Too many connections' } });

  const restless: [what: string, ...changes: Change[]][] = [
    ['the first vantage does not reach the holder', says('db1', 'a', unanswered, 1, 0)],
    ['the first vantage does not reach the standby', says('db2', 'a', refused, 9, 5000)],
    ['the first vantage is blind', unheardOf('db1'), unheardOf('db2'), ...both],
    ['the first vantage cannot commit', says('db1', 'a', answers1({ heartbeat: beatFails }))],
    // What it says must not grow old: one lost packet at the first vantage would make it count.
    ['it was refused for long', says('db1', 'b', refused, 9, 5000)],
    ['new logins are refused to it', says('db1', 'b', shut)],
    ['new logins are refused to the first vantage', says('db1', 'a', shut)],
    ['it cannot commit', says('db1', 'b', answers1({ heartbeat: beatFails }))],
  ];

  test.each<[what: string, pace: Pace, changes: readonly Change[], order: LookOrder]>([
    ['all is well: the first vantage looks for it', calm, [], { kind: 'rest', afterMs: 10_000 }],
    ['something is wrong', watchful, [], { kind: 'soon', afterMs: 1000, graceMs: 250 }],
    ['a suspicion: an open look gets longer', suspects, [], { kind: 'soon', afterMs: 500, graceMs: 750 }],
    [
      'new logins are refused: the look that holds a kept connection ends by itself',
      watchful,
      [says('db1', 'b', shut)],
      { kind: 'soon', afterMs: 1000, graceMs: 5000 },
    ],
    [
      'its last look was in an environment that was refused: a held one would be answered at once',
      calm,
      [says('db1', 'b', shut), wordOf('db1', 'b', { isKept: true })],
      { kind: 'soon', afterMs: 500, graceMs: 5000 },
    ],
    ['a plan: none is held', planPace, [], { kind: 'soon', afterMs: 500, graceMs: 250 }],
    [
      'the first vantage has begun to suspect a node since it looked',
      watchful,
      [says('db1', 'a', refused, 1, 0), seenAgo('db1', 'b', 700)],
      { kind: 'soon', afterMs: 0, graceMs: 250 },
    ],
    [
      'it has looked since, and the node answers',
      watchful,
      [says('db1', 'a', refused, 3, 500), seenAgo('db1', 'b', 200)],
      { kind: 'soon', afterMs: 1000, graceMs: 250 },
    ],
    ['the standby’s report is awaited', awaits, [], { kind: 'close-up', forMs: 1000, witnessMs: 1500 }],
    [
      'it suspects something itself, though the pair is calm',
      calm,
      [says('db1', 'b', refused, 1, 0)],
      { kind: 'soon', afterMs: 250, graceMs: 250 },
    ],
    [
      'it suspects something itself, and a report is awaited',
      awaits,
      [says('db2', 'b', unanswered, 1, 0)],
      { kind: 'soon', afterMs: 500, graceMs: 250 },
    ],
    [
      'it has seen nothing yet',
      calm,
      [says('db1', 'b', refused), unheardOf('db1'), unheardOf('db2')],
      { kind: 'now' },
    ],
    [
      'it is blind',
      calm,
      [unheardOf('db1'), unheardOf('db2'), blind],
      { kind: 'soon', afterMs: 500, graceMs: 250 },
    ],
  ])('%s', (_, pace, changes, order) => {
    expect(ordered(pace, ...changes)).toEqual(order);
  });

  test.each(restless)('no rest: %s', (_, ...changes) => {
    expect(ordered(calm, ...changes)).not.toMatchObject({ kind: 'rest' });
  });

  test('the first vantage never rests, and nobody does where a held look is longer', () => {
    const { evidence, pair } = changed(steady, ...both);
    expect(looksOf(before, evidence, calm, pair).a).toEqual({ kind: 'held', forMs: 5000 });
    const long = { ...pair, settings: { ...pair.settings, holdMs: 15_000 } };
    expect(looksOf(before, evidence, calm, long).b).toEqual({ kind: 'held', forMs: 15_000 });
  });

  test('the same orders are the same object', () => {
    const { evidence, pair } = changed(steady, ...both);
    const looks = looksOf(before, evidence, calm, pair);
    expect(looksOf(looks, evidence, calm, pair)).toBe(looks);
  });
});
