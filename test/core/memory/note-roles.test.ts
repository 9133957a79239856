import { describe, expect, it, test } from 'vitest';
import { type Durations, nextDurations, noDurations } from '../../../lib/core/decision/situation.ts';
import type { Memory } from '../../../lib/core/memory/memory.ts';
import { noteRoles } from '../../../lib/core/memory/note-roles.ts';
import {
  answers1,
  answers2,
  type Change,
  hears2,
  holder,
  inFlight,
  instance,
  memory,
  NOW_MS,
  position,
  refused,
  seen,
  standby,
  steady,
  UUID1,
  UUID2,
  UUID3,
  unanswered,
  vipAt,
} from '../world.ts';

const noted = (changes: readonly Change[], durations: Partial<Durations> = {}): Memory => {
  const situation = seen(steady, ...changes);
  return noteRoles(situation.memory, situation, { ...noDurations, ...durations });
};
const codes = ({ outbox }: Memory) => outbox.map(({ code }) => code);
const onDb2 = vipAt({ kind: 'node', node: 'db2' });
const away = standby(hears2({ io: 'connecting', lagSeconds: null, heardAgoMs: 4000 }));

describe('who answers at each node', () => {
  test.each<
    [what: string, changes: readonly Change[], identities: Memory['identities'], alerted: readonly string[]]
  >([
    ['as before', [], { db1: UUID1, db2: UUID2 }, []],
    ['seen for the first time', [memory({ identities: {} })], { db1: UUID1, db2: UUID2 }, []],
    [
      'the standby was rebuilt: alerted, and remembered',
      [standby(answers2({ identity: UUID3 }))],
      { db1: UUID1, db2: UUID3 },
      ['identity-changed'],
    ],
    [
      'the holder is another: not remembered before a person has acknowledged it',
      [holder(answers1({ identity: UUID3 }))],
      { db1: UUID1, db2: UUID2 },
      [],
    ],
    [
      'the standby answers as the holder: never remembered',
      [standby(answers2({ identity: UUID1 }))],
      { db1: UUID1, db2: UUID2 },
      [],
    ],
    [
      'not while a plan is in flight',
      [inFlight, standby(answers2({ identity: UUID3 }))],
      { db1: UUID1, db2: UUID2 },
      [],
    ],
  ])('%s', (_, changes, identities, alerted) => {
    const memory = noted(changes);
    expect(memory.identities).toEqual(identities);
    expect(codes(memory)).toEqual(alerted);
  });

  it('a rebuilt standby is judged anew', () => {
    expect(noted([standby(answers2({ identity: UUID3 }))]).readiness).toMatchObject({
      fit: true,
      atMs: NOW_MS,
    });
  });
});

test.each<[what: string, change: Change, notOpened: string | null]>([
  ['while it is read-only', holder(answers1({ writable: false })), 'db1'],
  ['while it does not answer', holder(unanswered), 'db1'],
  ['not once it takes writes', holder(answers1({})), null],
  ['not once the other node has the VIP', onDb2, null],
])('that a holder could not be opened is remembered %s', (_, change, notOpened) => {
  expect(noted([memory({ notOpened: 'db1' }), change]).notOpened).toBe(notOpened);
});

describe('a holder that is dead again after nothing was seen', () => {
  const end = (node: string) => ({ node, position: position(`${UUID1}:1-90`), sinceMs: 1, untilMs: 2 });
  const known = { needed: end('db1'), proof: end('db1'), last: end('db1') };
  const before = memory({ lostAtMs: null, receivedWhenLost: position(`${UUID1}:1-95`), lastEnds: known });

  it('is measured by what was known at its first death: nobody has seen it alive since', () => {
    expect(noted([before, holder(refused), away])).toMatchObject({
      lostAtMs: NOW_MS,
      receivedWhenLost: { gtid: `${UUID1}:1-95` },
      lastEnds: known,
    });
  });

  it('is measured by what this leader saw of it, if it did', () => {
    const ends = [{ ...end('db1'), untilMs: NOW_MS - 1000 }];
    expect(noted([before, holder(refused), away], { ends }).lastEnds?.last).toEqual(ends[0]);
  });

  it('is not measured by the end of another node', () => {
    const others = memory({ lastEnds: { needed: null, proof: null, last: end('db2') } });
    expect(noted([others, holder(refused), away]).lastEnds?.last).toBeNull();
  });

  it('is forgotten when it lives', () => {
    expect(noted([before])).toMatchObject({ lostAtMs: null, receivedWhenLost: null, lastEnds: null });
  });
});

