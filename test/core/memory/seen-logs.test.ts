/**
 * A binary log that was reset while nobody could compare the two: what a node was seen to have before tells it, and keeps its
 * other node from taking new rows for those that it has. A server that restarted with less is another thing.
 */
import { describe, expect, it, test } from 'vitest';
import { noPlace } from '../../../lib/core/evidence/log-place.ts';
import type { Saw, Server } from '../../../lib/core/evidence/sighting.ts';
import { Leader } from '../leader.ts';
import {
  answered,
  answers1,
  answers2,
  channel,
  configured,
  db1,
  db2,
  memory,
  NOW_MS,
  position,
  refused,
  UUID1,
  UUID2,
  unanswered,
} from '../world.ts';

const WAS_RESET = 'the binary log of db1 was reset (RESET MASTER) or lost its end';

/** One process that runs on, whatever else changes. */
const runsOn = ({ nowMs }: Leader) => ({ uptimeSeconds: 86_400 + Math.round((nowMs - NOW_MS) / 1000) });

/** db1 with so many transactions of its own. */
function holds(leader: Leader, to: number, file: string, change: Partial<Server> = {}, gtid = true): Saw {
  const executed = { gtid: gtid ? `${UUID1}:1-${to}` : null, file, offset: to * 10 };
  return answers1({ ...runsOn(leader), executed, ...change });
}

/** db2, which follows and has so many of them. */
function follows(leader: Leader, to: number, file = 'binlog.000003', gtid = true): Saw {
  const received = { gtid: gtid ? `${UUID1}:1-${to}` : null, file, offset: to * 10 };
  const executed = { ...db2.executed, gtid: received.gtid };
  const inbound = channel({ received, applied: received });
  return answers2({ ...runsOn(leader), executed, inbound });
}

const well = (leader: Leader, gtid = true, file = 'binlog.000003') => {
  for (let passed = 0; passed < 20; passed++)
    leader.look(1000, holds(leader, 1000, file, {}, gtid), follows(leader, 1000, file, gtid));
};

/** Its log is reset while the standby is down, and given away again far beyond what that one knows. */
function resetUnseen(leader: Leader, gtid = true, file = 'binlog.000003'): void {
  for (let passed = 0; passed < 8; passed++) leader.look(1000, holds(leader, 1000, file, {}, gtid), refused);
  for (let passed = 1; passed <= 8; passed++)
    leader.look(1000, holds(leader, passed * 20, 'binlog.000001', {}, gtid), refused);
  for (let passed = 1; passed <= 8; passed++)
    leader.look(1000, holds(leader, passed * 1000, 'binlog.000001', {}, gtid), refused);
}

function unfitReasons(leader: Leader, gtid = true): string {
  const step = leader.looks(
    4,
    1000,
    holds(leader, 9000, 'binlog.000001', {}, gtid),
    follows(leader, 9000, 'binlog.000001', gtid),
  );
  return step.situation.fitness.reasons.join();
}

