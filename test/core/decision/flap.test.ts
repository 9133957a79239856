import { describe, expect, it } from 'vitest';
import { endConditions, tell, tellCondition, withIncident } from '../../../lib/core/alert/alerts.ts';
import { guardedUntilMs, mayComeBack } from '../../../lib/core/decision/flap.ts';
import { emptyMemory, type Memory } from '../../../lib/core/memory/memory.ts';
import { NOW_MS, pairWith } from '../world.ts';

const words = { happened: 'db1 is stopped.', done: 'Nothing was moved.' };
const minute = 60_000;
const open = withIncident(emptyMemory, 'flap-guard', NOW_MS, '41c0ffee');
const pair = pairWith({});

/** The flap guard forbids a failover every 40 s, for 5 s, in an hour. */
function flapping(): Memory {
  let memory: Memory = open;
  for (let atMs = NOW_MS; atMs < NOW_MS + 60 * minute; atMs += 40_000) {
    memory = tellCondition(memory, 'orders', 'flap-guard', words, atMs);
    memory = endConditions(memory, [], atMs + 5000);
  }
  return memory;
}

describe('a holder that flaps', () => {
  it('is alerted twice, then after half an hour, with how many alerts were not sent', () => {
    const { outbox } = flapping();
    expect(outbox.map(({ atMs }) => (atMs - NOW_MS) / 1000)).toEqual([0, 40, 1840]);
    expect(outbox.at(-1)?.happened).toContain('44 more alerts of this kind were not sent.');
  });

  it('is counted under every name that says that clients cannot write', () => {
    const beforeMs = NOW_MS + 31 * minute;
    const other = tellCondition(flapping(), 'orders', 'holder-lost', words, beforeMs + 30 * minute);
    expect(other.outbox).toHaveLength(3);
    expect(other.reports['holder-lost']?.heldBack).toBe(1);
  });

  it('is alerted all the same when a loss stays for 10 s', () => {
    const at = (memory: Memory, afterMs: number) =>
      tellCondition(memory, 'orders', 'flap-guard', words, NOW_MS + 61 * minute + afterMs);
    const begun = at(flapping(), 0);
    const still = at(at(begun, 9999), 10_000);
    expect([begun, at(begun, 9999), still].map(({ outbox }) => outbox.length)).toEqual([3, 3, 4]);
    expect(at(still, 11_000)).toBe(still);
  });

  it('is alerted 10 s after the loss began, although it could be named only later: a holder that hangs is awaited', () => {
    const begunMs = NOW_MS + 61 * minute;
    const lost = { ...flapping(), unservedSinceMs: begunMs, unservedForMs: 2500 };
    const at = (memory: Memory, afterMs: number) =>
      tellCondition(memory, 'orders', 'holder-lost', words, begunMs + afterMs);
    const named = at(lost, 4300);
    expect([named, at(named, 9999), at(named, 10_000)].map(({ outbox }) => outbox.length)).toEqual([3, 3, 4]);
  });

  it('is alerted when a loss stays for 10 s, also by a leader whose clock is behind that of the one before', () => {
    const at = (memory: Memory, atMs: number) => tellCondition(memory, 'orders', 'holder-lost', words, atMs);
    let memory = at(endConditions(at(open, NOW_MS), [], NOW_MS + 5000), NOW_MS + minute);
    memory = endConditions(memory, [], NOW_MS + 2 * minute);
    // 12 s later; by the clock of the next leader, 4 s before it was over.
    const lostMs = NOW_MS + 2 * minute - 4000;
    const begun = at(memory, lostMs);
    expect([memory, begun, at(begun, lostMs + 10_000)].map(({ outbox }) => outbox.length)).toEqual([2, 2, 3]);
  });

  it('is announced with the last alert before they are only counted', () => {
    expect(flapping().outbox.map(({ happened }) => happened.includes('It comes and goes'))).toEqual([
      false,
      true,
      true,
    ]);
  });

  it('does not repeat in one incident what only reports', () => {
    let memory: Memory = open;
    for (let index = 0; index < 6; index += 1)
      memory = tell(memory, 'orders', 'failover-done', words, NOW_MS);
    const before = memory.outbox.length;
    for (let index = 0; index < 10; index += 1)
      memory = endConditions(
        tellCondition(memory, 'orders', 'channel-detached', words, NOW_MS + index * minute),
        [],
        NOW_MS + index * minute + 5000,
      );
    expect(memory.outbox.length - before).toBe(1);
  });
});

describe('an incident that may come back at once', () => {
  it.each<[what: string, memory: Memory, afterMs: number, may: boolean]>([
    ['a failover a moment ago', { ...open, failoversAtMs: [NOW_MS] }, 59_999, true],
    ['a failover a minute ago', { ...open, failoversAtMs: [NOW_MS] }, 60_000, false],
    ['a failover of an earlier incident', { ...open, failoversAtMs: [NOW_MS - 1] }, 1000, false],
    ['no failover', open, 1000, false],
    ['the flap guard forbade one until a moment ago', flapping(), 59 * minute + 20_000 + 5000 + 59_999, true],
    [
      'the flap guard forbade one until a minute ago',
      flapping(),
      59 * minute + 20_000 + 5000 + 60_000,
      false,
    ],
    ['none is open', { ...emptyMemory, failoversAtMs: [NOW_MS] }, 1000, false],
  ])('%s', (_, memory, afterMs, may) => {
    expect(mayComeBack(memory, NOW_MS + afterMs)).toBe(may);
  });
});

it.each<[what: string, agoMs: readonly number[], untilMs: number | null]>([
  ['fewer failovers than the limit', [2 * minute, minute], null],
  ['as many as the limit', [50 * minute, 2 * minute, minute], 10 * minute],
  ['one of them is over an hour old', [61 * minute, 2 * minute, minute], null],
])(
  'the flap guard forbids a failover until the oldest that counts is an hour old: %s',
  (_, agoMs, untilMs) => {
    const failoversAtMs = agoMs.map((ms) => NOW_MS - ms);
    const until = guardedUntilMs({ ...emptyMemory, failoversAtMs }, pair, NOW_MS);
    expect(until === null ? null : until - NOW_MS).toBe(untilMs);
  },
);
