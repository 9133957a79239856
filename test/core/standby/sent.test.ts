/** What a node was last seen to have of the other's history: by that, one that comes back with less is known. */
import { describe, expect, it } from 'vitest';
import { allSafeguards } from '../../../lib/core/decision/safeguards.ts';
import { noDurations } from '../../../lib/core/decision/situation.ts';
import type { Position, Saw } from '../../../lib/core/evidence/sighting.ts';
import type { Verdict } from '../../../lib/core/evidence/verdict.ts';
import { emptyMemory } from '../../../lib/core/memory/memory.ts';
import { newPair } from '../../../lib/core/pair/pair-state.ts';
import { takePlan } from '../../../lib/core/pair/pair-work.ts';
import { nextSent } from '../../../lib/core/standby/sent.ts';
import { Leader } from '../leader.ts';
import {
  answered,
  channel,
  db1,
  db2,
  memory,
  NOW_MS,
  position,
  refused,
  steady,
  UUID1,
  UUID2,
  UUID3,
  unanswered,
} from '../world.ts';

type Sent = Parameters<typeof nextSent>[0];

/** Up to there in db1's history and in db2's, with GTIDs or without. */
type Place = (of1: number, of2: number) => Position;
const numbered: Place = (of1, of2) => position(`${UUID1}:1-${of1},${UUID2}:1-${of2}`, of1 * 10);
const unnumbered: Place = (of1) => position(null, of1 * 10);

const inbound2 = (received: Position) => channel({ io: 'no', received, applied: received });
const standby = (executed: Position, received: Position, uptimeSeconds = db2.uptimeSeconds): Saw =>
  answered({ ...db2, executed, uptimeSeconds, inbound: inbound2(received) });
const holder = (executed: Position, received: Position, writable = true): Saw =>
  answered({
    ...db1,
    executed,
    writable,
    inbound: channel({
      sourceAddress: '10.0.1.12',
      sourceIdentity: UUID2,
      receivedAgoMs: 5000,
      received,
      applied: received,
    }),
  });

describe.each([
  ['with GTIDs', numbered, `50 transactions: ${UUID1}:151-200`],
  ['without', unnumbered, 'binlog.000003 from 1500 to 2000'],
])('a holder that nobody has seen since its standby received more, %s', (_, at, lack) => {
  const has200 = standby(at(200, 9), at === numbered ? position(`${UUID1}:1-200`, 2000) : at(200, 9));
  const back = holder(at(150, 9), at(0, 0), false);
  const unseen = () => {
    const leader = new Leader();
    leader.looks(40, 250, unanswered, has200);
    return leader;
  };

  it('is not opened when it is back with less, and the standby is down by then', () => {
    const leader = unseen();
    leader.looks(4, 250, unanswered, refused);
    const { row, situation } = leader.looks(3, 1000, back, refused);
    expect([row, situation.behind]).toEqual(['holder-behind-stays', lack]);
  });

  it('nor by the next leader', () => {
    const leader = unseen();
    const next = new Leader(memory(leader.memory));
    next.looks(4, 250, unanswered, refused);
    expect(next.looks(3, 1000, back, refused).row).toBe('holder-behind-stays');
  });

  it('nor by the next leader, whose probes have never read the status of the standby', () => {
    const leader = unseen();
    const next = new Leader(memory(leader.memory));
    const mute = answered({ ...db2, executed: at(200, 9), inbound: { kind: 'unread' } });
    next.looks(4, 250, unanswered, mute);
    const rows = [1, 2, 3].map(() => next.look(1000, back, mute).row);
    expect(rows).not.toContain('holder-read-only');
    expect(next.memory.behind).toEqual({ db1: lack });
  });

  it('is opened when it has all that', () => {
    const leader = unseen();
    leader.looks(4, 250, unanswered, refused);
    expect(leader.looks(3, 1000, holder(at(200, 9), at(0, 0), false), refused).row).toBe('holder-read-only');
  });
});

