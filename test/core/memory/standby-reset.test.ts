/**
 * A standby whose own binary log was reset has the rows of its source and not their GTIDs. Nothing else is to be taken for that:
 * mostly, a standby lacks what it is about to apply.
 */
import { describe, expect, it, test } from 'vitest';
import type { Server } from '../../../lib/core/evidence/sighting.ts';
import { Leader } from '../leader.ts';
import {
  answered,
  answers1,
  answers2,
  channel,
  db2,
  memory,
  refused,
  UUID1,
  UUID2,
  vipAt,
} from '../world.ts';

const place = (offset: number) => ({ file: 'binlog.000003', offset });
const holderAt = (last: number) =>
  answers1({ executed: { gtid: `${UUID1}:1-${last}`, ...place(last * 100) } });

/** It has received up to `received`, applied up to `applied`, and records `recorded`. */
function standbyWith(
  received: number,
  applied: number,
  recorded: string,
  change: Partial<Server> = {},
): Server {
  const inbound = channel({
    received: { gtid: `${UUID1}:1-${received}`, ...place(received * 100) },
    applied: { gtid: recorded, ...place(applied * 100) },
    caughtUp: received === applied,
  });
  return { ...db2, executed: { gtid: recorded, ...place(4) }, inbound, ...change };
}

/** Looks at a busy pair: the holder is at `100 + n`, and the standby never has all of it. */
function busy(leader: Leader, looks: number, recorded: (applied: number) => string, applies = true): void {
  for (let count = 1; count <= looks; count++) {
    const at = 100 + count * 5;
    const applied = applies ? at - 3 : 102;
    leader.look(250, holderAt(at), answered(standbyWith(at - 1, applied, recorded(applied))));
  }
}

describe('a standby that applied what it received and does not record it', () => {
  const idle = answered(standbyWith(100, 100, `${UUID1}:41-100`));

  it('had its log reset, as one look at an idle pair shows', () => {
    const leader = new Leader();
    leader.looks(8, 250, holderAt(100), idle);
    expect(leader.memory.logReset).toMatchObject({ node: 'db2', standby: 'db1', forgotten: `${UUID1}:1-40` });
  });

  it('and two looks at a busy one', () => {
    const leader = new Leader();
    busy(leader, 8, (applied) => `${UUID1}:41-${applied}`);
    expect(leader.memory.logReset).toMatchObject({ node: 'db2', forgotten: `${UUID1}:1-40` });
  });

  it('can take over, and on-call reads what is wrong with it and how it learns its GTIDs again', () => {
    const leader = new Leader();
    const step = leader.looks(40, 250, holderAt(100), idle);
    expect(step).toMatchObject({ row: 'standby-log-reset' });
    expect(step.situation.fitness.fit).toBe(true);
    const alert = leader.memory.outbox.find(({ code }) => code === 'standby-log-reset');
    expect(alert?.happened).toContain(`On db2: SET GLOBAL gtid_purged = '+${UUID1}:1-40'`);
    const server = standbyWith(100, 100, `${UUID1}:41-100`);
    const cut = { ...server.inbound, io: 'connecting', lagSeconds: null } as Server['inbound'];
    expect(leader.looks(4, 250, refused, answered({ ...server, inbound: cut })).deed).toBe('failover');
  });

  it('is given them as the holder too, and then the other node can take over again', () => {
    const leader = new Leader();
    leader.looks(8, 250, holderAt(100), idle);
    const { logReset } = leader.memory;
    const moved = new Leader(memory({ logReset, lastHolder: 'db2' }), vipAt({ kind: 'node', node: 'db2' }));
    const [old, opened] = [
      answers1({ writable: false, executed: { gtid: `${UUID1}:1-100`, ...place(10_000) } }),
      answered(standbyWith(100, 100, `${UUID1}:41-100`, { writable: true })),
    ];
    const { reasons } = moved.looks(8, 250, old, opened).situation.fitness;
    expect(reasons.join()).toContain(`On db2: SET GLOBAL gtid_purged = '+${UUID1}:1-40'`);
    const whole = answered(standbyWith(100, 100, `${UUID1}:1-100`, { writable: true }));
    expect(moved.looks(8, 250, old, whole).situation.fitness.reasons.join()).not.toContain('reset');
  });

  it('is to be rebuilt where the server cannot be given GTIDs again', () => {
    const leader = new Leader();
    const old = answered(standbyWith(100, 100, `${UUID1}:41-100`, { version: '5.6.51-log' }));
    leader.looks(
      40,
      250,
      answers1({ version: '5.6.51-log', executed: { gtid: `${UUID1}:1-100`, ...place(10_000) } }),
      old,
    );
    const alert = leader.memory.outbox.find(({ code }) => code === 'standby-log-reset');
    expect(alert?.happened).toContain('Rebuild db2');
  });

  it('lacks nothing of what the holder wrote, as far as a move is concerned', () => {
    const leader = new Leader();
    const { situation } = leader.looks(8, 250, holderAt(100), idle);
    expect(situation.lead).toMatchObject({ standbyLacks: null, standbyLacksOwn: null });
  });

  it('is well again when it knows them again', () => {
    const leader = new Leader();
    leader.looks(8, 250, holderAt(100), idle);
    const { row } = leader.looks(40, 250, holderAt(100), answered(standbyWith(100, 100, `${UUID1}:1-100`)));
    expect(leader.memory.logReset).toBeNull();
    expect(row).toBe('steady');
  });

  it('gives way to a reset of the holder, which decides more', () => {
    const leader = new Leader();
    leader.looks(8, 250, holderAt(100), idle);
    const told = { errno: 1236, message: 'Could not find the next log' };
    const server = standbyWith(100, 100, `${UUID1}:41-100`);
    const inbound = { ...server.inbound, io: 'no', ioError: told } as Server['inbound'];
    leader.looks(20, 250, holderAt(7), answered({ ...server, inbound }));
    expect(leader.memory.logReset).toMatchObject({ node: 'db1', standby: 'db2' });
  });
});

