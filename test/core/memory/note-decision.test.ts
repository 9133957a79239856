import { describe, expect, it, test } from 'vitest';
import type { EventCode } from '../../../lib/core/alert/events.ts';
import { decide } from '../../../lib/core/decision/decision.ts';
import type { Durations } from '../../../lib/core/decision/situation.ts';
import { noDurations } from '../../../lib/core/decision/situation.ts';
import type { Memory } from '../../../lib/core/memory/memory.ts';
import { noteDecision } from '../../../lib/core/memory/note-decision.ts';
import type { Readiness } from '../../../lib/core/standby/readiness.ts';
import {
  answers1,
  answers2,
  type Change,
  evidence,
  full,
  hears2,
  holder,
  inFlight,
  instance,
  lockedOut,
  memory,
  misconfigured,
  NOW_MS,
  noRoom,
  position,
  refused,
  rememberedUnfit,
  seen,
  standby,
  steady,
  UUID1,
  UUID2,
  UUID3,
  unanswered,
  unheardOf,
  vipAt,
} from '../world.ts';

/** What is remembered of this, after a decision on it. */
function left(changes: readonly Change[], durations: Partial<Durations> = {}): Memory {
  const situation = seen(steady, ...changes);
  return noteDecision(
    situation.memory,
    decide(situation),
    situation,
    { ...noDurations, ...durations },
    'cccc0001',
  );
}

const readOnly1 = holder(answers1({ writable: false }));
const openStandby2 = standby(answers2({ writable: true }));
const awayVip = evidence(({ wrong }) => ({ wrong: wrong && { ...wrong, isVipAway: true } }));
const lagging = standby(hears2({ lagSeconds: null }));
const refusedBySource = standby(
  hears2({ io: 'connecting', lagSeconds: null, ioError: { errno: 1045, message: 'Access denied' } }),
);
const away = standby(hears2({ io: 'connecting', lagSeconds: null, heardAgoMs: 4000 }));
const unreadyFor = (forMs: number) => ({
  unreadySinceMs: NOW_MS - forMs,
  brokenSinceMs: NOW_MS - forMs,
});
const ready = (changes: Partial<Readiness>): Change =>
  memory({ readiness: { node: 'db2', fit: true, reasons: [], atMs: NOW_MS - 1000, ...changes } });
const incident = memory({
  incident: { id: '41c', openedAtMs: NOW_MS - 90_000, row: 'D23', told: ['standby-unfit'] },
});
const codes = ({ outbox }: Memory) => outbox.map(({ code }) => code);

it('is the same object when there is nothing worth saving: a steady pair costs no writes', () => {
  const situation = seen(steady);
  expect(noteDecision(situation.memory, decide(situation), situation, noDurations, 'x')).toBe(
    situation.memory,
  );
});

