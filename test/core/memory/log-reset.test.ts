/**
 * A holder whose binary log was reset, or got another name, gives its GTIDs and places anew. That a standby has them from
 * before does not show that it has what the holder wrote since.
 */
import { describe, expect, it, test } from 'vitest';
import type { Position, Saw } from '../../../lib/core/evidence/sighting.ts';
import { endKnownTo } from '../../../lib/core/memory/log-reset.ts';
import { lackOf } from '../../../lib/core/standby/lead.ts';
import { unknownLoss } from '../../../lib/core/standby/unknown-loss.ts';
import { Leader } from '../leader.ts';
import { answered, answers1, channel, configured, db1, db2, refused, UUID1, UUID2 } from '../world.ts';

const [well1, well2] = [answered(db1), answered(db2)];
const ioError = { errno: 1236, message: 'Could not find the next log' };

/** The holder writes on after the reset; the standby has what it had before. */
function afterReset(
  leader: Leader,
  { gtid, file, standby }: { gtid: boolean; file: string; standby: (passedMs: number) => Saw },
): string {
  leader.looks(20, 250, well1, well2);
  for (let passedMs = 250; passedMs <= 20_000; passedMs += 250) {
    const executed: Position = {
      gtid: gtid ? `${UUID1}:1-${passedMs / 250}` : null,
      file,
      offset: passedMs,
    };
    leader.look(250, answers1({ executed }), standby(passedMs));
  }
  return leader.looks(4, 250, refused, standby(21_000)).deed;
}

const cutOff = (gtid: boolean) => (passedMs: number) => {
  const received = gtid ? channel().received : { ...channel().received, gtid: null };
  return answered({
    ...db2,
    executed: gtid ? db2.executed : { ...db2.executed, gtid: null },
    inbound: channel({
      io: 'no',
      lagSeconds: null,
      ioError,
      received,
      applied: received,
      heardAgoMs: passedMs,
      receivedAgoMs: passedMs,
    }),
  });
};
/** Somebody gave the channel the new place: it skips what has the number of an old transaction, until its source dies. */
const skips = (passedMs: number) =>
  answered({
    ...db2,
    inbound:
      passedMs > 20_000
        ? channel({ io: 'connecting', lagSeconds: null, heardAgoMs: 5000 })
        : channel({ lagSeconds: passedMs / 1000, heardAgoMs: 100 }),
  });

test.each<[what: string, gtid: boolean, file: string, standby: (passedMs: number) => Saw]>([
  ['RESET MASTER on the holder', true, 'binlog.000001', cutOff(true)],
  ['the same, without GTIDs', false, 'binlog.000001', cutOff(false)],
  ['its log got another name', false, 'db1-bin.000001', cutOff(false)],
  ['a channel that was given the new place skips what it takes for known', true, 'binlog.000001', skips],
])('%s: the standby lacks what was written since, and does not take over', (_, gtid, file, standby) => {
  const leader = new Leader();
  expect(afterReset(leader, { gtid, file, standby })).not.toBe('failover');
  expect(leader.memory.outbox.map(({ code }) => code)).toContain('holder-lost');
});

test('the alert names the reset and what to do', () => {
  const leader = new Leader();
  afterReset(leader, { gtid: true, file: 'binlog.000001', standby: cutOff(true) });
  const alert = leader.memory.outbox.find(({ code }) => code === 'standby-unfit');
  expect(alert?.happened).toContain('the binary log of db1 was reset (RESET MASTER) or lost its end');
  expect(alert?.happened).toContain('then rebuild db2');
});