describe('a standby that comes back with less than its holder had of it, which is lost by then', () => {
  const all = standby(numbered(200, 100), numbered(200, 0));
  const serving = holder(numbered(200, 100), numbered(0, 100));
  const away = () => {
    const leader = new Leader();
    leader.looks(4, 250, serving, all);
    leader.looks(12, 250, serving, refused);
    return leader;
  };
  const back = (of2: number) => standby(numbered(200, of2), numbered(200, 0), 3);
  const less = `it lost writes that it had sent: 10 transactions: ${UUID2}:91-100`;

  it('cannot take over', () => {
    const leader = away();
    leader.looks(6, 500, unanswered, refused);
    const { situation } = leader.looks(2, 1000, unanswered, back(90));
    expect(situation.fitness.reasons).toContain(less);
  });

  it('nor under the next leader', () => {
    const reasonsOf = (of2: number) => {
      const next = new Leader(memory(away().memory));
      next.looks(6, 500, unanswered, refused);
      return next.looks(2, 1000, unanswered, back(of2)).situation.fitness.reasons;
    };
    expect(reasonsOf(90)).toContain(less);
    expect(reasonsOf(100)).not.toContain(less);
  });
});

describe('what is remembered of it', () => {
  const at = numbered;
  const has200 = standby(at(200, 9), at(200, 0));

  it('is written down once it stands still, and not while it grows', () => {
    const leader = new Leader();
    for (let to = 100; to < 140; to++) leader.look(250, unanswered, standby(at(to, 9), at(to, 0)));
    expect(leader.memory.sent).toEqual({});
    leader.looks(12, 250, unanswered, has200);
    expect(leader.memory.sent).toMatchObject({ db1: { gtid: `${UUID1}:1-200` } });
    const { memory: noted } = leader;
    leader.looks(4, 250, unanswered, has200);
    expect(leader.memory.sent).toBe(noted.sent);
  });

  it('is the newest, also where another vantage has seen less and finds its host silent later', () => {
    const seenBy = (of1: number, seenAtMs: number) =>
      ({
        node: 'db2',
        seenAtMs,
        server: { ...db2, executed: at(of1, 9), inbound: inbound2(at(of1, 0)) },
      }) as Verdict;
    const gone = { node: 'db1', seenAtMs: NOW_MS, server: null } as Verdict;
    const sentAfter = (sent: Sent, standby: Verdict) =>
      nextSent(sent, { holder: gone, standby, memory: emptyMemory, nowMs: NOW_MS });
    const newest = sentAfter(sentAfter({}, seenBy(150, NOW_MS + 1000)), seenBy(200, NOW_MS + 2000));
    expect(newest).toMatchObject({ db1: { position: { gtid: at(200, 9).gtid } } });
    expect(sentAfter(newest, seenBy(180, NOW_MS + 1500))).toEqual(newest);
  });

  it('outlasts a plan that changes the roles', () => {
    const sent = { db1: { position: numbered(200, 0), sinceMs: NOW_MS, seenAtMs: NOW_MS } };
    const work = { kind: 'plan', holder: 'db2', orderId: null, resumes: false } as const;
    const begun = newPair({
      pair: steady.pair,
      safeguards: allSafeguards,
      vantages: ['a'],
      memory: steady.memory,
      nextId: 'aaaa0001',
      epoch: 1,
      unwatchedSinceMs: NOW_MS,
      nowMs: NOW_MS,
    });
    const durations = { ...begun.durations, steadySinceMs: NOW_MS, sent };
    expect(takePlan({ ...begun, durations, work }, 'over', NOW_MS).durations).toEqual({
      ...noDurations,
      sent,
    });
  });

  it('is over when both are seen', () => {
    const leader = new Leader();
    leader.looks(20, 250, unanswered, has200);
    leader.look(1000, holder(at(200, 9), at(0, 9)), has200);
    expect(leader.memory.sent).toEqual({});
  });

  it('and when somebody has opened the one with less', () => {
    const leader = new Leader();
    leader.looks(20, 250, unanswered, has200);
    leader.looks(4, 250, unanswered, refused);
    leader.look(1000, holder(at(151, 9), at(0, 0)), refused);
    expect(leader.memory.sent).not.toHaveProperty('db1');
    expect(leader.look(1000, holder(at(151, 9), at(0, 0), false), refused).situation.behind).toBeNull();
  });

  it('not by a standby that follows somebody else', () => {
    const leader = new Leader();
    const at2 = position(null, 9000);
    const stray = answered({
      ...db2,
      executed: at2,
      inbound: channel({ received: at2, sourceIdentity: UUID3 }),
    });
    leader.looks(20, 250, unanswered, stray);
    expect(leader.memory.sent).toEqual({});
  });
});