describe('who holds', () => {
  test.each<[what: string, changes: readonly Change[], lastHolder: string | null]>([
    ['as EC2 says', [vipAt({ kind: 'node', node: 'db2' })], 'db2'],
    ['first seen', [memory({ lastHolder: null })], 'db1'],
    ['not while a plan moves it', [vipAt({ kind: 'node', node: 'db2' }), inFlight], 'db1'],
    ['not while it is unheld', [vipAt({ kind: 'nowhere' }), memory({ lastHolder: 'db2' })], 'db2'],
  ])('%s', (_, changes, lastHolder) => {
    expect(left(changes).lastHolder).toBe(lastHolder);
  });
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

describe('a decision to stay opens an incident and pages, once', () => {
  const lost = [holder(refused), away, rememberedUnfit('it lags by 300 s')];
  const once = left(lost);

  it('with what happened and that nothing was moved', () => {
    const row = 'holder-lost-standby-unfit';
    expect(once.incident).toMatchObject({ id: 'cccc0001', openedAtMs: NOW_MS, row, told: ['holder-lost'] });
    expect(once.outbox).toMatchObject([
      { code: 'holder-lost', done: 'Nothing was moved.', seen: expect.stringContaining(`Rule: ${row}.`) },
    ]);
    expect(
      left([...lost, memory({ incident: once.incident, outbox: once.outbox, reports: once.reports })]).outbox,
    ).toHaveLength(1);
  });

  it('with the command and its price where a person must choose', () => {
    expect(once.outbox[0]?.commands).toContain(
      'failover {pair} --to {standby} --force --accept-loss --why "{holder} is lost"',
    );
    expect(once.outbox[0]?.todo).toContain('all that db2 has not received (it lags by 300 s)');
  });

  test.each<[what: string, change: Change, price: string]>([
    ['ready, but no room', noRoom('db2'), '(it could take over before the loss)'],
    ['never seen', memory({ readiness: null }), '(its state before the loss is unknown)'],
    ['seen in the other role', ready({ node: 'db1' }), '(its state before the loss is unknown)'],
  ])('whose price is told as it is known: %s', (_, change, price) => {
    expect(left([holder(refused), away, change]).outbox[0]?.todo).toContain(price);
  });
});

describe('a standby that was opened by hand while the holder lives and does not serve', () => {
  const codesOf = (...changes: Change[]) => left([openStandby2, ...changes]).outbox.map(({ code }) => code);

  it('is alerted beside what is alerted of the holder', () => {
    expect(codesOf(holder(lockedOut))).toEqual(['locked-out', 'writability-changed']);
    expect(codesOf(holder(refused))).toEqual(['blind', 'writability-changed']);
  });

  it('not where the holder is dead: nobody takes writes but this one', () => {
    const dead = [holder(unanswered), instance('db1', 'stopped'), rememberedUnfit('it lags by 300 s')];
    expect(codesOf(...dead)).toEqual(['holder-lost']);
  });

  it('nor where a restart has opened it', () => {
    const restarted = standby(answers2({ writable: true, uptimeSeconds: 5 }));
    expect(left([holder(lockedOut), restarted]).outbox.map(({ code }) => code)).toEqual(['locked-out']);
  });
});

describe('the all-clear', () => {
  test.each<[what: string, changes: readonly Change[], steadyForMs: number, told: readonly string[]]>([
    ['steady for 3 s', [incident], 3000, ['all-clear']],
    ['steady for a moment', [incident], 2999, []],
    ['no incident to close', [], 60_000, []],
    ['not steady', [incident, unheardOf('db2')], 60_000, []],
  ])('%s', (_, changes, steadyForMs, told) => {
    const memory = left(changes, { steadySinceMs: NOW_MS - steadyForMs });
    expect(codes(memory)).toEqual(told);
    if (told.length > 0) expect(memory.incident).toBeNull();
  });

  it('waits for a standby that was unfit again and again; what is tried once an incident may be tried anew', () => {
    const flapping = { sinceMs: 1, overSinceMs: NOW_MS - 5000, times: 1, heldBack: 0 };
    const toldAtMs = [NOW_MS - 60_000, NOW_MS - 30_000];
    const told: readonly EventCode[] = ['standby-unfit', 'repaired', 'switchover-undone', 'plan-incomplete'];
    const open = memory({
      incident: {
        id: '41c',
        row: 'standby-unfit',
        openedAtMs: NOW_MS - 90_000,
        told,
      },
      reports: { 'standby-unfit': { ...flapping, toldAtMs } },
    });
    expect(left([open], { steadySinceMs: 0 }).incident?.told).toEqual(['standby-unfit']);
    expect(left([open], { steadySinceMs: NOW_MS }).incident?.told).toEqual(told);
  });

  it('goes out also where all that was told may be tried anew', () => {
    const open = { id: '41c', row: 'holder-stopping', openedAtMs: NOW_MS - 90_000, alerts: 1 };
    const closed = left([memory({ incident: { ...open, told: [] } })], { steadySinceMs: 0 });
    expect([codes(closed), closed.incident]).toEqual([['all-clear'], null]);
    const untold = left([memory({ incident: { ...open, alerts: 0, told: [] } })], { steadySinceMs: 0 });
    expect([codes(untold), untold.incident]).toEqual([[], null]);
  });

  it('ends what a failover has said beforehand: it is alerted when it comes anew', () => {
    const said = {
      sinceMs: NOW_MS - 4000,
      overSinceMs: NOW_MS + 26_000,
      times: 1,
      toldAtMs: [],
      heldBack: 0,
    };
    const announced = memory({ reports: { 'standby-unfit': said } });
    const over = (changes: readonly Change[], steadyForMs: number) =>
      left([announced, ...changes], { steadySinceMs: NOW_MS - steadyForMs }).reports['standby-unfit']
        ?.overSinceMs;
    expect([over([incident], 3000), over([incident], 2999)]).toEqual([NOW_MS, NOW_MS + 26_000]);
  });

  it('is told in the incident that it closes, with how long it was', () => {
    expect(left([incident], { steadySinceMs: 0 }).outbox).toMatchObject([
      { incident: '41c', headline: 'all clear after 90 s, db1 holds the VIP' },
    ]);
  });
});

describe('what ends by itself', () => {
  const pause = (untilMs: number) => memory({ pause: { untilMs, by: 'eva', why: 'kernel' } });

  it('a pause, and says so', () => {
    expect(left([pause(NOW_MS + 1)]).pause).not.toBeNull();
    const over = left([pause(NOW_MS)]);
    expect([over.pause, codes(over)]).toEqual([null, ['resumed']]);
    expect(over.outbox[0]?.happened).toBe('The pause by eva (kernel) is over.');
  });

  it('the memory of a failover, after an hour', () => {
    const recent = NOW_MS - 3_599_999;
    expect(left([memory({ failoversAtMs: [NOW_MS - 3_600_000, recent] })]).failoversAtMs).toEqual([recent]);
  });
});

describe('the old holder is back: its loss is counted exactly', () => {
  const loss = {
    old: 'db2',
    lastSeen: position(`${UUID2}:1-50`),
    kept: position(`${UUID2}:1-48,${UUID1}:1-90`),
    keptBy: UUID1,
    atMs: NOW_MS - 9000,
  };
  const holding = holder(answers1({ executed: position(`${UUID2}:1-50,${UUID1}:1-99`) }));
  const back = standby(answers2({ executed: position(`${UUID2}:1-53,${UUID1}:1-100`) }));

  it('nothing, where replication has brought it over since', () => {
    const has = standby(answers2({ executed: position(`${UUID2}:1-50,${UUID1}:1-100`) }));
    expect(left([memory({ loss }), holding, has, rememberedUnfit('x')]).outbox[0]).toMatchObject({
      code: 'loss-counted',
      happened: 'db2 is back. Nothing is missing: db1 has every transaction that db2 has.',
    });
  });

  it('told once, without what the new holder wrote since', () => {
    const counted = left([memory({ loss }), holding, back, rememberedUnfit('x')]);
    expect(counted.loss).toBeNull();
    expect(counted.outbox[0]).toMatchObject({
      code: 'loss-counted',
      happened: `db2 is back. Missing on db1 now: 3 transactions: ${UUID2}:51-53.`,
    });
  });

  test.each<[what: string, changes: readonly Change[]]>([
    ['it does not answer yet', [standby(refused)]],
    ['a plan is in flight', [back, inFlight]],
    ['it holds the VIP again', [back, vipAt({ kind: 'node', node: 'db2' })]],
  ])('not while %s', (_, changes) => {
    expect(left([memory({ loss }), ...changes]).loss).toEqual(loss);
  });
});

describe('where the ids are wrong', () => {
  const fresh = memory({ lastHolder: null, identities: {}, readiness: null, settled: {} });

  it('nothing that is seen of the nodes is remembered', () => {
    const { outbox, incident: open, reports, ...rest } = left([fresh, misconfigured(3)]);
    expect([codes({ outbox } as Memory), open?.row]).toEqual([['misconfigured'], 'misconfigured']);
    expect(Object.keys(reports)).toEqual(['misconfigured']);
    const before = seen(steady, fresh).memory;
    expect({ ...before, ...rest }).toEqual(before);
  });

  it('nor where the holder is known from before: whether the standby is ready is not seen', () => {
    const unready = memory({ readiness: null });
    expect(left([unready]).readiness).toMatchObject({ fit: true });
    expect(left([unready, misconfigured(3)]).readiness).toBeNull();
  });

  it('a single look that says so leaves nothing', () => {
    const situation = seen(steady, fresh, misconfigured(1));
    expect(left([fresh, misconfigured(1)])).toEqual(situation.memory);
  });

  it.each<[what: string, changes: readonly Change[], served: boolean]>([
    ['the node that is taken for the standby takes writes', [readOnly1, openStandby2], true],
    ['the node that is taken for the holder does', [], true],
    ['neither does', [readOnly1], false],
    ['the VIP is on no ENI', [awayVip], false],
  ])('clients are served as far as is known: %s', (_, changes, served) => {
    expect(seen(steady, misconfigured(3), ...changes).isServed).toBe(served);
  });
});
