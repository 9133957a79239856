import { describe, expect, it, test } from 'vitest';
import { type SafeguardName, without } from '../../../lib/core/decision/safeguards.ts';
import { nextDurations, noDurations, type Situation } from '../../../lib/core/decision/situation.ts';
import { isSteady } from '../../../lib/core/decision/steady.ts';
import {
  answers1,
  answers2,
  backup,
  blindFor,
  type Change,
  channel,
  configured,
  evidence,
  failingFor,
  full,
  hanging,
  hears1,
  hears2,
  holder,
  hung,
  instance,
  lasting,
  lockedOut,
  memory,
  NOW_MS,
  refused,
  rememberedUnfit,
  seen,
  standby,
  steady,
  UUID3,
  unanswered,
  unheardOf,
  vipAt,
  vipBlindFor,
} from '../world.ts';

const off =
  (name: SafeguardName): Change =>
  (world) => ({ ...world, safeguards: without(name) });

/** This node answers through the VIP, for so many looks. */
const through = (node: string, looks = 1): Change =>
  evidence(() => {
    const place = { kind: 'node', node } as const;
    return { through: { said: place, looks, atMs: NOW_MS, node: { place, looks } } };
  });
const nobody = evidence(() => ({
  through: { said: { kind: 'nobody' }, looks: 1, atMs: NOW_MS, node: null },
}));

test.each<[what: string, changes: readonly Change[], isAway: boolean]>([
  ['EC2 does not answer, and nobody does through it', [vipBlindFor(1000), nobody], true],
  ['EC2 answers, and nobody does through it', [nobody], false],
  ['EC2 does not answer, and the holder does through it', [vipBlindFor(1000), through('db1')], false],
  ['EC2 says so', [vipAt({ kind: 'nowhere' })], true],
])('whether the VIP is away: %s', (_, changes, isAway) => {
  expect(seen(steady, ...changes).isVipAway).toBe(isAway);
});

describe('who is the holder', () => {
  test.each<[what: string, changes: readonly Change[], name: string]>([
    ['as EC2 says', [vipAt({ kind: 'node', node: 'db2' })], 'db2'],
    ['nowhere: the last one', [vipAt({ kind: 'nowhere' }), memory({ lastHolder: 'db2' })], 'db2'],
    [
      'nowhere, none before: the preferred',
      [configured({ prefer: 'db2' }), vipAt({ kind: 'nowhere' }), memory({ lastHolder: null })],
      'db2',
    ],
    [
      'nowhere, none before, none preferred: the first',
      [vipAt({ kind: 'nowhere' }), memory({ lastHolder: null })],
      'db1',
    ],
    ['prefer does not outweigh EC2', [configured({ prefer: 'db2' })], 'db1'],
    [
      'prefer does not outweigh the last holder',
      [configured({ prefer: 'db2' }), vipAt({ kind: 'nowhere' })],
      'db1',
    ],
  ])('%s', (_, changes, name) => {
    const { holder, standby } = seen(steady, ...changes);
    expect([holder.node, standby.node]).toEqual([name, name === 'db1' ? 'db2' : 'db1']);
  });
});

