/** How long things have been so, and when a pair counts as steady. */
import { describe, expect, it, test } from 'vitest';
import { nextDurations, noDurations } from '../../../lib/core/decision/situation.ts';
import { isSteady } from '../../../lib/core/decision/steady.ts';
import {
  answers1,
  answers2,
  backup,
  type Change,
  configured,
  hanging,
  hears1,
  hears2,
  holder,
  NOW_MS,
  position,
  refused,
  rememberedUnfit,
  seen,
  standby,
  steady,
  UUID1,
  UUID3,
  unheardOf,
  vipAt,
  vipBlindFor,
} from '../world.ts';

describe('steady', () => {
  const untouched = configured({ writability: 'untouched' });
  const opened = standby(answers2({ writable: true }));
  test.each<[what: string, changes: readonly Change[], steady: boolean]>([
    ['as it should be', [], true],
    ['two writers', [opened], false],
    ['two writers, as in the old set-up', [untouched, opened], true],
    ['no writer', [holder(answers1({ writable: false }))], false],
    ['the standby unfit', [standby(hears2({ lagSeconds: null }))], false],
    ['the standby unseen', [unheardOf('db2')], false],
    ['the holder fails the check', [holder(hears1({ sql: 'no' }))], false],
    ['the VIP unheld', [vipAt({ kind: 'nowhere' })], false],
    ['EC2 blind', [vipBlindFor(60_000)], false],
    ['the standby half closed', [standby(answers2({ halfClosed: true }))], false],
    ['a commit hangs for 0.9 s', [holder(answers1({ heartbeat: hanging(900) }))], true],
    ['a commit hangs for 1 s', [holder(answers1({ heartbeat: hanging(1000) }))], false],
    [
      'our heartbeat is barred',
      [holder(answers1({ heartbeat: { kind: 'barred', because: 'no table', blocker: null } }))],
      false,
    ],
    [
      'new logins are refused',
      [holder(answers1({ loginRefused: { errno: 1045, message: 'Access denied' } }))],
      false,
    ],
    ['fit, but not for long enough after it was unfit', [rememberedUnfit('it lags')], false],
    ['the standby locked', [standby(answers2({ globalLock: backup }))], false],
    ['the holder in offline mode', [holder(answers1({ offline: true }))], false],
  ])('%s', (_, changes, is) => {
    expect(isSteady(seen(steady, ...changes))).toBe(is);
  });
});

test('what could not be read yet is no illness: a moment out of touch after it is the first one', () => {
  const unread = seen(steady, standby(answers2({ inbound: { kind: 'unread' } })));
  const begun = nextDurations(noDurations, unread);
  expect(begun).toMatchObject({ unreadySinceMs: NOW_MS, brokenSinceMs: null, illAtMs: null });
  const cut = {
    ...seen(steady, standby(hears2({ io: 'connecting', lagSeconds: null }))),
    nowMs: NOW_MS + 2900,
  };
  expect(nextDurations(begun, cut)).toMatchObject({ brokenSinceMs: NOW_MS + 2900 });
});

it.each<[what: string, sourceIdentity: string, isNews: boolean]>([
  ['is what its source sent', UUID1, true],
  ['is not what a stranger sent', UUID3, false],
])('what a standby had received of a holder that is dead %s', (_, sourceIdentity, isNews) => {
  const [before, now] = [position(`${UUID1}:1-90`), position(`${UUID1}:1-95`)];
  const dead = seen(
    steady,
    holder(refused),
    standby(hears2({ io: 'connecting', lagSeconds: null, sourceIdentity, received: now })),
  );
  expect(nextDurations({ ...noDurations, received: before }, dead).received).toEqual(isNews ? now : before);
});

it('counts how long things have been so, each from its own beginning', () => {
  const bad = seen(steady, holder(hears1({ io: 'no' })), standby(hears2({ lagSeconds: null })));
  const begun = nextDurations(noDurations, bad);
  const at = { holderFaultsSinceMs: NOW_MS, unreadySinceMs: NOW_MS, ownFaultsSinceMs: NOW_MS };
  expect(begun).toMatchObject({ ...at, illAtMs: NOW_MS, readySinceMs: null, steadySinceMs: null });
  const later = nextDurations(begun, { ...bad, nowMs: NOW_MS + 700 });
  expect(later).toEqual({
    ...begun,
    illAtMs: NOW_MS + 700,
    judgedAtMs: NOW_MS + 700,
    asked: { node: 'db2', atMs: NOW_MS + 700 },
  });
  const mended = nextDurations(later, { ...seen(steady), nowMs: NOW_MS + 900 });
  const well = { holderFaultsSinceMs: null, ownFaultsSinceMs: null, steadySinceMs: NOW_MS + 900 };
  // A lucky moment does not end what the standby said of itself.
  expect(mended).toMatchObject({ ...well, unreadySinceMs: NOW_MS, readySinceMs: NOW_MS + 900 });
  // Nor does it count as illness.
  expect(mended.brokenSinceMs).toBe(NOW_MS + 200);
  const over = nextDurations(mended, { ...seen(steady), nowMs: NOW_MS + 3700 });
  expect(over).toMatchObject({ ...well, unreadySinceMs: null, illAtMs: null, readySinceMs: NOW_MS + 900 });
});
it('does not count a standby as unready once the holder is dead', () => {
  const lost = seen(steady, holder(refused), standby(hears2({ sql: 'no', io: 'connecting' })));
  expect(nextDurations(noDurations, lost).unreadySinceMs).toBeNull();
});