describe('once it was seen', () => {
  const resetSeenBy = (leader: Leader, gtid = true) => {
    leader.looks(20, 250, well1, well2);
    for (let count = 1; count <= 20; count++)
      leader.look(250, holderWith(count, gtid), cutOff(gtid)(count * 250));
  };
  const holderWith = (count: number, gtid = true, change: Parameters<typeof answers1>[0] = {}) =>
    answers1({
      executed: { gtid: gtid ? `${UUID1}:1-${count}` : null, file: 'binlog.000001', offset: count },
      ...change,
    });

  it.each([true, false])(
    'a holder that restarts has lost nothing, and is opened again (GTIDs: %s)',
    (gtid) => {
      const leader = new Leader();
      resetSeenBy(leader, gtid);
      leader.looks(4, 250, refused, cutOff(gtid)(6000));
      const back = holderWith(20, gtid, { writable: false, uptimeSeconds: 2 });
      expect(leader.looks(8, 250, back, cutOff(gtid)(8000))).toMatchObject({ deed: 'open-holder' });
    },
  );

  it('one look is enough where the source has told it: names are given away anew within moments', () => {
    const leader = new Leader();
    leader.looks(20, 250, well1, well2);
    leader.look(250, holderWith(1), cutOff(true)(250));
    const ahead = holderWith(5000);
    const follows = answered({ ...db2, executed: { ...db2.executed, gtid: `${UUID1}:1-5000` } });
    const { situation } = leader.looks(8, 250, ahead, follows);
    expect(situation.fitness.reasons.join()).toContain('was reset (RESET MASTER)');
  });

  it('its standby cannot take over any more, however many GTIDs the holder has given away since', () => {
    const leader = new Leader();
    resetSeenBy(leader);
    const ahead = holderWith(5000);
    const follows = answered({ ...db2, executed: { ...db2.executed, gtid: `${UUID1}:1-5000` } });
    const { situation } = leader.looks(100, 250, ahead, follows);
    expect(situation.fitness.reasons.join()).toContain('was reset (RESET MASTER)');
    expect(
      leader.looks(
        4,
        250,
        refused,
        answered({ ...db2, inbound: channel({ io: 'connecting', lagSeconds: null }) }),
      ).deed,
    ).not.toBe('failover');
  });

  it('that is over when the standby has other data: another identity, or without what it had', () => {
    const leader = new Leader();
    resetSeenBy(leader);
    expect(leader.memory.logReset).toMatchObject({ node: 'db1', standby: 'db2' });
    const inbound = channel({ received: { gtid: `${UUID1}:1-30`, file: 'binlog.000001', offset: 30 } });
    const anew = answered({ ...db2, executed: { ...db2.executed, gtid: `${UUID1}:1-30` }, inbound });
    leader.looks(4, 250, holderWith(30), anew);
    expect(leader.memory.logReset).toBeNull();
  });

  it('is not over when the standby has lost its relay log, and with it a part of what it had', () => {
    const leader = new Leader();
    resetSeenBy(leader);
    const { logReset } = leader.memory;
    const received = { ...channel().received, gtid: `${UUID1}:1-50` };
    const lacks = answered({
      ...db2,
      executed: { ...db2.executed, gtid: `${UUID1}:1-50,${UUID2}:1-7` },
      inbound: channel({ io: 'no', lagSeconds: null, ioError, received, applied: received }),
    });
    leader.looks(4, 250, holderWith(30), lacks);
    expect(leader.memory.logReset).toBe(logReset);
    leader.looks(4, 250, refused, lacks);
    const back = holderWith(30, true, { writable: false, uptimeSeconds: 2 });
    expect(leader.looks(8, 250, back, lacks)).toMatchObject({ deed: 'open-holder' });
  });

  it('is not concluded from one look that is of two moments', () => {
    const leader = new Leader();
    leader.looks(20, 250, well1, well2);
    const more = answered({
      ...db2,
      executed: { ...db2.executed, gtid: `${UUID1}:1-103` },
      inbound: channel({ io: 'connecting', lagSeconds: null }),
    });
    leader.look(250, well1, more);
    leader.looks(40, 250, refused, more);
    expect(leader.memory.logReset).toBeNull();
  });
});

