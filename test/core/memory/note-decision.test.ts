/** What a decision leaves in the memory: who holds, an incident and its alerts, what was lost. */
import { describe, expect, it, test } from 'vitest';
import { decide } from '../../../lib/core/decision/decision.ts';
import { noDurations } from '../../../lib/core/decision/situation.ts';
import type { Memory } from '../../../lib/core/memory/memory.ts';
import { noteDecision } from '../../../lib/core/memory/note-decision.ts';
import {
  answers1,
  answers2,
  type Change,
  evidence,
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
  unanswered,
  vipAt,
} from '../world.ts';
import { codes, left, ready } from './left.ts';

const readOnly1 = holder(answers1({ writable: false }));
const openStandby2 = standby(answers2({ writable: true }));
const awayVip = evidence(({ wrong }) => ({ wrong: wrong && { ...wrong, isVipAway: true } }));
const away = standby(hears2({ io: 'connecting', lagSeconds: null, heardAgoMs: 4000 }));

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
