import { expect, test } from 'vitest';
import { hearEc2, hearThrough, isDoubted, noVipNews } from '../../../lib/core/alert/vip-news.ts';
import { noEvidence, placeOf } from '../../../lib/core/evidence/evidence.ts';
import type { VipPlace, VipSighting } from '../../../lib/core/evidence/sighting.ts';
import { emptyMemory, type Memory } from '../../../lib/core/memory/memory.ts';
import { NOW_MS, pairWith } from '../world.ts';

const evidence = noEvidence(pairWith(), 1);
const left: Memory = { ...emptyMemory, lastHolder: 'db1' };
const movedByHand = { from: 'db2', to: 'db1', atMs: NOW_MS };
const saw = (place: VipPlace): VipSighting => ({
  kind: 'saw',
  atMs: NOW_MS,
  place,
  instances: {},
  room: {},
  wrong: [],
});
const on = (node: string) => saw({ kind: 'node', node });
const blind: VipSighting = { kind: 'blind', atMs: NOW_MS, because: 'throttled' };

test.each<[what: string, memory: Memory, sighting: VipSighting, asks: boolean, counts: boolean]>([
  ['where we left it: nobody is asked', left, on('db1'), false, true],
  ['we do not know yet where it is', { ...left, lastHolder: null }, on('db2'), false, true],
  ['on the other node: who answers is heard first', left, on('db2'), true, false],
  ['on no ENI: it counts, and who answers is asked', left, saw({ kind: 'nowhere' }), true, true],
  ['somebody has just moved it', { ...left, movedByHand }, on('db1'), true, true],
  ['EC2 does not answer', left, blind, true, true],
])('EC2 says: %s', (_, memory, sighting, asks, counts) => {
  const heard = hearEc2(noVipNews, evidence, memory, sighting);
  expect(heard.asks).toBe(asks);
  expect(heard.news.asking).toBe(asks);
  expect(heard.evidence !== evidence).toBe(counts);
});

test('one question at a time; what EC2 said meanwhile comes after its answer', () => {
  const first = hearEc2(noVipNews, evidence, left, on('db2'));
  const second = hearEc2(first.news, first.evidence, left, on('db2'));
  expect(second.asks).toBe(false);
  const said = { kind: 'node', node: 'db2' } as const;
  const heard = hearThrough(second.news, second.evidence, said, left, false, NOW_MS);
  expect(heard.news).toEqual({ ...noVipNews, isElsewhere: true });
  expect(heard.evidence).toMatchObject({ vipLooks: 2, through: { said }, vip: { place: { node: 'db2' } } });
});

test('an answer from before a plan only ends the question', () => {
  const { news } = hearEc2(noVipNews, evidence, left, on('db2'));
  const heard = hearThrough(news, evidence, { kind: 'nobody' }, left, true, NOW_MS);
  expect(heard).toEqual({ news: noVipNews, evidence, asks: false });
});

test('who answers elsewhere is asked again, also when EC2 says what we expect', () => {
  const said = { kind: 'node', node: 'db2' } as const;
  const { news } = hearThrough(noVipNews, evidence, said, left, false, NOW_MS);
  expect(hearEc2(news, evidence, left, on('db1')).asks).toBe(true);
  const back = hearThrough(news, evidence, { kind: 'node', node: 'db1' }, left, false, NOW_MS);
  expect(hearEc2(back.news, evidence, left, on('db1')).asks).toBe(false);
});

test('an EC2 whose word was old is not believed alone for a minute', () => {
  const said = { kind: 'node', node: 'db1' } as const;
  const surprised = hearEc2(noVipNews, evidence, left, on('db2'));
  const { news } = hearThrough(surprised.news, surprised.evidence, said, left, false, NOW_MS);
  const asksAfter = (ms: number) =>
    hearEc2(news, evidence, left, { ...on('db1'), atMs: NOW_MS + ms } as VipSighting).asks;
  expect([59_999, 60_000].map(asksAfter)).toEqual([true, false]);
  const elsewhere = hearThrough(surprised.news, evidence, { kind: 'node', node: 'db2' }, left, false, NOW_MS);
  expect(elsewhere.news.oldAtMs).toBeNull();
  const mute = hearThrough(surprised.news, evidence, { kind: 'nobody' }, left, false, NOW_MS);
  expect(mute.news.oldAtMs).toBeNull();
});

test('what EC2 said before does not count once it says what is expected', () => {
  const away = [1, 2, 3].reduce(
    (heard) => hearEc2(noVipNews, heard.evidence, left, saw({ kind: 'nowhere' })),
    hearEc2(noVipNews, evidence, left, saw({ kind: 'nowhere' })),
  );
  const back = hearEc2(noVipNews, away.evidence, left, on('db1'));
  expect(placeOf(back.evidence, NOW_MS)?.place).toEqual({ kind: 'node', node: 'db1' });
});

test('where the ids are wrong, nobody is asked through the VIP', () => {
  const what = [{ subject: 'db1', got: 'eni-1 is attached to i-2', want: 'i-1', remedy: 'exchange them' }];
  const heard = hearEc2(noVipNews, evidence, left, { ...on('db2'), wrong: what } as VipSighting);
  expect([heard.asks, heard.news, heard.evidence.wrong?.looks]).toEqual([false, noVipNews, 1]);
});

test('what is doubted is asked of EC2 again soon, also while the last answer through the VIP still counts', () => {
  const calm = hearEc2(noVipNews, evidence, left, on('db1'));
  expect(isDoubted(calm.news, calm.evidence)).toBe(false);
  const surprised = hearEc2(noVipNews, evidence, left, on('db2'));
  expect(isDoubted(surprised.news, surprised.evidence)).toBe(true);
  const unanswered = hearThrough(surprised.news, surprised.evidence, { kind: 'nobody' }, left, false, NOW_MS);
  expect(isDoubted(unanswered.news, unanswered.evidence)).toBe(true);
  const mute = hearEc2(unanswered.news, unanswered.evidence, left, blind);
  expect(isDoubted(mute.news, mute.evidence)).toBe(false);
});