describe('the log of the holder is reset while the standby is down', () => {
  it.each<[what: string, gtid: boolean, file: string]>([
    ['by GTIDs', true, 'binlog.000003'],
    ['in the first file', true, 'binlog.000001'],
    ['by places', false, 'binlog.000003'],
  ])('that is known when the standby is back: %s', (_, gtid, file) => {
    const leader = new Leader();
    well(leader, gtid, file);
    resetUnseen(leader, gtid, file);
    expect(leader.memory.logReset).toMatchObject({ node: 'db1', standby: 'db2' });
    if (gtid) expect(unfitReasons(leader)).toContain(WAS_RESET);
  });

  it('that is known when the standby is back: by places, which could not be read for a while before', () => {
    const leader = new Leader();
    well(leader, false);
    const executed = { gtid: null, ...noPlace };
    for (let passed = 0; passed < 5; passed++)
      leader.look(1000, answers1({ ...runsOn(leader), executed }), follows(leader, 1000, undefined, false));
    resetUnseen(leader, false);
    expect(leader.memory.logReset).toMatchObject({ node: 'db1', standby: 'db2' });
  });

  it('and it does not take over, although by its GTIDs it lacks nothing', () => {
    const leader = new Leader();
    well(leader);
    resetUnseen(leader);
    unfitReasons(leader);
    const alone = follows(leader, 9000, 'binlog.000001');
    expect(leader.looks(8, 250, refused, alone).deed).not.toBe('failover');
  });

  it('while nobody looked at either', () => {
    const leader = new Leader();
    well(leader);
    leader.looks(5, 1000, unanswered, refused);
    const next = leader.next();
    for (let passed = 0; passed < 4; passed++) next.look(1000, holds(next, 400, 'binlog.000001'), refused);
    expect(unfitReasons(next)).toContain(WAS_RESET);
  });

  it('and the next leader has never seen the standby', () => {
    const leader = new Leader();
    well(leader);
    leader.looks(5, 1000, unanswered, refused);
    const next = leader.next();
    next.looks(2, 1000, unanswered, refused);
    for (let passed = 0; passed < 4; passed++) next.look(1000, holds(next, 400, 'binlog.000001'), refused);
    expect(unfitReasons(next)).toContain(WAS_RESET);
  });

  it.each<[what: string, received: string, had: string | null]>([
    ['had nearly all of it', `${UUID1}:1-990`, `${UUID1}:1-990`],
    ['had nothing of it', '', null],
  ])('and nobody knows what the standby had until it is back: it %s', (_, received, had) => {
    const process = { startedAtMs: NOW_MS - 86_400_000, uptimeSeconds: 86_400 };
    const db1 = { identity: UUID1, executed: position(`${UUID1}:1-1000`, 10_000), process, atMs: NOW_MS };
    const leader = new Leader(memory({ logs: { db1 } }));
    for (let passed = 0; passed < 4; passed++) leader.look(1000, holds(leader, 40, 'binlog.000001'), refused);
    expect(leader.memory.logReset).toMatchObject({ node: 'db1', had: `${UUID1}:41-1000`, isAssumed: true });
    const executed = { ...db2.executed, gtid: received };
    const inbound = channel({ io: 'no', received: executed, applied: executed });
    leader.look(1000, holds(leader, 45, 'binlog.000001'), answers2({ ...runsOn(leader), executed, inbound }));
    const noted = leader.memory.logReset;
    expect(noted?.had ?? null).toBe(had === null ? null : `${UUID1}:41-990`);
    expect(noted?.isAssumed).toBeUndefined();
  });

  it('and one look that comes too late does not show it', () => {
    const leader = new Leader();
    well(leader);
    leader.look(1000, holds(leader, 900, 'binlog.000003'), follows(leader, 1000));
    leader.looks(8, 1000, holds(leader, 1001, 'binlog.000003'), follows(leader, 1001));
    expect(leader.memory.logReset).toBeNull();
  });
});

describe('the log of the standby is reset', () => {
  const both = `${UUID1}:1-1000,${UUID2}:1-50`;
  const holder = (leader: Leader) => answers1({ ...runsOn(leader), executed: position(both, 10_000) });
  const standby = (leader: Leader, gtid: string, offset: number) =>
    answers2({
      ...runsOn(leader),
      executed: { gtid, file: 'binlog.000001', offset },
      inbound: channel({ received: position(`${UUID1}:1-1000`) }),
    });

  const reset = () => {
    const leader = new Leader();
    for (let passed = 0; passed < 8; passed++) leader.look(1000, holder(leader), standby(leader, both, 5000));
    for (let passed = 0; passed < 8; passed++) leader.look(1000, holder(leader), standby(leader, '', 0));
    return leader;
  };

  it('it has the rows, and gives its GTIDs away again once it is the holder', () => {
    const leader = reset();
    expect(leader.memory.logReset).toMatchObject({
      node: 'db2',
      standby: 'db1',
      had: `${UUID2}:1-50`,
      forgotten: both,
    });
    expect(leader.look(1000, holder(leader), standby(leader, '', 0)).situation.fitness.fit).toBe(true);
  });

  it('what it had applied between the last look before and the reset is forgotten, too', () => {
    const leader = new Leader();
    for (let passed = 0; passed < 8; passed++) leader.look(1000, holder(leader), standby(leader, both, 5000));
    for (let passed = 1; passed < 8; passed++) {
      const to = 1010 + passed * 10;
      const ahead = answers1({ ...runsOn(leader), executed: position(`${UUID1}:1-${to},${UUID2}:1-53`, to) });
      leader.look(1000, ahead, standby(leader, passed < 2 ? '' : `${UUID1}:1006-${to}`, passed * 10));
    }
    expect(leader.memory.logReset?.forgotten).toBe(`${UUID1}:1-1000:1001-1005,${UUID2}:1-50:51-53`);
  });

  it('what it had lost before has no rows there: it is still to be rebuilt', () => {
    const leader = new Leader();
    const all = `${UUID1}:1-1000,${UUID2}:1-58`;
    const ahead = () => answers1({ ...runsOn(leader), executed: position(all, 10_000) });
    for (let passed = 0; passed < 8; passed++) leader.look(1000, ahead(), standby(leader, both, 5000));
    for (let passed = 0; passed < 8; passed++) leader.look(1000, ahead(), standby(leader, '', 0));
    expect(leader.memory.logReset).toMatchObject({ node: 'db2', forgotten: both });
    const { situation } = leader.look(1000, ahead(), standby(leader, '', 0));
    expect(situation.fitness.reasons.join()).toContain(
      `it lost writes that it had sent: 8 transactions: ${UUID2}:51-58`,
    );
  });

  it('is over when a copy of the other node is loaded there', () => {
    const leader = reset();
    leader.looks(2, 1000, holder(leader), standby(leader, both, 100));
    expect(leader.memory.logReset).toBeNull();
    leader.looks(8, 1000, holder(leader), standby(leader, both, 100));
    expect(leader.memory.logReset).toBeNull();
  });

  it('is nothing where it had written nothing that the holder has', () => {
    const leader = new Leader();
    well(leader);
    for (let passed = 0; passed < 8; passed++)
      leader.look(1000, holds(leader, 1000, 'binlog.000003'), standby(leader, '', 0));
    expect(leader.memory.logReset).toBeNull();
  });
});

