/** What a situation says: who holds, where the VIP is, what holds an automatic move back, and what is found at fault. */
import { describe, expect, test } from 'vitest';
import { type SafeguardName, without } from '../../../lib/core/decision/safeguards.ts';
import type { Situation } from '../../../lib/core/decision/situation.ts';
import {
  blindFor,
  type Change,
  configured,
  evidence,
  failingFor,
  hears1,
  hears2,
  holder,
  instance,
  memory,
  NOW_MS,
  refused,
  seen,
  standby,
  steady,
  unanswered,
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
const once = (node: string): Change => vipAt({ kind: 'node', node }, 1);
const nobody = evidence(() => ({
  through: { said: { kind: 'nobody' }, looks: 1, atMs: NOW_MS, node: null },
}));
test.each<[what: string, changes: readonly Change[], isAway: boolean]>([
  ['EC2 does not answer, and nobody does through it', [vipBlindFor(1000), nobody], true],
  ['EC2 says where we left it, and nobody answers through it', [nobody], false],
  ['EC2 says once that the other has it, and nobody answers through it', [once('db2'), nobody], true],
  ['EC2 says once that the other has it', [once('db2')], false],
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