describe('a holder of which it is not known whether it lives', () => {
  const ends = [{ node: 'db1', position: position(`${UUID1}:1-90`), sinceMs: 1, untilMs: NOW_MS - 2500 }];
  const received = position(`${UUID1}:1-95`);
  const inDoubt = (forMs: number, before: readonly Change[] = []) =>
    noted([...before, holder(unanswered), standby(unanswered)], {
      ends,
      received,
      doubtSinceMs: NOW_MS - forMs,
    });

  it('leaves the next leader what this one knows of the two, once that has lasted', () => {
    expect(inDoubt(1900).receivedWhenLost).toBeNull();
    expect(inDoubt(2000)).toMatchObject({
      lostAtMs: null,
      receivedWhenLost: received,
      lastEnds: { last: ends[0] },
    });
  });

  it('is written down once', () => {
    const older = memory({ receivedWhenLost: position(`${UUID1}:1-80`) });
    expect(inDoubt(9000, [older]).receivedWhenLost).toEqual(position(`${UUID1}:1-80`));
  });
});

describe('a holder whose commits wait for its standby', () => {
  const told = { node: 'db1', position: position(`${UUID1}:1-90`), sinceMs: 1, untilMs: NOW_MS };
  const waits = { ...told, position: position(`${UUID1}:1-91`), isUntold: true };
  const before = { needed: null, proof: told, last: waits };

  it('leaves the next leader what its clients have heard of', () => {
    expect(noted([], { ends: [told, waits] }).lastEnds).toMatchObject({ proof: told, last: waits });
  });

  it('is measured by that where the next leader sees the same commits wait', () => {
    const seenMs = NOW_MS - 500;
    const dead = [memory({ lastEnds: before }), holder(refused), away];
    expect(noted(dead, { ends: [{ ...waits, untilMs: seenMs }] }).lastEnds).toEqual({
      needed: null,
      proof: { ...told, untilMs: seenMs },
      last: { ...waits, untilMs: seenMs },
    });
    const others = { ...waits, position: position(`${UUID1}:1-92`) };
    expect(noted(dead, { ends: [others] }).lastEnds).toMatchObject({ proof: null, last: others });
  });

  it('is forgotten when they are told', () => {
    expect(noted([memory({ lastEnds: before })], { ends: [told] }).lastEnds).toBeNull();
  });
});

describe('the VIP moved by hand', () => {
  const received = position(`${UUID1}:1-90`);
  /** db2 holds it now, and had received so much of db1; db1 cannot be asked. */
  const found = [onDb2, holder(refused), memory({ receivedWhenLost: received })];

  it('what its holder had received of the other one is not what the new standby has of it', () => {
    expect(noted(found).receivedWhenLost).toBeNull();
    const before = { ...noDurations, received, hungSinceMs: 1, doubtSinceMs: 1 };
    expect(nextDurations(before, seen(steady, ...found))).toMatchObject({
      received: null,
      hungSinceMs: null,
    });
  });

  it('ends no loss of service', () => {
    const before = { ...noDurations, unservedSinceMs: NOW_MS - 7000 };
    expect(nextDurations(before, seen(steady, ...found)).unservedSinceMs).toBe(NOW_MS - 7000);
  });

  it('is alerted, with who is ahead, and remembered', () => {
    const memory = noted([onDb2]);
    expect(memory).toMatchObject({ lastHolder: 'db2', movedByHand: { from: 'db1', to: 'db2' } });
    expect(codes(memory)).toEqual(['vip-moved-by-hand']);
    const newer = noted([onDb2, holder(answers1({ executed: position(`${UUID1}:1-130`) }))]);
    expect(newer.outbox[0]?.happened).toContain(`db1 is ahead: db2 lacks 30 transactions: ${UUID1}:101-130`);
  });

  it('ends what was known of each process in its role', () => {
    const settled = { db1: { is: 'open', startedAtMs: 1 }, db2: { is: 'closed', startedAtMs: 1 } } as const;
    const halfClosed = standby(answers2({ halfClosed: true }));
    expect(noted([memory({ settled }), halfClosed, onDb2]).settled).toEqual({});
  });

  test.each<[what: string, changes: readonly Change[]]>([
    ['a plan of ours is in flight', [inFlight, onDb2]],
    ['nothing was known before', [memory({ lastHolder: null }), onDb2]],
    ['it is on neither node', [vipAt({ kind: 'nowhere' })]],
  ])('not where %s', (_, changes) => {
    expect(noted(changes).movedByHand).toBeNull();
  });

  it('is over when the pair has been steady for its time, or the VIP has moved on', () => {
    const moved = memory({ movedByHand: { from: 'db2', to: 'db1', atMs: 0 } });
    expect(noted([moved]).movedByHand).not.toBeNull();
    expect(noted([moved], { steadySinceMs: NOW_MS - 3000 }).movedByHand).toBeNull();
    expect(noted([moved, onDb2]).movedByHand).toMatchObject({ to: 'db2' });
  });
});

