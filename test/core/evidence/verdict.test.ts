import { describe, expect, it, test } from 'vitest';
import { noEvidence, observe } from '../../../lib/core/evidence/evidence.ts';
import type { Report, Saw } from '../../../lib/core/evidence/sighting.ts';
import { judge, type VerdictKind } from '../../../lib/core/evidence/verdict.ts';
import {
  answers1,
  backup,
  blindFor,
  type Change,
  changed,
  full,
  holder,
  hung,
  instance,
  lockedOut,
  pairWith,
  refused,
  says,
  steady,
  unanswered,
  unheardOf,
} from '../world.ts';

const failing = (forMs: number): Saw =>
  answers1({ heartbeat: { kind: 'failed', forMs, because: 'disk full', cause: 'disk-full', blocker: null } });
const noLogin: Saw = { kind: 'unanswered', during: 'login', because: 'dropped', afterMs: 80 };

function verdict(...changes: readonly Change[]) {
  const { evidence, pair } = changed(steady, ...changes);
  return judge(evidence, 'db1', pair.settings);
}

describe('what the sightings prove', () => {
  test.each<[what: string, changes: readonly Change[], kind: VerdictKind, confirmed: boolean]>([
    ['it answers', [holder(answers1(), 1, 0)], 'serving', true],
    ['refused once', [holder(refused, 1, 0)], 'stopped', false],
    ['refused twice at once', [holder(refused, 2, 10)], 'stopped', false],
    ['refused twice, 250 ms apart', [holder(refused, 2, 250)], 'stopped', true],
    ['refused twice, 225 ms apart: timers are not exact', [holder(refused, 2, 225)], 'stopped', true],
    ['unanswered once', [holder(unanswered, 1, 0)], 'silent', false],
    ['unanswered twice', [holder(unanswered, 2, 5000)], 'silent', false],
    ['unanswered three times too fast', [holder(unanswered, 3, 800)], 'silent', false],
    ['unanswered three times, 500 ms apart', [holder(unanswered, 3, 1000)], 'silent', true],
    ['dropped in the login, three times', [holder(noLogin, 3, 1000)], 'silent', true],
    [
      'unanswered once, EC2: stopped',
      [holder(unanswered, 1, 0), instance('db1', 'stopped')],
      'silent',
      false,
    ],
    [
      'unanswered twice, EC2: stopped',
      [holder(unanswered, 2, 10), instance('db1', 'stopped')],
      'stopped',
      true,
    ],
    [
      'unanswered twice, EC2: stopping, so it may still serve others',
      [holder(unanswered, 2, 10), instance('db1', 'stopping')],
      'silent',
      false,
    ],
    [
      'unanswered twice, EC2: terminated',
      [holder(unanswered, 2, 10), instance('db1', 'terminated')],
      'stopped',
      true,
    ],
    [
      'unanswered twice, EC2: pending',
      [holder(unanswered, 2, 10), instance('db1', 'pending')],
      'silent',
      false,
    ],
    [
      'unanswered twice, EC2 knows it not',
      [holder(unanswered, 2, 10), instance('db1', 'unknown')],
      'silent',
      false,
    ],
    ['it answers, EC2: stopping', [holder(answers1()), instance('db1', 'stopping')], 'serving', true],
    ['no heartbeat for 4.9 s', [holder(failing(4900))], 'serving', true],
    ['no heartbeat for 5 s', [holder(failing(5000))], 'stuck', true],
    ['table full, once', [holder(full, 1, 0)], 'saturated', false],
    ['table full, twice', [holder(full, 2, 500)], 'saturated', true],
    ['login refused, once', [holder(lockedOut, 1, 0)], 'locked-out', false],
    ['login refused, twice', [holder(lockedOut, 2, 500)], 'locked-out', true],
    ['nobody looked', [unheardOf('db1')], 'unseen', false],
    ['every vantage blind', [blindFor(60_000)], 'unseen', false],
  ])('%s', (_, changes, kind, confirmed) => {
    const { kind: is, confirmed: sure } = verdict(...changes);
    expect([is, sure]).toEqual([kind, confirmed]);
  });
});