test.each<[what: string, node: string, gtid: string | null, known: string | null]>([
  [
    'its own node: what it forgot is left out',
    'db1',
    `${UUID2}:1-90,${UUID1}:1-40`,
    `${UUID2}:41-90,${UUID1}:1-8`,
  ],
  ['the other node has forgotten nothing', 'db2', `${UUID2}:1-90`, `${UUID2}:1-90`],
  ['a replica of MariaDB keeps its place over a reset', 'db1', '0-2-90', '0-2-90'],
  ['without GTIDs, places say it', 'db1', null, null],
])('the end that a node can reach after a reset; %s', (_, node, gtid, known) => {
  const forgotten = `${UUID2}:1-40,${UUID1}:9-80`;
  const reset = { node: 'db1', standby: 'db2', lack: '', forgotten, atMs: 0 };
  const end = { gtid, file: 'binlog.000007', offset: 4711 };
  expect(endKnownTo(node, end, reset)).toEqual({ ...end, gtid: known });
  expect(endKnownTo(node, end, null)).toBe(end);
});

test('a standby that is asked a moment later than a dying holder: the look does not call it a reset', () => {
  const leader = new Leader();
  leader.looks(20, 250, well1, well2);
  const inbound = channel({ io: 'connecting', lagSeconds: null });
  const later = answered({ ...db2, executed: { ...db2.executed, gtid: `${UUID1}:1-103` }, inbound });
  const { situation } = leader.look(250, well1, later);
  const reasons = situation.fitness.reasons.join();
  expect(reasons).toContain('db2 has events of db1 that db1 did not show when it was last read');
  expect(reasons).not.toContain('RESET MASTER');
  expect(leader.looks(4, 250, refused, later).deed).toBe('failover');
  const lasting = new Leader();
  lasting.looks(20, 250, well1, well2);
  expect(lasting.looks(9, 250, well1, later).situation.fitness.fit).toBe(false);
  const proven = lasting.look(250, well1, later).situation;
  expect(proven.fitness.reasons.join()).toContain('was reset (RESET MASTER)');
  expect(unknownLoss(proven, 'db1', 'db2')).toContain('was reset (RESET MASTER)');
  expect(unknownLoss(situation, 'db1', 'db2')).not.toContain('RESET MASTER');
});

describe('what is no reset', () => {
  const ahead = { ...db2, executed: { ...db2.executed, gtid: `${UUID1}:1-103` } };
  const fitOf = (leader: Leader, standby: Saw) => leader.looks(20, 250, well1, standby).situation.fitness;

  it('a look at the standby that is a moment newer', () => {
    expect(fitOf(new Leader(), answered(ahead)).fit).toBe(true);
  });

  it("the same, and its lag is wrong because the hosts' clocks differ", () => {
    const late = answered({ ...ahead, inbound: channel({ lagSeconds: 30 }) });
    expect(fitOf(new Leader(configured({ writeProbe: false })), late).fit).toBe(true);
  });

  it('a holder that came back closed and with less: the standby has everything, and takes over', () => {
    const leader = new Leader();
    leader.looks(20, 250, well1, well2);
    const executed = { ...db1.executed, gtid: `${UUID1}:1-90` };
    const back = answers1({ writable: false, uptimeSeconds: 5, executed });
    const cut = answered({ ...db2, inbound: channel({ io: 'connecting', lagSeconds: null }) });
    expect(leader.looks(4, 250, back, cut)).toMatchObject({ row: 'holder-behind', deed: 'failover' });
  });

  it('a holder that rotates its log', () => {
    const leader = new Leader();
    leader.looks(20, 250, well1, well2);
    const executed = { ...db1.executed, file: 'binlog.000004', offset: 200 };
    const step = leader.looks(20, 250, answers1({ executed }), well2);
    expect(step.situation.fitness.fit).toBe(true);
  });
});

it('places in logs of another name cannot be compared', () => {
  const end = { gtid: null, file: 'db1-bin.000001', offset: 400 };
  expect(lackOf({ ...db2, executed: end }, end, null)).toBe('unknown');
});