describe('a death', () => {
  const received = position(`${UUID1}:1-70`);
  const goneAt = (lostAtMs: number) => [memory({ lostAtMs, lostWithInstance: true }), away];
  const stoppedInstance = instance('db1', 'stopped');
  const unsure = [holder(unanswered), standby(refused)];
  test.each<[what: string, changes: readonly Change[], lostAtMs: number | null]>([
    ['proven', [holder(refused), away], NOW_MS],
    ['silent, and heard by nobody', [holder(unanswered), away], NOW_MS],
    ['silent, and heard', [holder(unanswered)], null],
    ['refused, and heard', [holder(refused)], null],
    ['both vanished at once', [holder(unanswered), standby(unanswered)], null],
    [
      'both vanished at once, after one was silent',
      [memory({ lostAtMs: 5 }), holder(unanswered), standby(unanswered)],
      null,
    ],
    ['proven before', [memory({ lostAtMs: 5 }), holder(refused), away], 5],
    ['back', [memory({ lostAtMs: 5 })], null],
    ['of one whose instance had stopped, and runs again unseen', [...goneAt(5), ...unsure], null],
    ['of one whose instance had stopped, and still has', [...goneAt(5), stoppedInstance, ...unsure], 5],
    ['of one whose instance never stopped', [memory({ lostAtMs: 5 }), ...unsure], 5],
    ['of one whose instance had stopped, and whose mysqld does not run', [...goneAt(5), holder(refused)], 5],
  ])('%s', (_, changes, lostAtMs) => {
    expect(noted(changes).lostAtMs).toBe(lostAtMs);
  });

  const end = { node: 'db1', position: received, sinceMs: 1, untilMs: 1 };
  const ofBefore = memory({ lastEnds: { needed: end, proof: end, last: end }, receivedWhenLost: received });
  const vanished = [holder(unanswered), standby(unanswered)];

  it('that was not certain any more: what was noted of it is kept until the holder is seen to live', () => {
    expect(noted([ofBefore, ...vanished])).toMatchObject({
      lastEnds: { last: end },
      receivedWhenLost: received,
    });
    expect(noted([ofBefore])).toMatchObject({ lastEnds: null, receivedWhenLost: null });
    // A leader that has seen nothing of the holder's life goes by what was noted.
    expect(noted([ofBefore, holder(refused), away]).lastEnds?.last).toEqual(end);
    const ends = [{ ...end, sinceMs: 5, untilMs: 5 }];
    expect(noted([ofBefore, holder(refused), away], { ends }).lastEnds?.last).toEqual(ends[0]);
  });

  it('knows that the instance had stopped, also where the host was silent before', () => {
    expect(noted([stoppedInstance, holder(unanswered), away]).lostWithInstance).toBe(true);
    const silent = memory({ lostAtMs: 5 });
    expect(noted([silent, stoppedInstance, holder(unanswered), away])).toMatchObject({
      lostAtMs: 5,
      lostWithInstance: true,
    });
    expect(noted([holder(unanswered), away]).lostWithInstance).toBe(false);
  });

  it('keeps what the standby had received by then', () => {
    expect(noted([holder(refused), away], { received }).receivedWhenLost).toEqual(received);
    expect(noted([memory({ lostAtMs: 5, receivedWhenLost: received })]).receivedWhenLost).toBeNull();
    // The leader that noted the death had not seen the standby.
    const dead = [memory({ lostAtMs: 5 }), holder(refused), away];
    expect(noted(dead, { received })).toMatchObject({ lostAtMs: 5, receivedWhenLost: received });
  });
});

it('notes a process that is as its role wants it, and again after it has restarted', () => {
  const restarted = holder(answers1({ uptimeSeconds: 20 }));
  expect(noted([restarted]).settled.db1).toEqual({
    is: 'open',
    startedAtMs: NOW_MS - 20_000,
    uptimeSeconds: 20,
    afterPeerMs: 86_380_000,
    clockOffMs: 0,
    peerClockOffMs: 0,
  });
  const closed = holder(answers1({ uptimeSeconds: 20, writable: false }));
  expect(noted([closed]).settled.db1).toMatchObject({ is: 'closed', uptimeSeconds: 20 });
  const halved = holder(answers1({ uptimeSeconds: 20, writable: false, halfClosed: true }));
  expect(noted([halved]).settled).toEqual(steady.memory.settled);
  const byHand = holder(answers1({ writable: false }));
  expect(noted([byHand]).settled).toEqual(steady.memory.settled);
  expect(noted([standby(answers2({ uptimeSeconds: 20, halfClosed: true }))]).settled).toEqual(
    steady.memory.settled,
  );
});