describe('a silent node’s host accepts connections', () => {
  test.each<[what: string, changes: readonly Change[], accepts: boolean]>([
    ['no connection', [holder(unanswered)], false],
    ['a connection without a greeting', [holder(hung)], true],
    [
      'one vantage gets a connection, the other is cut off',
      [holder(unanswered), says('db1', 'b', hung)],
      true,
    ],
    ['it answers', [holder(answers1())], false],
    ['it answers one vantage', [holder(answers1()), says('db1', 'b', hung)], false],
  ])('%s', (_, changes, accepts) => {
    expect(verdict(...changes).hostAccepts).toBe(accepts);
  });
});

it('stuck since the commit that did not return, not since it answers', () => {
  const watchedMs = 3_600_000;
  const stuck = verdict(holder(failing(6000), 7200, watchedMs));
  const serving = verdict(holder(answers1(), 7200, watchedMs));
  expect(stuck.sinceMs - serving.sinceMs).toBe(watchedMs - 6000);
});

describe('two vantages: the one that saw most is believed', () => {
  test.each<[what: string, a: Saw, b: Saw, kind: VerdictKind]>([
    ['one gets an answer, one none', unanswered, answers1(), 'serving'],
    ['one gets an answer, one a refusal', answers1(), refused, 'serving'],
    ['one is refused, one hears nothing', unanswered, refused, 'stopped'],
    ['one finds the table full, one hears nothing', full, unanswered, 'saturated'],
    ['one finds the table full, one is refused', refused, full, 'saturated'],
    ['one is not let in, one hears nothing', unanswered, lockedOut, 'locked-out'],
    ['both hear nothing', unanswered, unanswered, 'silent'],
  ])('%s', (_, a, b, kind) => {
    expect(verdict(says('db1', 'a', a), says('db1', 'b', b)).kind).toBe(kind);
    expect(verdict(says('db1', 'a', b), says('db1', 'b', a)).kind).toBe(kind);
  });

  it('of two that were refused, takes the one that has seen it for longer', () => {
    const gone = [says('db1', 'a', refused, 1, 0), says('db1', 'b', refused, 2, 250)] as const;
    expect(verdict(...gone)).toMatchObject({ kind: 'stopped', confirmed: true });
  });

  it('of two that get an answer, takes the newer one: what a server says of itself grows old', () => {
    const { evidence, pair } = changed(
      steady,
      says('db1', 'a', answers1({ writable: true }), 20),
      says('db1', 'b', answers1({ writable: false }), 2),
    );
    const from = (older: 'a' | 'b') => {
      const said = evidence.words.db1 ?? {};
      const word = said[older];
      const words = { ...said, ...(word ? { [older]: { ...word, atMs: word.atMs - 200 } } : {}) };
      return judge({ ...evidence, words: { ...evidence.words, db1: words } }, 'db1', pair.settings);
    };
    expect(from('a').server?.writable).toBe(false);
    expect(from('b').server?.writable).toBe(true);
  });

  const locked = answers1({ globalLock: backup });
  const early = answers1({ isEarly: true });
  test.each<[what: string, a: Saw, b: Saw, laterMs: number, isLocked: boolean]>([
    ['a probe that has only begun does not know yet what the other one does', locked, early, 5000, true],
    ['the other one learns of it', early, locked, 5000, true],
    ['what the other one knew grows old', locked, early, 8000, false],
    ['what two of them know is as old as their looks', locked, answers1(), 5000, false],
    [
      'of two that have only begun, the newer one counts',
      early,
      answers1({ isEarly: true, globalLock: backup }),
      1,
      true,
    ],
  ])('two that get an answer: %s', (_, a, b, laterMs, isLocked) => {
    const report = (vantage: string, atMs: number, saw: Saw): Report => ({
      kind: 'saw',
      vantage,
      atMs,
      sightings: [{ node: 'db1', saw }],
    });
    const pair = pairWith();
    const said = [report('a', 100, a), report('b', 100 + laterMs, b)].reduce(observe, noEvidence(pair, 2));
    expect(judge(said, 'db1', pair.settings).server?.globalLock).toEqual(isLocked ? backup : null);
  });

  test.each<[what: string, other: Saw, kind: VerdictKind]>([
    ['the other commits', answers1({ heartbeat: { kind: 'committed' } }), 'serving'],
    ['the other has failed for a shorter time', failing(2000), 'serving'],
    ['the other has failed as long', failing(6000), 'stuck'],
    ['the other has not tried', answers1({ heartbeat: { kind: 'not-tried' } }), 'stuck'],
    ['the other hears nothing', unanswered, 'stuck'],
  ])('of two, one whose heartbeat hangs for 16 s: %s', (_, other, kind) => {
    expect(verdict(says('db1', 'a', failing(16_000)), says('db1', 'b', other)).kind).toBe(kind);
    expect(verdict(says('db1', 'a', other), says('db1', 'b', failing(16_000))).kind).toBe(kind);
  });

  it('of two that hear nothing, takes the one that fell silent last: the other may be cut off', () => {
    const lost = [says('db1', 'a', unanswered, 1, 0), says('db1', 'b', unanswered, 20, 10_000)] as const;
    expect(verdict(...lost)).toMatchObject({ kind: 'silent', confirmed: false });
    const gone = [says('db1', 'a', unanswered, 3, 1000), says('db1', 'b', unanswered, 20, 10_000)] as const;
    expect(verdict(...gone)).toMatchObject({ kind: 'silent', confirmed: true });
  });
});

