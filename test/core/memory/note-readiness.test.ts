/** Whether the standby is ready, as a decision leaves it in the memory. */
import { describe, expect, it, test } from 'vitest';
import type { Durations } from '../../../lib/core/decision/situation.ts';
import {
  answers2,
  type Change,
  full,
  hears2,
  holder,
  lockedOut,
  memory,
  NOW_MS,
  refused,
  rememberedUnfit,
  standby,
  UUID3,
  unanswered,
  vipAt,
} from '../world.ts';
import { left, ready } from './left.ts';

const lagging = standby(hears2({ lagSeconds: null }));
const unread = standby(answers2({ inbound: { kind: 'unread' } }));
const refusedBySource = standby(
  hears2({ io: 'connecting', lagSeconds: null, ioError: { errno: 1045, message: 'Access denied' } }),
);
const unreadyFor = (forMs: number) => ({
  unreadySinceMs: NOW_MS - forMs,
  brokenSinceMs: NOW_MS - forMs,
});

describe('whether the standby is ready', () => {
  test.each<
    [
      what: string,
      changes: readonly Change[],
      durations: Partial<Durations>,
      fit: boolean | null,
      atMs: number,
    ]
  >([
    ['fit, as before', [], {}, true, NOW_MS - 1000],
    ['fit, as a minute ago: written again', [ready({ atMs: NOW_MS - 60_000 })], {}, true, NOW_MS],
    [
      'fit, 3 s after it was not',
      [rememberedUnfit('it lagged')],
      { readySinceMs: NOW_MS - 3000 },
      true,
      NOW_MS,
    ],
    [
      'fit for a moment, after it was not',
      [rememberedUnfit('it lagged')],
      { readySinceMs: NOW_MS - 2999 },
      false,
      NOW_MS - 1000,
    ],
    [
      'fit as a minute ago, and ill now and then',
      [ready({ atMs: NOW_MS - 60_000 })],
      unreadyFor(1000),
      true,
      NOW_MS - 60_000,
    ],
    ['its source refuses it: at once', [refusedBySource], unreadyFor(0), false, NOW_MS],
    [
      'it follows a stranger: a moment says nothing',
      [standby(hears2({ sourceIdentity: UUID3 }))],
      unreadyFor(0),
      true,
      NOW_MS - 1000,
    ],
    [
      'it follows a stranger for its time',
      [standby(hears2({ sourceIdentity: UUID3 }))],
      unreadyFor(3000),
      false,
      NOW_MS,
    ],
    ['the holder is full: judged by its own words', [lagging, holder(full)], unreadyFor(3000), false, NOW_MS],
    [
      'the holder refuses us: judged by its own words',
      [lagging, holder(lockedOut)],
      unreadyFor(3000),
      false,
      NOW_MS,
    ],
    [
      'the holder is silent, and heard: judged by its own words',
      [standby(hears2({ sql: 'no' })), holder(unanswered)],
      unreadyFor(3000),
      false,
      NOW_MS,
    ],
    ['fit, seen for the first time', [memory({ readiness: null })], {}, true, NOW_MS],
    ['fit, another was standby', [ready({ node: 'db1' })], {}, true, NOW_MS],
    ['unfit for a moment: so the loss of a holder begins', [lagging], unreadyFor(2999), true, NOW_MS - 1000],
    ['its port refuses: at once', [standby(refused)], unreadyFor(0), false, NOW_MS],
    [
      'silent for a moment: a bad path looks like it',
      [standby(unanswered)],
      unreadyFor(900),
      true,
      NOW_MS - 1000,
    ],
    ['silent for 3 s', [standby(unanswered)], unreadyFor(3000), false, NOW_MS],
    ['unfit for 3 s', [lagging], unreadyFor(3000), false, NOW_MS],
    ['its channel could not be read yet', [unread], unreadyFor(9999), true, NOW_MS - 1000],
    ['its channel could not be read for long', [unread], unreadyFor(10_000), false, NOW_MS],
    [
      'the holder is lost: what was seen before counts',
      [standby(hears2({ io: 'connecting', lagSeconds: null })), holder(refused)],
      unreadyFor(60_000),
      true,
      NOW_MS - 1000,
    ],
    ['the VIP is unheld', [lagging, vipAt({ kind: 'nowhere' })], unreadyFor(60_000), false, NOW_MS],
  ])('%s', (_, changes, durations, fit, atMs) => {
    const { readiness } = left(changes, durations);
    expect([readiness?.fit, readiness?.atMs]).toEqual([fit, atMs]);
  });

  it('keeps the reasons', () => {
    expect(left([lagging], unreadyFor(9000)).readiness?.reasons).toEqual(['its lag is unknown']);
  });
});
