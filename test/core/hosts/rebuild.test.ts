import { describe, expect, it, test } from 'vitest';
import { renderRefusal } from '../../../lib/core/fault.ts';
import { nextStep } from '../../../lib/core/hosts/host-work.ts';
import { type RebuildFacts, rebuildGoals } from '../../../lib/core/hosts/rebuild.ts';
import { parseSeedFacts } from '../../../lib/core/hosts/seed.ts';
import { decideOrder } from '../../../lib/core/operator/decide-order.ts';
import { planFor } from '../../../lib/core/operator/move-orders.ts';
import type { Order } from '../../../lib/core/operator/order.ts';
import { parseRequest } from '../../../lib/core/operator/request.ts';
import type { HostFacts } from '../../../lib/core/setup/facts.ts';
import type { Lack } from '../../../lib/core/standby/divergence.ts';
import { hostWith } from '../setup/facts.ts';
import {
  answers2,
  type Change,
  hears1,
  hears2,
  holder,
  memory,
  NOW_MS,
  refused,
  seen,
  standby,
  steady,
  UUID1,
  UUID2,
  unanswered,
  vipAt,
} from '../world.ts';

const aside = { node: 'db2', run: 'r1', by: 'eva', why: 'rebuild: it is back', atMs: NOW_MS - 60_000 };
const cannotBeSent = { errno: 1236, message: 'could not find next log' };
const isAside = memory({ aside });
const own: Lack = {
  has: 'db2',
  lacks: 'db1',
  counted: null,
  unread: 'nobody read it',
  extent: { kind: 'set', set: `${UUID2}:7-9`, count: 3, isExact: true },
};
const copied = { ...parseSeedFacts('phase=copied\nkept=/k\nhash=2A'), door: 'closed' } as const;

function factsOf(changes: Partial<RebuildFacts> = {}, ...world: readonly Change[]): RebuildFacts {
  const situation = seen(steady, ...world);
  return {
    situation,
    aside: situation.memory.aside,
    lack: null,
    seed: null,
    isOver: false,
    hosts: null,
    seeding: { from: 'db1', to: 'db2', method: 'dump', run: 'r1' },
    ...changes,
  };
}

function next(facts: RebuildFacts, terms = { node: 'db2', acceptLoss: false }): string {
  const step = nextStep(rebuildGoals(terms, facts));
  if (step.kind === 'refused') return renderRefusal(step.refusal);
  return step.kind === 'done' ? 'done' : step.goal.name;
}

