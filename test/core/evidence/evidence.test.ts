import { describe, expect, it, test } from 'vitest';
import {
  type Evidence,
  forget,
  KEPT_WORD_LIFE_MS,
  noEvidence,
  observe,
  observeThrough,
  observeVip,
  placeOf,
  type ThroughVip,
  VIP_WORD_LIFE_MS,
} from '../../../lib/core/evidence/evidence.ts';
import type { Report, Saw, VipPlace, VipSighting } from '../../../lib/core/evidence/sighting.ts';
import { answers1, answers2, full, hears2, lockedOut, pairWith, refused, unanswered } from '../world.ts';

const pair = pairWith();
const nothing = noEvidence(pair, 2);

function report(atMs: number, db1: Saw, db2: Saw = answers2(), vantage = 'a'): Report {
  return {
    kind: 'saw',
    vantage,
    atMs,
    sightings: [
      { node: 'db1', saw: db1 },
      { node: 'db2', saw: db2 },
    ],
  };
}
/** From an environment of the probe that has kept no connection. */
const fresh = (saw: Saw): Saw =>
  saw.kind === 'saturated' || saw.kind === 'locked-out' ? { ...saw, isFresh: true } : saw;
const blind = (atMs: number, vantage = 'a'): Report => ({ kind: 'blind', vantage, atMs, because: 'timeout' });
const having = (...reports: readonly Report[]): Evidence => reports.reduce(observe, nothing);

describe('a word: what a vantage says of a node, how often in a row, since when', () => {
  test.each<[what: string, reports: readonly Report[], kind: string, looks: number, sinceMs: number]>([
    ['one look', [report(10, answers1())], 'answered', 1, 10],
    ['the same again', [report(10, refused), report(20, refused), report(35, refused)], 'refused', 3, 10],
    ['something else begins anew', [report(10, answers1()), report(20, refused)], 'refused', 1, 20],
    [
      'back and forth begins anew each time',
      [report(10, refused), report(20, unanswered), report(30, refused)],
      'refused',
      1,
      30,
    ],
    [
      'another vantage does not count',
      [report(10, refused), report(15, refused, refused, 'b')],
      'refused',
      1,
      10,
    ],
    ['blindness ends the row', [report(10, refused), blind(20), report(30, refused)], 'refused', 1, 30],
  ])('%s', (_, reports, kind, looks, sinceMs) => {
    const word = having(...reports).words.db1?.a;
    expect(word).toMatchObject({ saw: { kind }, looks, sinceMs });
  });

  it('keeps the newest of the same kind: a lag that grew is a lag that is seen', () => {
    const said = having(report(1, answers1()), report(2, answers1(), hears2({ lagSeconds: 99 })));
    expect(said.words.db2?.a).toMatchObject({
      looks: 2,
      saw: { server: { inbound: { lagSeconds: 99 } } },
    });
  });

  test.each([
    ['full', full, 1040],
    ['locked out', lockedOut, 1045],
  ])(
    'a look without the kept connections is refused (%s): the server answers, and refuses new logins',
    (_, saw, errno) => {
      const said = having(report(10, answers1()), report(20, fresh(saw)));
      expect(said.words.db1?.a).toMatchObject({
        saw: { kind: 'answered', server: { loginRefused: { errno } } },
        looks: 2,
        sinceMs: 10,
        atMs: 10,
        isKept: true,
      });
      expect(observe(said, report(30, answers1())).words.db1?.a).not.toHaveProperty('isKept');
    },
  );

  test.each<[what: string, reports: readonly Report[]]>([
    ['after the kept connections were lost', [report(10, answers1()), report(20, full)]],
    [
      'for long',
      [report(10, answers1()), report(20, fresh(full)), report(10 + KEPT_WORD_LIFE_MS, fresh(full))],
    ],
    ['since its port refused', [report(10, answers1()), report(20, refused), report(30, fresh(full))]],
    ['where only another vantage was in', [report(10, answers1(), answers2(), 'b'), report(20, fresh(full))]],
  ])('a login that was refused %s: we are out', (_, reports) => {
    expect(having(...reports).words.db1?.a?.saw.kind).toBe('saturated');
  });

  it('is taken back when the vantage goes blind; the other vantage keeps its own', () => {
    const said = having(report(1, refused), report(2, answers1(), answers2(), 'b'), blind(3));
    expect(said.words.db1).toEqual({ b: expect.anything() });
    expect(said.blind).toEqual({ a: { because: 'timeout', sinceMs: 3 } });
  });

  it('knows since when a vantage is blind, and forgets it when it sees again', () => {
    expect(having(blind(3), blind(9)).blind.a?.sinceMs).toBe(3);
    expect(having(blind(3), report(9, answers1())).blind).toEqual({});
  });

  it('takes no word about a node that the pair does not have', () => {
    const stray: Report = { kind: 'saw', vantage: 'a', atMs: 1, sightings: [{ node: 'db9', saw: refused }] };
    expect(observe(nothing, stray).words).toEqual({ db1: {}, db2: {} });
  });
});

