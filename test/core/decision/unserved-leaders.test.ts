/** A loss of service that more than one leader sees, or none. */
import { describe, expect, it, test } from 'vitest';
import { decide } from '../../../lib/core/decision/decision.ts';
import { nextBesidePlan, noDurations } from '../../../lib/core/decision/situation.ts';
import { noteUnserved, noteUnservedLeft } from '../../../lib/core/decision/unserved.ts';
import type { Memory } from '../../../lib/core/memory/memory.ts';
import { noteDecision } from '../../../lib/core/memory/note-decision.ts';
import { situationOf } from '../../../lib/core/pair/pair-state.ts';
import { Bench } from '../pair/bench.ts';
import {
  answers1,
  type Change,
  hears2,
  holder,
  lasting,
  memory,
  NOW_MS,
  refused,
  seen,
  standby,
  steady,
  unanswered,
  unheardOf,
} from '../world.ts';

const silent = holder(unanswered);
const unservedFor = (forMs: number): Change => lasting({ unservedSinceMs: NOW_MS - forMs });

describe('a loss of service that goes on under another leader', () => {
  const begunBefore = memory({ unservedSinceMs: NOW_MS - 60_000 });

  it('counts from where it began', () => {
    const { durations } = [silent, begunBefore].reduce((so, change) => change(so), steady);
    expect(nextBesidePlan(durations, seen(steady, silent, begunBefore)).unservedSinceMs).toBe(
      NOW_MS - 60_000,
    );
  });

  it('has lasted at least as long as that one said, if its clock was ahead', () => {
    const ahead = memory({ unservedSinceMs: NOW_MS + 2000, unservedForMs: 2500 });
    expect(nextBesidePlan(noDurations, seen(steady, silent, ahead)).unservedSinceMs).toBe(NOW_MS - 2500);
    const noted = seen(steady, silent, unservedFor(3000));
    expect(noteUnserved(noted.memory, noted)).toMatchObject({ unservedForMs: 3000 });
    const over = seen(steady, ahead);
    expect(noteUnserved(over.memory, over)).toMatchObject({ unservedSinceMs: null, unservedForMs: 0 });
  });

  it('is not a loss without a cause before the first looks are confirmed', () => {
    const once = seen(steady, holder(refused, 1, 0), begunBefore, unservedFor(60_000));
    expect(decide(once).row.name).toBe('awaiting-confirmation');
  });

  test.each<[what: string, changes: readonly Change[], sinceMs: number | null]>([
    ['is noted after 2.5 s', [silent, unservedFor(2500)], NOW_MS - 2500],
    ['not before', [silent, unservedFor(2499)], null],
    ['as it was noted first', [silent, begunBefore, unservedFor(7000)], NOW_MS - 60_000],
    ['until it is over', [begunBefore, unservedFor(7000)], null],
    ['and not where nothing is seen', [unheardOf('db1'), begunBefore], NOW_MS - 60_000],
  ])('%s', (_, changes, sinceMs) => {
    const situation = seen(steady, ...changes);
    expect(noteUnserved(situation.memory, situation).unservedSinceMs).toBe(sinceMs);
  });
});
describe('a loss of service behind an EC2 that has not answered the next leader yet', () => {
  const lossOf = (forMs: number | null): Memory =>
    forMs === null
      ? steady.memory
      : { ...steady.memory, unservedSinceMs: NOW_MS - forMs, unservedForMs: forMs };
  const seenIn = ({ state, nowMs }: Bench) => situationOf(state, nowMs);

  it('goes on although the holder takes writes, until somebody answers through the VIP', () => {
    const bench = new Bench(lossOf(4000));
    bench.report(answers1());
    expect(seenIn(bench)).toMatchObject({ isServed: false, isVipAway: false });
    const { ask } = bench.take({ kind: 'tick' }, 1000);
    expect(ask).not.toBeNull();
    bench.take({ kind: 'through-vip', said: { kind: 'nobody' }, askedMs: bench.nowMs });
    expect(seenIn(bench)).toMatchObject({ isServed: false, isVipAway: true });
    bench.take({ kind: 'through-vip', said: { kind: 'node', node: 'db1' }, askedMs: bench.nowMs });
    expect(seenIn(bench)).toMatchObject({ isServed: true, isVipAway: false });
  });

  it('is over as soon as EC2 answers', () => {
    const bench = new Bench(lossOf(4000));
    bench.report(answers1());
    bench.ec2('db1');
    expect(seenIn(bench).isServed).toBe(true);
  });

  it('is none where there was none', () => {
    const bench = new Bench(lossOf(null));
    bench.report(answers1());
    expect(seenIn(bench).isServed).toBe(true);
    expect(bench.take({ kind: 'tick' }, 1000).ask).toBeNull();
  });
});
describe('a loss of service that ends while nobody leads', () => {
  const noted = memory({ unservedSinceMs: NOW_MS - 8000, unservedForMs: 2500 });
  const nobodyLedFor = (forMs: number) => lasting({ unwatchedSinceMs: NOW_MS - forMs });
  const alertsOf = (...changes: readonly Change[]) => {
    const situation = seen(steady, ...changes);
    const after = noteDecision(situation.memory, decide(situation), situation, noDurations, 'cccc0001');
    return after.outbox.map(({ code, happened }) => `${code}: ${happened}`);
  };
  const upTo = (seconds: number) =>
    `service-lost: no write through the VIP was possible for up to ${seconds} s; db1 takes writes again, and since when is not known, because the leader of keepalambda changed meanwhile.`;
  const told = {
    sinceMs: NOW_MS - 7000,
    overSinceMs: null,
    times: 1,
    toldAtMs: [NOW_MS - 7000],
    heldBack: 0,
  };

  test.each<[what: string, changes: readonly Change[], alerts: readonly string[]]>([
    ['is alerted by the first look of the next leader', [noted, nobodyLedFor(3500)], [upTo(8)]],
    [
      'whatever its clock shows',
      [memory({ unservedSinceMs: NOW_MS + 2000, unservedForMs: 2500 }), nobodyLedFor(3500)],
      [upTo(6)],
    ],
    [
      'not where it was too short all the same',
      [memory({ unservedSinceMs: NOW_MS - 3000, unservedForMs: 3000 }), nobodyLedFor(0)],
      [],
    ],
    [
      'nor where people know of it',
      [noted, nobodyLedFor(3500), memory({ reports: { 'both-lost': told } })],
      [],
    ],
    ['nor by a leader that has looked before', [noted], []],
  ])('%s', (_, changes, alerts) => {
    expect(alertsOf(...changes)).toEqual(alerts);
  });

  test.each<[what: string, changes: readonly Change[], forMs: number]>([
    ['is noted however short it is', [silent, unservedFor(400)], 400],
    ['as long as it is by then', [silent, noted, unservedFor(8000)], 8000],
    [
      'also where nothing was seen of it since the leader before',
      [unheardOf('db1'), noted, nobodyLedFor(3500)],
      8000,
    ],
    ['not where there is none', [], 0],
    ['nor where this look shows its end', [unservedFor(400)], 0],
  ])('by who leaves, %s', (_, changes, forMs) => {
    const situation = seen(steady, ...changes);
    const left = noteUnservedLeft(situation.memory, situation);
    expect(left.unservedForMs).toBe(forMs);
    if (forMs === 0) expect(left).toBe(situation.memory);
    else expect(left.unservedSinceMs).toBe(NOW_MS - forMs);
  });
});
describe('a path to the holder that is cut under two leaders', () => {
  const cut = [holder(unanswered, 3, 1000), standby(hears2({ heardAgoMs: 0 }))];
  const reportAfter = (overForMs: number) => {
    const report = { sinceMs: 0, overSinceMs: NOW_MS - overForMs, times: 1, toldAtMs: [0], heldBack: 0 };
    const situation = seen(steady, ...cut, memory({ reports: { blind: report } }));
    return noteDecision(situation.memory, decide(situation), situation, noDurations, 'cccc0001').reports
      .blind;
  };

  it('was alerted, and goes on: the next leader does not alert it anew', () => {
    expect(reportAfter(2000)?.overSinceMs).toBeNull();
  });

  it('is another one where the next leader finds it over, and nobody may have led for 5 s', () => {
    const blind = { sinceMs: 0, overSinceMs: null, times: 1, toldAtMs: [0], heldBack: 0 };
    const found = (...changes: readonly Change[]) => {
      const begun = lasting({ unwatchedSinceMs: NOW_MS - 9000 });
      const situation = seen(steady, begun, memory({ reports: { blind } }), ...changes);
      return noteDecision(situation.memory, decide(situation), situation, noDurations, 'cccc0001').reports
        .blind?.overSinceMs;
    };
    expect([found(), found(holder(unanswered, 1, 0))]).toEqual([NOW_MS - 9000, NOW_MS]);
  });

  it('is another one where it was over for 5 s', () => {
    expect(reportAfter(5000)?.overSinceMs).toBe(NOW_MS - 5000);
  });
});