describe('the steps of a rebuild', () => {
  test.each<[what: string, facts: RebuildFacts, step: string]>([
    ['nothing has begun', factsOf(), 'set-aside'],
    ['it is set aside', factsOf({}, isAside), 'own-history-kept'],
    [
      'it is copied, and does not replicate yet',
      factsOf({ seed: copied }, isAside, standby(hears2({ io: 'no' }))),
      'follows',
    ],
    [
      'it has not applied all yet',
      factsOf({ seed: copied }, isAside, standby(hears2({ caughtUp: false }))),
      'follows',
    ],
    [
      'its new binary log has ended the channel into the holder: it can take over all the same',
      factsOf({ seed: copied }, isAside, holder(hears1({ io: 'no', ioError: cannotBeSent }))),
      'reinstated',
    ],
    [
      'only that is left',
      factsOf({ isOver: true }, holder(hears1({ io: 'no', ioError: cannotBeSent }))),
      'followed',
    ],
    [
      'somebody had stopped the channel into the holder',
      factsOf({ isOver: true }, holder(hears1({ io: 'no' }))),
      'done',
    ],
    [
      'a failover had detached it',
      factsOf(
        { isOver: true },
        memory({ detached: { node: 'db1', from: 'db2', atMs: NOW_MS, missing: '' } }),
        holder(hears1({ io: 'no', ioError: cannotBeSent })),
      ),
      'done',
    ],
    ['it follows, and has caught up', factsOf({ seed: copied }, isAside), 'reinstated'],
    ['all is done', factsOf({ isOver: true }), 'done'],
  ])('%s → %s', (_, facts, step) => {
    expect(next(facts)).toBe(step);
  });

  it('is refused before anything is done where there is no room, or root reaches another server', () => {
    const disk = (roomKb: number) => ({ disk: { dataKb: 1_000_000, roomKb, logsKb: 0, keptKb: 500_000 } });
    const hosts = (db2: Partial<HostFacts>) => ({
      db1: hostWith('9.7.1', disk(0)),
      db2: hostWith('9.7.1', { ...disk(2_000_000), ...db2 }),
    });
    expect(next(factsOf({ hosts: hosts({}) }))).toBe('set-aside');
    expect(next(factsOf({ hosts: hosts(disk(1_000_000)) }))).toMatch(/^got room for 977 MB .* of db2/);
    expect(next(factsOf({ hosts: hosts({ port: 3307 }) }))).toMatch(/^got a server at port 3307/);
  });

  describe('a node whose server does not answer', () => {
    const unknown: Lack = { ...own, extent: { kind: 'unknown', because: 'one of the two does not answer' } };
    const hosts = (db2: Partial<HostFacts>) => ({
      db1: hostWith('9.7.1'),
      db2: hostWith('', { because: "Can't connect", ...db2 }),
    });
    const silent = standby(refused);
    test.each<[what: string, db2: Partial<HostFacts>, step: string | RegExp]>([
      ['is started, before it is asked what it has of its own', { server: 'down' }, 'server'],
      ['is left alone where its unit is active', { server: 'unreached' }, /crash recovery/],
      ['is not asked by a root that is not let in', { server: 'denied' }, /root's password/],
      ['must say then that nothing is lost', { server: 'up', version: '9.7.1' }, /--accept-loss/],
    ])('%s', (_, db2, step) => {
      expect(next(factsOf({ hosts: hosts(db2), lack: unknown }, silent))).toMatch(step);
    });

    it('is started in the middle of the work too, and never beside a holder that is gone', () => {
      const down = { hosts: hosts({ server: 'down' }) };
      expect(next(factsOf({ ...down, seed: copied }, isAside, silent))).toBe('server');
      expect(next(factsOf(down, silent, holder(refused)))).toContain('want a holder that serves');
    });
  });

  it('what it has of its own must be accepted, and is named', () => {
    expect(next(factsOf({ lack: own }))).toMatch(
      /^got db2 has 3 transactions that db1 lacks: 2{8}.*--accept-loss/,
    );
    expect(next(factsOf({ lack: own }), { node: 'db2', acceptLoss: true })).toBe('set-aside');
    expect(next(factsOf({ lack: { ...own, extent: { kind: 'nothing' } } }))).toBe('set-aside');
  });

  test.each<[what: string, node: string, changes: readonly Change[], text: string]>([
    [
      'the holder',
      'db1',
      [],
      'got db1, which holds the VIP; want the other node: the holder is never made anew.',
    ],
    ['a stranger', 'db9', [], 'got node db9; want one of db1, db2.'],
    ['a pair without a VIP', 'db2', [vipAt({ kind: 'nowhere' })], 'want a VIP on the other node.'],
    [
      'a holder that is gone',
      'db2',
      [holder(refused)],
      'got db1, which is stopped; want a holder that serves',
    ],
    [
      'a holder that is silent',
      'db2',
      [holder(unanswered)],
      'got db1, which is silent; want a holder that serves',
    ],
    [
      'a node that takes writes',
      'db2',
      [standby(answers2({ writable: true }))],
      'got db2, which takes writes;',
    ],
    [
      'a second node beside another',
      'db2',
      [memory({ aside: { ...aside, node: 'db1' } })],
      'got db1 set aside already;',
    ],
  ])('%s is refused', (_, node, changes, text) => {
    const terms = { node, acceptLoss: true };
    expect(next(factsOf({}, ...changes), terms)).toContain(text);
    // At every later look as well: the holder may be lost in the middle.
    const later = factsOf({ seed: copied, aside: { ...aside, node } }, ...changes);
    expect(next(later, terms)).toContain(text);
  });
});

function decided(raw: object, ...changes: readonly Change[]) {
  const parsed = parseRequest({ pair: 'orders', by: 'eva', why: 'it is back', run: 'r1', ...raw });
  if (parsed.kind === 'faulty') throw new Error(JSON.stringify(parsed.faults));
  return decideOrder(seen(steady, ...changes), parsed.value as Order, NOW_MS);
}

describe('a node that is set aside', () => {
  const aheadOfAll = standby(answers2({ executed: { gtid: `${UUID1}:1-100`, file: 'b.1', offset: 4 } }));

  it('is noted by order, and its readiness of before counts no more', () => {
    expect(decided({ action: 'set-aside', node: 'db2' })).toMatchObject({
      kind: 'note',
      memory: { aside: { node: 'db2', run: 'r1', by: 'eva' }, readiness: null },
    });
    expect(decided({ action: 'set-aside', node: 'db1' })).toMatchObject({ kind: 'refuse' });
  });

  it('is reinstated by the work that it was set aside for, and by no other', () => {
    const behind = memory({ aside, behind: { db2: '3 transactions' } });
    expect(decided({ action: 'reinstate', node: 'db2' }, behind)).toMatchObject({
      kind: 'note',
      memory: { aside: null, behind: {}, readiness: { node: 'db2', fit: false } },
    });
    expect(decided({ action: 'reinstate', node: 'db2', run: 'r2' }, isAside)).toEqual({
      kind: 'refuse',
      because: 'db2 is set aside for r1, not for r2',
    });
    expect(decided({ action: 'reinstate', node: 'db2' })).toMatchObject({ kind: 'refuse' });
  });

  test.each<[what: string, changes: readonly Change[]]>([
    ['beside a holder that serves', []],
    ['when the holder is gone, and it seems to have everything', [holder(refused), aheadOfAll]],
  ])('is unfit %s', (_, changes) => {
    const { fitness, fitnessWhenAhead } = seen(steady, isAside, ...changes);
    const reason = 'it is set aside by eva: rebuild: it is back';
    expect(fitness).toMatchObject({ fit: false, reasons: expect.arrayContaining([reason]) });
    expect(fitnessWhenAhead.fit).toBe(false);
  });

  it('does not take over by force either', () => {
    const terms = { force: true, acceptLoss: true, killLong: true };
    expect(planFor(seen(steady, isAside, holder(refused)), 'failover', 'db2', terms)).toEqual({
      refused: 'db2 cannot take over: it is set aside by eva: rebuild: it is back. No flag changes that',
    });
  });
});