describe('where the VIP is', () => {
  test.each<[what: string, changes: readonly Change[], vip: Situation['vip'], because: string]>([
    ['on a node', [], 'held', 'on db1'],
    ['where we left it, said once', [vipAt({ kind: 'node', node: 'db1' }, 1)], 'held', 'on db1'],
    ['where we did not leave it, said twice', [vipAt({ kind: 'node', node: 'db2' }, 2)], 'unknown', 'on db2'],
    [
      'where we did not leave it, said three times',
      [vipAt({ kind: 'node', node: 'db2' }, 3)],
      'held',
      'on db2',
    ],
    [
      'anywhere, where nothing is remembered',
      [memory({ lastHolder: null }), vipAt({ kind: 'node', node: 'db2' }, 1)],
      'held',
      'on db2',
    ],
    ['nowhere, said twice', [vipAt({ kind: 'nowhere' }, 2)], 'unknown', 'on no ENI'],
    ['nowhere, said three times', [vipAt({ kind: 'nowhere' }, 3)], 'unheld', 'on no ENI'],
    [
      "on a stranger's ENI, said three times",
      [vipAt({ kind: 'foreign', eniId: 'eni-9' }, 3)],
      'unheld',
      'on eni-9, an ENI of neither node',
    ],
    ["on a stranger's ENI, said once", [vipAt({ kind: 'foreign', eniId: 'eni-9' }, 1)], 'unknown', 'eni-9'],
    ['not asked yet', [evidence(() => ({ vip: null }))], 'unknown', 'EC2 has not answered yet'],
    [
      'on the other one, said ten times, while we get an answer from the holder through it',
      [vipAt({ kind: 'node', node: 'db2' }), through('db1')],
      'held',
      'on db1',
    ],
    [
      'no answer for long, and the holder answers through it',
      [vipBlindFor(60_000), through('db1')],
      'held',
      'on db1',
    ],
    ['the same of the other one, once', [vipBlindFor(60_000), through('db2')], 'unknown', 'on db2'],
    ['the same, three times', [vipBlindFor(60_000), through('db2', 3)], 'held', 'on db2'],
    ['no answer for 15 s: the last word counts', [vipBlindFor(15_000)], 'held', 'on db1'],
    ['no answer for longer', [vipBlindFor(15_001)], 'blind', 'RequestLimitExceeded'],
    [
      'never an answer, for 4 s',
      [vipBlindFor(4000), evidence(() => ({ vip: null }))],
      'unknown',
      'RequestLimitExceeded',
    ],
    [
      'never an answer, for 5 s',
      [vipBlindFor(5000), evidence(() => ({ vip: null }))],
      'blind',
      'RequestLimitExceeded',
    ],
  ])('%s', (_, changes, vip, because) => {
    const situation = seen(steady, ...changes);
    expect(situation.vip).toBe(vip);
    expect(situation.vipBecause).toContain(because);
  });
});

describe('the witness: whether the standby still hears the holder', () => {
  test.each<[what: string, changes: readonly Change[], witness: Situation['witness']]>([
    ['heard just now', [standby(hears2({ heardAgoMs: 0 }))], 'hears'],
    ['heard 1.4 s ago', [standby(hears2({ heardAgoMs: 1499 }))], 'hears'],
    ['heard 1.5 s ago', [standby(hears2({ heardAgoMs: 1500 }))], 'does-not-hear'],
    [
      'heard 1 s ago, and only mysqld is silent',
      [holder(hung), standby(hears2({ heardAgoMs: 1000 }))],
      'does-not-hear',
    ],
    [
      'heard 0.9 s ago, and only mysqld is silent',
      [holder(hung), standby(hears2({ heardAgoMs: 999 }))],
      'hears',
    ],
    ['not read yet', [standby(hears2({ io: 'connecting', heardAgoMs: null }))], 'unknown'],
    ['connecting', [standby(hears2({ io: 'connecting', heardAgoMs: 0 }))], 'does-not-hear'],
    [
      'IO thread No: stopped by a command or by its own error',
      [standby(hears2({ io: 'no', heardAgoMs: 0 }))],
      'unknown',
    ],
    [
      'refused by its source',
      [standby(hears2({ io: 'connecting', ioError: { errno: 1045, message: 'Access denied' } }))],
      'turned-away',
    ],
    [
      'cannot reach its source',
      [standby(hears2({ io: 'connecting', ioError: { errno: 2003, message: "Can't connect" } }))],
      'does-not-hear',
    ],
    [
      'restarted since it last heard',
      [standby(answers2({ uptimeSeconds: 3, inbound: channel({ io: 'connecting', heardAgoMs: 3000 }) }))],
      'not-yet',
    ],
    [
      'restarted, and has tried to connect since, in vain',
      [
        standby(answers2({ uptimeSeconds: 13, inbound: channel({ io: 'connecting', heardAgoMs: 13_000 }) })),
        lasting({ asked: { node: 'db2', atMs: NOW_MS - 500 } }),
      ],
      'does-not-hear',
    ],
    [
      'restarted, and has heard since',
      [standby(answers2({ uptimeSeconds: 3, inbound: channel({ io: 'connecting', heardAgoMs: 2000 }) }))],
      'does-not-hear',
    ],
    ['following a stranger', [standby(hears2({ heardAgoMs: 0, sourceIdentity: UUID3 }))], 'unknown'],
    ['no replication', [standby(answers2({ inbound: { kind: 'unconfigured' } }))], 'unknown'],
    ['the witness does not answer us', [standby(unanswered)], 'unasked'],
    ['the witness refuses our login', [standby(lockedOut)], 'unasked'],
    ['the witness has no room for us', [standby(full)], 'unasked'],
    ['the witness is stopped', [standby(refused)], 'unasked'],
    [
      'the witness has no room for us, and answers on the connection that we kept',
      [
        standby(
          answers2({ loginRefused: { errno: 1040, message: 'full' }, inbound: channel({ heardAgoMs: 0 }) }),
        ),
      ],
      'hears',
    ],
    ['safeguard out', [standby(hears2({ heardAgoMs: 0 })), off('witness')], 'does-not-hear'],
    [
      'a setting of its own',
      [configured({ settings: { witnessMs: 200 } }), standby(hears2({ heardAgoMs: 300 }))],
      'does-not-hear',
    ],
  ])('%s', (_, changes, witness) => {
    expect(seen(steady, holder(unanswered), ...changes).witness).toBe(witness);
  });
});