describe('a server that restarts with less', () => {
  const restarted = { uptimeSeconds: 5 };

  it('has lost its last writes: its log was not reset', () => {
    const leader = new Leader();
    well(leader);
    leader.looks(2, 250, refused, follows(leader, 1000));
    const back = holds(leader, 900, 'binlog.000003', { ...restarted, writable: false });
    expect(leader.looks(8, 1000, back, follows(leader, 1000))).toMatchObject({ row: 'holder-behind' });
    expect(leader.memory.logReset).toBeNull();
  });

  it('also while looks still give the uptime that it had before', () => {
    const leader = new Leader();
    well(leader);
    const was = runsOn(leader);
    leader.look(250, refused, follows(leader, 1000));
    const stale = holds(leader, 900, 'binlog.000003', { ...was, writable: false });
    leader.looks(8, 1000, stale, follows(leader, 1000));
    expect(leader.memory.logReset).toBeNull();
  });

  it('and takes writes all the same: what it gives away again, its standby does not get', () => {
    const leader = new Leader(configured({ writability: 'untouched' }));
    well(leader);
    leader.looks(8, 1000, unanswered, refused);
    for (let passed = 1; passed <= 4; passed++) {
      const ms = { uptimeSeconds: 5 + passed };
      leader.look(1000, holds(leader, 900 + passed, 'binlog.000003', ms), refused);
    }
    const { logReset } = leader.memory;
    expect(logReset).toMatchObject({
      node: 'db1',
      lack: expect.stringContaining('transactions'),
      forgotten: '',
    });
    expect(unfitReasons(leader)).toContain(WAS_RESET);
  });
});

it('one that restarted with less is opened by force: its standby is told from one that has all', () => {
  const leader = new Leader();
  well(leader);
  leader.looks(2, 250, refused, follows(leader, 1000));
  const back = (to: number, writable: boolean) =>
    holds(leader, to, 'binlog.000003', { uptimeSeconds: 5, writable });
  leader.looks(8, 1000, back(900, false), follows(leader, 1000));
  leader.looks(8, 1000, back(2000, true), follows(leader, 1000));
  expect(leader.memory.logReset).toMatchObject({ node: 'db1', standby: 'db2', had: `${UUID1}:901-1000` });
  expect(unfitReasons(leader)).toContain(WAS_RESET);
});

test('of what is too long to be kept, the part of the node itself is', () => {
  const leader = new Leader();
  const others = Array.from(
    { length: 200 },
    (_, i) => `${`${i}`.padStart(8, '0')}-0000-0000-0000-000000000009:1`,
  );
  const executed = position(`${UUID1}:1-100,${others.join(',')}`);
  leader.looks(70, 1000, answered({ ...db1, executed }), answered({ ...db2, executed }));
  expect(leader.memory.logs.db1?.executed.gtid).toBe(`${UUID1}:1-100`);
});
