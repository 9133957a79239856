import { describe, expect, it, test } from 'vitest';
import { decide } from '../../../lib/core/decision/decision.ts';
import { checkedOf, renderCheck, renderStatus } from '../../../lib/core/text/status-text.ts';
import {
  answers1,
  answers2,
  type Change,
  full,
  hears1,
  hears2,
  holder,
  inFlight,
  memory,
  misconfigured,
  NOW_MS,
  refused,
  rememberedUnfit,
  seen,
  standby,
  steady,
  vipAt,
  vipBlindFor,
} from '../world.ts';

function status(...changes: readonly Change[]): string {
  const situation = seen(steady, ...changes);
  return renderStatus(situation, decide(situation), 'leader').join('\n');
}

describe('status', () => {
  it('is short when all is well', () => {
    expect(status()).toMatchInlineSnapshot(`
      "orders: VIP 10.0.1.10 on db1
        db1 serving, takes writes, replication from 10.0.1.12: IO yes, SQL yes, lag 0 s, mysql 8.4.3
        db2 serving, read-only, replication from 10.0.1.11: IO yes, SQL yes, lag 0 s, mysql 8.4.3
        db2 can take over (as of 1 s ago)
        steady: nothing to do
          why: The holder serves, the standby can take over, and exactly one node takes writes."
    `);
  });

  it('says what one look of a pair that is not well is worth', () => {
    const lost = seen(steady, holder(refused, 1));
    const doubt = '  by one look, which confirms nothing: `explain orders` asks the leader';
    expect(renderStatus(lost, decide(lost), 'one look')).toContain(doubt);
    expect(renderStatus(lost, decide(lost), 'leader')).not.toContain(doubt);
    expect(renderStatus(seen(steady), decide(seen(steady)), 'one look')).not.toContain(doubt);
  });

  it('says what EC2 shows otherwise than the environment file says, after a single look too', () => {
    expect(status(misconfigured(1))).toMatchInlineSnapshot(`
      "orders: VIP 10.0.1.10 at an unknown location: EC2 does not show the pair as its environment file describes it
        db1 serving, takes writes, replication from 10.0.1.12: IO yes, SQL yes, lag 0 s, mysql 8.4.3
        db2 serving, read-only, replication from 10.0.1.11: IO yes, SQL yes, lag 0 s, mysql 8.4.3
        db2 can take over (as of 1 s ago)
        misconfigured: no action and no alert, keepalambda looks again
          why: With wrong ids, the node that is closed or gets the VIP is another one than the one that was judged. A plan that began while the ids fitted goes on: cut off half way, it would leave clients without a node that takes writes.
        misconfigured: db1: eni-1 is attached to i-2; the environment says i-1. To fix it: exchange the eniIds"
    `);
  });

  const incident = memory({ incident: { id: '41c0ffee', openedAtMs: 0, row: 'D14', told: [] } });
  const ioError = { errno: 1236, message: 'Could not find first log file name' };
  test.each<[what: string, changes: readonly Change[], line: string]>([
    ['a lost holder', [holder(refused)], '  db1 is stopped: its port refuses connections (10 looks)'],
    ['a full one', [holder(full)], '  db1 is saturated: error 1040: Too many connections'],
    ['a read-only holder', [holder(answers1({ writable: false }))], '  db1 serving, read-only'],
    [
      'no replication',
      [standby(answers2({ inbound: { kind: 'unconfigured' } }))],
      'replication not configured',
    ],
    ['unknown lag', [standby(hears2({ lagSeconds: null }))], 'SQL yes, lag unknown, mysql'],
    [
      'a stopped thread',
      [standby(hears2({ io: 'no', ioError }))],
      'IO no, SQL yes, lag 0 s (error 1236: Could not find first log file name)',
    ],
    [
      'an unfit standby',
      [standby(hears2({ lagSeconds: null })), memory({ readiness: null })],
      '  db2 cannot take over: its lag is unknown',
    ],
    [
      'a standby that the leader has not given up yet',
      [standby(hears2({ lagSeconds: null }))],
      '  db2 cannot take over: its lag is unknown (it could 1 s ago)',
    ],
    [
      'a standby that the leader knows to be unfit, for the same reason',
      [standby(hears2({ lagSeconds: null })), rememberedUnfit('its lag is unknown')],
      '  db2 cannot take over: its lag is unknown (as of 1 s ago)\n  standby-unfit: nothing is moved, alert standby-unfit: db2 cannot take over: its lag is unknown\n    why: A standby',
    ],
    ['a half closed node', [standby(answers2({ halfClosed: true }))], '  db2 serving, half closed'],
    [
      'a node in offline mode',
      [standby(answers2({ offline: true }))],
      '  db2 serving, read-only, refuses clients (offline_mode is ON)',
    ],
    ['an open incident', [incident], '  incident 41c0ffee is open'],
    ['the VIP on neither', [vipAt({ kind: 'nowhere' })], 'orders: VIP 10.0.1.10 on no ENI'],
    [
      'EC2 silent',
      [vipBlindFor(60_000)],
      'orders: VIP 10.0.1.10 at an unknown location: RequestLimitExceeded',
    ],
    [
      'a pause',
      [memory({ pause: { untilMs: NOW_MS + 90_000, by: 'eva', why: 'kernel' } })],
      '  paused by eva for 2 more minutes: kernel',
    ],
    [
      'what is done and why: a failover',
      [holder(refused), standby(hears2({ io: 'connecting' }))],
      '  holder-lost: failover to db2, because db1 is stopped: its port refuses connections (10 looks)\n    why: The holder is gone',
    ],
    [
      'what it waits for',
      [vipAt({ kind: 'nowhere' }, 1)],
      '  vip-unknown: no action and no alert, keepalambda looks again\n    why: Wait for EC2 to report the VIP',
    ],
    [
      'a report that EC2 has not confirmed',
      [vipAt({ kind: 'nowhere' }, 1)],
      'on no ENI (waiting for confirmation)',
    ],
    ['a plan in flight', [inFlight], 'the failover to db2 goes on\n    why: A plan that is half done'],
    [
      'the flap guard',
      [memory({ failoversAtMs: [NOW_MS - 4000] })],
      '  flap guard: the last automatic failover was 4 s ago (at least 30 s must be between two); `acknowledge` ends it',
    ],
    [
      'a quarantine',
      [memory({ quarantine: { node: 'db1', groups: [] } })],
      '  db1 is in quarantine; `release` ends it',
    ],
  ])('shows %s', (_, changes, line) => {
    expect(status(...changes)).toContain(line);
  });

  it('never calls a standby fit that the leader knows to be unfit, whatever this look sees', () => {
    const text = status(rememberedUnfit('it lags by 300 s'));
    expect(text).toContain(
      '  db2 cannot take over: it lags by 300 s (as of 1 s ago)\n  the last look finds no fault with it',
    );
    expect(text).not.toMatch(/can take over/);
  });

  it('judges the standby by its own words while the holder does not let us in', () => {
    expect(status(holder(full), standby(hears2({ io: 'no', lagSeconds: null })))).toContain(
      'db2 cannot take over: the IO thread is stopped',
    );
  });

  it('does not speak of a pause that is over', () => {
    expect(status(memory({ pause: { untilMs: NOW_MS, by: 'eva', why: 'kernel' } }))).not.toContain('paused');
  });
});

describe('check, as mysql_check would say it', () => {
  const stuck = answers1({
    heartbeat: { kind: 'failed', forMs: 6000, because: 'disk full', cause: 'disk-full', blocker: null },
  });
  test.each<[what: string, changes: readonly Change[], db1: string, db2: string]>([
    ['both well', [], 'db1 passes the check', 'db2 passes the check'],
    [
      'one stopped',
      [standby(refused)],
      'db1 passes',
      'db2 fails the check: db2 is stopped: its port refuses connections (10 looks)',
    ],
    [
      'a thread stopped',
      [holder(hears1({ sql: 'no' }))],
      'db1 fails the check: the SQL thread is stopped',
      'db2 passes',
    ],
    [
      'stuck',
      [holder(stuck)],
      'db1 fails the check: it answers, but no heartbeat was committed',
      'db2 passes',
    ],
    ['lag unknown: no fault', [standby(hears2({ lagSeconds: null }))], 'db1 passes', 'db2 passes'],
  ])('%s', (_, changes, db1, db2) => {
    const [first, second] = checkedOf(seen(steady, ...changes)).map(renderCheck);
    expect(first).toContain(db1);
    expect(second).toContain(db2);
  });
});
