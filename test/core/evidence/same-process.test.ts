import { describe, expect, test } from 'vitest';
import { hasRunOn, isSameProcess } from '../../../lib/core/evidence/same-process.ts';
import { judge } from '../../../lib/core/evidence/verdict.ts';
import { answers1, answers2, changed, holder, NOW_MS, standby, steady } from '../world.ts';

/** The two, as the leader of now sees them: the other one has run for this long. */
const seenWith = (uptimeSeconds: number, peerSeconds = 0) => {
  const { evidence, pair } = changed(
    steady,
    holder(answers1({ uptimeSeconds })),
    standby(answers2({ uptimeSeconds: peerSeconds })),
  );
  return [judge(evidence, 'db1', pair.settings), judge(evidence, 'db2', pair.settings)] as const;
};

const before = { is: 'open', startedAtMs: NOW_MS - 60_000, uptimeSeconds: 30 } as const;

test.each<[what: string, uptimeSeconds: number, isSame: boolean]>([
  ['as old as it should be', 60, true],
  ['as the clock of another leader has it', 50, true],
  ['it has not aged as much as time has passed', 31, false],
  ['younger than it was', 5, false],
  ['not read yet', 0, false],
])('%s', (_, uptimeSeconds, isSame) => {
  expect(isSameProcess(before, ...seenWith(uptimeSeconds))).toBe(isSame);
});

test('a record of an older release says no age', () => {
  const old = { is: 'open', startedAtMs: before.startedAtMs } as const;
  expect(isSameProcess(old, ...seenWith(60))).toBe(true);
});

/** It had run for 30 s and the other one for 500 s, by another leader's clock. */
const beside = { ...before, afterPeerMs: 470_000 } as const;

test.each<[what: string, uptimeSeconds: number, peerSeconds: number, isSame: boolean]>([
  ['both have aged by as much', 60, 530, true],
  ['read a moment apart', 58, 531, true],
  [
    'the other one has aged by more: it has restarted, as far as the clocks of two leaders can tell',
    45,
    530,
    false,
  ],
  ['the other one is younger than before', 60, 10, true],
  ['the other one is not seen', 45, 0, true],
])('beside the other node: %s', (_, uptimeSeconds, peerSeconds, isSame) => {
  expect(isSameProcess(beside, ...seenWith(uptimeSeconds, peerSeconds))).toBe(isSame);
});

/** It had run for 7,000 s by then, 30 s ago, and both clocks were right. */
const timed = { ...before, startedAtMs: NOW_MS - 7_030_000, uptimeSeconds: 7000, clockOffMs: 0 } as const;
const HOUR_S = 3600;

test.each<[what: string, uptimeSeconds: number, clockOffMs: number, isSame: boolean]>([
  ['an hour ahead', 7030 + HOUR_S, HOUR_S * 1000, true],
  ['an hour back', 7030 - HOUR_S, -HOUR_S * 1000, true],
  ['an hour ahead, and the uptime was read before that', 7030, HOUR_S * 1000, true],
  ['an hour ahead, and the server has restarted since', 10, HOUR_S * 1000, false],
  ['an hour back, and the server has restarted since', 10, -HOUR_S * 1000, false],
])('a host whose clock is set %s', (_, uptimeSeconds, clockOffMs, isSame) => {
  const { evidence, pair } = changed(steady, holder(answers1({ uptimeSeconds, clockOffMs })));
  const [one, two] = [judge(evidence, 'db1', pair.settings), judge(evidence, 'db2', pair.settings)];
  expect(isSameProcess(timed, one, two)).toBe(isSame);
});

test('the clock of the other host is set ahead: it has not restarted, and nor has this one', () => {
  const peer = answers2({ uptimeSeconds: 8000 + 30 + HOUR_S, clockOffMs: HOUR_S * 1000 });
  const { evidence, pair } = changed(steady, holder(answers1({ uptimeSeconds: 7030 })), standby(peer));
  const ran = { ...timed, afterPeerMs: 1_000_000, peerClockOffMs: 0 };
  const [one, two] = [judge(evidence, 'db1', pair.settings), judge(evidence, 'db2', pair.settings)];
  expect(isSameProcess(ran, one, two)).toBe(true);
});

describe('where the second of its start is known', () => {
  const started = { ...before, startSecond: 5000 } as const;
  const now = (startSecond: number, uptimeSeconds: number, clockOffMs = 0) => {
    const { evidence, pair } = changed(steady, holder(answers1({ startSecond, uptimeSeconds, clockOffMs })));
    return [judge(evidence, 'db1', pair.settings), judge(evidence, 'db2', pair.settings)] as const;
  };

  test.each<[what: string, startSecond: number, uptimeSeconds: number, clockOffMs: number, isSame: boolean]>([
    ['it is the same, whatever the leader’s clock says', 5000, 20, 0, true],
    ['as another probe has rounded it', 5002, 60, 0, true],
    ['its clock was set back', 5000, 3, -57_000, true],
    ['it has restarted a few seconds after its start', 5004, 56, 0, false],
    ['it has restarted, and its clock was set ahead', 5040, 3600, 3_580_000, false],
  ])('%s', (_, startSecond, uptimeSeconds, clockOffMs, isSame) => {
    expect(isSameProcess(started, ...now(startSecond, uptimeSeconds, clockOffMs))).toBe(isSame);
  });

  test('it has run on for certain where it was older than what is rounded', () => {
    expect(hasRunOn({ ...started, uptimeSeconds: 4 }, ...now(5001, 30))).toBe(true);
    expect(hasRunOn({ ...started, uptimeSeconds: 3 }, ...now(5001, 30))).toBe(false);
  });
});