describe("EC2's word on the VIP", () => {
  const at = (atMs: number, place: VipPlace): VipSighting => ({
    kind: 'saw',
    atMs,
    place,
    instances: {},
    room: {},
    wrong: [],
  });
  const on = (node: string): VipPlace => ({ kind: 'node', node });
  const nowhere: VipPlace = { kind: 'nowhere' };
  const dark = (atMs: number): VipSighting => ({ kind: 'blind', atMs, because: 'throttled' });

  test.each<[what: string, sightings: readonly VipSighting[], looks: number, sinceMs: number]>([
    ['once', [at(5, on('db1'))], 1, 5],
    ['twice the same', [at(5, on('db1')), at(9, on('db1'))], 2, 5],
    ['moved', [at(5, on('db1')), at(9, on('db2'))], 1, 9],
    ['gone, three times', [at(1, on('db1')), at(2, nowhere), at(3, nowhere), at(4, nowhere)], 3, 2],
    ['a gap does not break the row', [at(5, nowhere), dark(6), at(7, nowhere)], 2, 5],
  ])('%s', (_, sightings, looks, sinceMs) => {
    const said = sightings.reduce(observeVip, nothing);
    expect([said.vipLooks, said.vipSinceMs]).toEqual([looks, sinceMs]);
  });

  it('does not say where the VIP is while the ids are wrong, and counts how often in a row they were', () => {
    const what = [{ subject: 'db1', got: 'eni-1 is attached to i-2', want: 'i-1', remedy: 'exchange them' }];
    const wrong = (atMs: number): VipSighting => ({ ...at(atMs, on('db2')), wrong: what }) as VipSighting;
    const said = [at(5, on('db1')), wrong(6), dark(7), wrong(8)].reduce(observeVip, nothing);
    expect(said.vip).toMatchObject({ atMs: 5, place: on('db1') });
    expect(said.wrong).toEqual({ what, looks: 2, isVipAway: false });
    expect(observeVip(said, at(9, on('db1'))).wrong).toBeNull();
    expect(forget(said).wrong).toBeNull();
  });

  it('stands while EC2 does not answer, which is noted with its beginning and its reason', () => {
    const said = [at(5, on('db1')), dark(6), dark(8)].reduce(observeVip, nothing);
    expect(said).toMatchObject({ vipBlindSinceMs: 6, vipBlindBecause: 'throttled', vip: { atMs: 5 } });
    expect(observeVip(said, at(9, on('db1')))).toMatchObject({ vipBlindSinceMs: null, vipBlindBecause: '' });
  });
});

it('forgets all that was seen before a plan, and keeps which vantages are blind', () => {
  const said = having(report(1, refused), blind(2, 'b'));
  expect(forget(said)).toMatchObject({ words: { db1: {}, db2: {} }, vip: null, vipLooks: 0 });
  expect(forget(said).blind).toEqual(said.blind);
});

describe('who answers through the VIP', () => {
  const on = (node: string): VipSighting => ({
    kind: 'saw',
    atMs: 5,
    instances: {},
    room: {},
    wrong: [],
    place: { kind: 'node', node },
  });
  const db1: ThroughVip = { kind: 'node', node: 'db1' };
  const db2: ThroughVip = { kind: 'node', node: 'db2' };
  const nobody: ThroughVip = { kind: 'nobody' };

  test.each<[what: string, answers: readonly ThroughVip[], node: string, looks: number]>([
    ['comes before what EC2 says', [db1], 'db1', 1],
    ['counts by how often in a row it was the same', [db1, db1, db1], 'db1', 3],
    ['begins anew with another', [db1, db1, db2], 'db2', 1],
    ['outlasts two questions that nobody answered', [db1, nobody, nobody], 'db1', 1],
    ['does not outlast three', [db1, nobody, nobody, nobody], 'db2', 2],
    ['says nothing when nobody answers', [nobody], 'db2', 2],
    ['says nothing when it could not be asked', [{ kind: 'unknown' }], 'db2', 2],
  ])('%s', (_, answers, node, looks) => {
    const said = [on('db2'), on('db2')].reduce(observeVip, nothing);
    const heard = answers.reduce((so, answer) => observeThrough(so, answer, 6), said);
    expect(placeOf(heard, 7)).toEqual({ place: { kind: 'node', node }, looks });
  });

  it('is too old after a while, and is dropped where EC2 says what is expected', () => {
    const heard = observeThrough(observeVip(nothing, on('db2')), db1, 6);
    expect(placeOf(heard, 6 + VIP_WORD_LIFE_MS)?.place).toEqual(db1);
    expect(placeOf(heard, 7 + VIP_WORD_LIFE_MS)?.place).toEqual(db2);
    expect(placeOf(observeThrough(heard, null, 7), 7)?.place).toEqual(db2);
  });
});