describe('whether a holder lives that does not answer us', () => {
  test.each<[what: string, changes: readonly Change[], life: Situation['life']]>([
    ['silent, and nobody hears it', [holder(unanswered), standby(hears2({ io: 'connecting' }))], 'dead'],
    ['silent, and the standby has no room for us', [holder(unanswered), standby(full)], 'unsure'],
    ['silent, and the standby refuses our login', [holder(unanswered), standby(lockedOut)], 'unsure'],
    ['silent, and the standby is stopped', [holder(unanswered), standby(refused)], 'unsure'],
    ['its port refuses us, and the standby has no room for us', [holder(refused), standby(full)], 'unsure'],
    ['its port refuses us, and so does that of the standby', [holder(refused), standby(refused)], 'unsure'],
    [
      'EC2 reports that it has stopped, and the standby has no room for us',
      [holder(unanswered), standby(full), instance('db1', 'stopped')],
      'dead',
    ],
  ])('%s', (_, changes, life) => {
    expect(seen(steady, ...changes).life).toBe(life);
  });

  const cannotSay = [holder(unanswered), standby(hears2({ io: 'no', heardAgoMs: 30_000 }))];
  const untoldFor = (forMs: number) => lasting({ untoldSinceMs: NOW_MS - forMs });
  test.each<[what: string, changes: readonly Change[], life: Situation['life']]>([
    ['it was not proven dead', [], 'lives'],
    ['it was proven dead', [memory({ lostAtMs: NOW_MS - 30_000 })], 'unsure'],
    ['for less than 8 s since', [memory({ lostAtMs: NOW_MS - 30_000 }), untoldFor(7999)], 'unsure'],
    ['for 8 s since', [memory({ lostAtMs: NOW_MS - 30_000 }), untoldFor(8000)], 'lives'],
  ])('the channel of the standby is stopped, so it cannot say: %s', (_, changes, life) => {
    expect(seen(steady, ...cannotSay, ...changes).life).toBe(life);
  });

  it('counts since when the standby cannot say of one that was proven dead', () => {
    const dead = memory({ lostAtMs: NOW_MS - 30_000 });
    const since = (...changes: readonly Change[]) =>
      nextDurations(noDurations, seen(steady, ...cannotSay, ...changes)).untoldSinceMs;
    expect([since(dead), since(), since(dead, standby(hears2({ io: 'connecting' })))]).toEqual([
      NOW_MS,
      null,
      null,
    ]);
  });
});