describe('the settings are heard', () => {
  test.each<[what: string, settings: object, saw: Saw, looks: number, forMs: number, confirmed: boolean]>([
    ['stopped after one look', { stoppedLooks: 1 }, refused, 1, 0, true],
    ['stopped after three looks', { stoppedLooks: 3 }, refused, 2, 5000, false],
    ['looks 1 s apart', { silentIntervalMs: 1000 }, unanswered, 3, 1000, false],
    ['silent after five looks', { silentLooks: 5 }, unanswered, 5, 2000, true],
  ])('%s', (_, settings, saw, looks, forMs, confirmed) => {
    const { evidence } = changed(steady, holder(saw, looks, forMs));
    expect(judge(evidence, 'db1', pairWith({ settings }).settings).confirmed).toBe(confirmed);
  });
});

it('says why in words, and carries what the server said only while it answers', () => {
  expect(verdict(holder(failing(5200))).because).toBe(
    'it answers, but no heartbeat was committed for 5.2 s: disk full',
  );
  expect(verdict(holder(unanswered, 3, 1000))).toMatchObject({
    because: 'no answer to connect (timeout), 3 looks in a row',
    server: null,
  });
  expect(verdict(holder(unanswered, 2, 1000), instance('db1', 'stopped')).because).toBe(
    'EC2 reports that its instance is stopped',
  );
  expect(verdict(holder(full)).because).toBe('error 1040: Too many connections');
  expect(verdict(blindFor(9)).because).toBe('a: the function timed out');
  expect(judge(noEvidence(steady.pair, 1), 'db1', steady.pair.settings).because).toBe(
    'no vantage has reported yet',
  );
});

it('is quick to forgive: one answer ends a silence', () => {
  const silent = changed(steady, holder(unanswered)).evidence;
  const sightings = [{ node: 'db1', saw: answers1() }];
  const next = observe(silent, { kind: 'saw', vantage: 'a', atMs: 0, sightings });
  expect(judge(next, 'db1', steady.pair.settings).kind).toBe('serving');
});