describe('a standby of MariaDB that was a holder before', () => {
  const at = (gtid: string) => ({ gtid, ...place(10_000) });
  const flavor = { flavor: 'mariadb', version: '10.11.6-MariaDB' } as const;
  const holderNow = (last: number) =>
    answers1({
      ...flavor,
      identity: 'server_id:1',
      executed: at(`0-1-${last},0-2-50`),
      inbound: channel({ sourceIdentity: 'server_id:2', received: at('0-2-50'), applied: at('0-2-50') }),
    });
  const standbyNow = (last: number, gtid: string, uptimeSeconds: number) =>
    answers2({
      ...flavor,
      identity: 'server_id:2',
      uptimeSeconds,
      executed: at(gtid),
      inbound: channel({
        sourceIdentity: 'server_id:1',
        received: at(`0-1-${last}`),
        applied: at(`0-1-${last}`),
      }),
    });
  /** It is well for some seconds; then this is what its log has, and what `status` says of it, at each look. */
  const reasonsSince = (leader: Leader, gtidAt: (last: number) => string, isRestarted: boolean): string[] => {
    for (let count = 1; count <= 16; count++)
      leader.look(
        250,
        holderNow(100 + count),
        standbyNow(100 + count, `0-1-${100 + count},0-2-50`, 9000 + count / 4),
      );
    return Array.from({ length: 40 }, (_, count) => {
      const last = 117 + count;
      const uptimeSeconds = isRestarted ? 1 + count / 4 : 9004 + count / 4;
      const { situation } = leader.look(250, holderNow(last), standbyNow(last, gtidAt(last), uptimeSeconds));
      return situation.fitness.reasons.join('; ');
    });
  };

  it('and whose log was reset has lost no writes: at first it may be either, then the reset is known', () => {
    const leader = new Leader();
    const said = reasonsSince(leader, (last) => `0-1-${last}`, false);
    expect(said[0]).toContain(
      'db1 has writes of it that it does not show: its binary log was reset (RESET MASTER), or',
    );
    expect(said.join()).not.toContain('lost writes');
    expect(leader.memory.logReset).toMatchObject({ node: 'db2', standby: 'db1' });
    expect(leader.memory.behind).toEqual({});
    expect(said.at(-1)).toBe('');
  });

  it('and that restarted with less has lost them', () => {
    const leader = new Leader();
    expect(reasonsSince(leader, (last) => `0-1-${last}`, true)[0]).toContain(
      'it lost writes that it had sent',
    );
    expect(leader.memory.behind).toHaveProperty('db2');
  });

  it('and that wrote something itself a moment before it was stopped has lost nothing', () => {
    const leader = new Leader();
    reasonsSince(leader, (last) => `0-1-${last},0-2-50`, false);
    const ahead = answers1({ ...flavor, identity: 'server_id:1', executed: at('0-1-160,0-2-51') });
    leader.look(250, ahead, standbyNow(160, '0-1-160,0-2-50', 9020));
    const { situation } = leader.looks(20, 250, ahead, refused);
    expect(situation.fitness.reasons.join()).toMatch(/^it is stopped/);
    expect(situation.fitness.reasons.join()).not.toContain('lost writes');
  });
});

test.each<[what: string, play: (leader: Leader) => void]>([
  [
    'a busy standby that is a moment behind',
    (leader) => busy(leader, 20, (applied) => `${UUID1}:1-${applied}`),
  ],
  [
    'a worker that is long at one transaction, while others go on',
    (leader) => busy(leader, 20, (applied) => `${UUID1}:1-101:103-${applied + 90}`, false),
  ],
  [
    'writes of its own that it has lost: it would give their names to other rows',
    (leader) => {
      const server = standbyWith(100, 100, `${UUID1}:1-100`);
      const inbound = channel({
        received: { gtid: `${UUID1}:1-100,${UUID2}:1-9`, ...place(10_000) },
        applied: { gtid: `${UUID1}:1-100`, ...place(10_000) },
      });
      leader.looks(20, 250, holderAt(100), answered({ ...server, inbound }));
    },
  ],
  [
    'a channel of MariaDB, whose place outlasts a reset',
    (leader) => {
      const inbound = channel({
        received: { gtid: '0-1-100', ...place(10_000) },
        applied: { gtid: '0-1-90', ...place(10_000) },
      });
      leader.looks(20, 250, holderAt(100), answered({ ...db2, inbound }));
    },
  ],
])('%s is no reset', (_, play) => {
  const leader = new Leader();
  play(leader);
  expect(leader.memory.logReset).toBeNull();
});