describe('the flap guard', () => {
  const minutes = (count: number) => NOW_MS - count * 60_000;
  test.each<[what: string, failoversAtMs: readonly number[], guard: string | null]>([
    ['none', [], null],
    ['one, a minute ago', [minutes(1)], null],
    [
      'one, 29 s ago',
      [NOW_MS - 29_000],
      'the last automatic failover was 29 s ago (at least 30 s must be between two)',
    ],
    ['one, 30 s ago', [NOW_MS - 30_000], null],
    ['two within the hour', [minutes(40), minutes(20)], null],
    [
      'three within the hour',
      [minutes(59), minutes(40), minutes(20)],
      '3 automatic failovers in the last hour (limit 3)',
    ],
    ['three, one of them an hour ago', [minutes(60), minutes(40), minutes(20)], null],
  ])('%s', (_, failoversAtMs, guard) => {
    expect(seen(steady, memory({ failoversAtMs })).flapGuard).toBe(guard);
    expect(seen(steady, memory({ failoversAtMs }), off('flapGuard')).flapGuard).toBeNull();
  });
});

describe('the pause', () => {
  test.each<[what: string, untilMs: number, changes: readonly Change[], paused: boolean]>([
    ['on', NOW_MS + 1, [], true],
    ['over now', NOW_MS, [], false],
    ['over long ago', NOW_MS - 60_000, [], false],
    ['safeguard out', NOW_MS + 1, [off('pause')], false],
  ])('%s', (_, untilMs, changes, paused) => {
    const pause = { untilMs, by: 'eva', why: 'kernel' };
    expect(seen(steady, memory({ pause }), ...changes).paused).toBe(paused);
  });
});

describe('blindness', () => {
  const bothSilent = [holder(unanswered), standby(unanswered)] as const;
  test.each<[what: string, changes: readonly Change[], blind: string | null]>([
    ['all is seen', [], null],
    ['every vantage blind for 4.9 s', [blindFor(4900)], null],
    [
      'every vantage blind for 5 s',
      [blindFor(5000)],
      'no vantage can see the pair: a: the function timed out',
    ],
    [
      'one of two vantages blind',
      [evidence(() => ({ vantages: 2, blind: { b: { because: 'x', sinceMs: 0 } } }))],
      null,
    ],
    ['both silent while EC2 says that they run', [...bothSilent], 'both nodes stopped answering'],
    ['both silent, one not yet confirmed', [holder(unanswered), standby(unanswered, 2, 600)], null],
    ['both silent, EC2: holder stopped', [...bothSilent, instance('db1', 'stopped')], null],
    ['both silent, EC2: standby stopped', [...bothSilent, instance('db2', 'stopped')], null],
    ['one silent, one refuses', [holder(unanswered), standby(refused)], null],
    ['both refuse', [holder(refused), standby(refused)], null],
    ['safeguard out', [...bothSilent, off('blindRule')], null],
  ])('%s', (_, changes, blind) => {
    const found = seen(steady, ...changes).blind;
    if (blind === null) expect(found).toBeNull();
    else expect(found).toContain(blind);
  });
});

describe('the check on both nodes', () => {
  const broken = { io: 'no' } as const;
  test.each<[what: string, changes: readonly Change[], faults: number, confirmed: boolean, passes: boolean]>([
    ['both pass', [], 0, false, true],
    ['the holder fails, just now', [holder(hears1(broken)), failingFor(0)], 1, false, true],
    ['the holder fails for 9.9 s', [holder(hears1(broken)), failingFor(9999)], 1, false, true],
    ['the holder fails for 10 s', [holder(hears1(broken)), failingFor(10_000)], 1, true, true],
    ['the holder failed for 10 s, and passes now', [failingFor(10_000)], 0, false, true],
    ['the standby fails', [standby(hears2(broken))], 0, false, false],
    ['the standby does not answer', [standby(refused)], 0, false, false],
    ['the standby cannot connect: no fault', [standby(hears2({ io: 'connecting' }))], 0, false, true],
    ['the holder does not answer', [holder(refused)], 0, false, true],
  ])('%s', (_, changes, faults, confirmed, passes) => {
    const { holderFaults, holderFaultsConfirmed, standbyPasses } = seen(steady, ...changes);
    expect([holderFaults.length, holderFaultsConfirmed, standbyPasses]).toEqual([faults, confirmed, passes]);
  });
});

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
