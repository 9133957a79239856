/** Whole incidents over time, as golden files: each change of one is read like prose, and explained. */
import { expect, test } from 'vitest';
import type { Alert } from '../../lib/core/alert/incident.ts';
import { mailOf } from '../../lib/core/text/mail-text.ts';
import { type Happening, type StoryProps, Storyteller } from './storyteller.ts';
import { place } from './text/place.ts';
import {
  answers1,
  answers2,
  channel,
  full,
  hanging,
  hears2,
  lockedOut,
  NOW_MS,
  refused,
  UUID2,
  unanswered,
} from './world.ts';

/** What the standby's channel says once its source is gone. */
const deaf = hears2({ io: 'connecting', heardAgoMs: 4000 });
/** db1 has started again: closed, and it follows db2. */
const returned = answers1({
  writable: false,
  uptimeSeconds: 5,
  heartbeat: { kind: 'not-tried' },
  inbound: channel({ sourceAddress: '10.0.1.12', sourceIdentity: UUID2 }),
});
/** db1 has started again and is the holder still: its servers come up read-only. */
const restarted = answers1({ writable: false, uptimeSeconds: 2, heartbeat: { kind: 'not-tried' } });
const pause = { action: 'pause', pair: 'orders', by: 'ann', why: 'maintenance', minutes: 10 } as const;

const taken = { action: 'acknowledge', pair: 'orders', by: 'ann', why: 'I take care of it' } as const;

const switchover = {
  action: 'switchover',
  pair: 'orders',
  by: 'ann',
  why: 'kernel',
  to: 'db2',
  force: false,
  killLong: false,
} as const;

/** What EC2 shows where the file has the ENIs of the two nodes exchanged. */
const exchanged = [
  {
    subject: 'db1 and db2',
    got: 'eni-1 is attached to i-2, and eni-2 to i-1',
    want: 'the environment has the two exchanged',
    remedy: 'exchange the eniId of db1 and db2 there (or their instanceId), and deploy',
  },
];

test.each<[name: string, happenings: readonly Happening[], forMs: number, props?: StoryProps]>([
  [
    'killed-mysqld',
    [
      { atMs: 12_000, what: 'mysqld on db1 is killed', db1: refused, db2: deaf },
      { atMs: 25_000, what: 'mysqld on db1 is back, and follows db2', db1: returned },
    ],
    85_000,
  ],
  [
    'silent-host',
    [
      {
        atMs: 12_000,
        what: 'the host of db1 falls silent; db2 heard it a moment ago',
        db1: unanswered,
        db2: hears2({ heardAgoMs: 300 }),
      },
      { atMs: 13_800, what: 'db2 has not heard it for 4 s', db2: deaf },
      { atMs: 30_000, what: 'the host of db1 is back, and mysqld follows db2', db1: returned },
    ],
    90_000,
  ],
  [
    'pause',
    [
      { atMs: 10_000, what: 'ann pauses the pair', order: pause },
      { atMs: 12_000, what: 'mysqld on db1 is killed', db1: refused, db2: deaf },
      { atMs: 25_000, what: 'mysqld on db1 is back', db1: answers1(), db2: hears2({}) },
    ],
    40_000,
  ],
  [
    'leader-dies',
    [
      { atMs: 12_000, what: 'mysqld on db1 is killed', db1: refused, db2: deaf },
      { atMs: 12_650, what: 'the leader dies in the middle of the failover', leader: 'dies' },
    ],
    25_000,
  ],
  [
    'stuck-holder',
    [
      { atMs: 8000, what: 'commits on db1 hang', db1: answers1({ heartbeat: hanging(200) }) },
      { atMs: 13_000, what: 'they have hung for 5 s', db1: answers1({ heartbeat: hanging(5200) }) },
    ],
    25_000,
  ],
  ['switchover', [{ atMs: 8000, what: 'ann asks for a switchover', order: switchover }], 20_000],
  ['vip-taken-away', [{ atMs: 8000, what: 'somebody takes the VIP away from db1', vip: null }], 25_000],
  [
    'restarted-holder',
    [
      { atMs: 8000, what: 'mysqld on db1 is restarted', db1: refused, db2: deaf },
      { atMs: 8200, what: 'it is back at once, and read-only', db1: restarted, db2: hears2({}) },
    ],
    20_000,
  ],
  ['opened-standby', [{ atMs: 8000, what: 'somebody opens db2', db2: answers2({ writable: true }) }], 20_000],
  [
    'repaired-standby',
    [
      { atMs: 8000, what: 'mysqld on db2 is killed', db2: refused },
      { atMs: 20_000, what: 'SSM has restarted it', db2: answers2({ uptimeSeconds: 1 }) },
    ],
    35_000,
    { pair: { repair: ['mysqld'] } },
  ],
  [
    'old-holder-attached',
    [
      {
        atMs: 0,
        what: 'db1 took over a minute ago, and receives nothing from db2, which is back',
        db1: answers1({
          inbound: channel({ io: 'no', sourceAddress: '10.0.1.12', sourceIdentity: UUID2 }),
        }),
      },
    ],
    10_000,
    {
      memory: {
        detached: { node: 'db1', from: 'db2', missing: null, atMs: NOW_MS - 60_000 },
      },
    },
  ],
  [
    // Without the comparison, db2 would be closed here at the first look: it takes writes, and is taken for the standby.
    'misconfigured',
    [
      {
        atMs: 0,
        what: 'the first deployment: the file has the ENIs exchanged, and both servers take writes',
        db2: answers2({ writable: true }),
        wrong: exchanged,
      },
      { atMs: 6000, what: 'ann asks for a switchover', order: switchover },
      { atMs: 8000, what: 'mysqld on db1 is killed', db1: refused, db2: answers2({ writable: true }) },
      { atMs: 11_000, what: 'it is back', db1: answers1() },
      { atMs: 12_000, what: 'ann has made db2 read-only', db2: answers2() },
      { atMs: 14_000, what: 'the file is corrected', wrong: [] },
      { atMs: 14_000, what: 'and deployed: another leader takes over', leader: 'dies' },
    ],
    25_000,
    { memory: { lastHolder: null, identities: {}, readiness: null, settled: {} } },
  ],
  [
    'order-at-a-silent-look',
    [
      { atMs: 8000, what: 'packets to db1 are lost for a moment', db1: unanswered },
      { atMs: 8600, what: 'ann asks for a switchover', order: switchover },
      { atMs: 8700, what: 'the same call comes again', order: switchover },
      { atMs: 8750, what: 'packets arrive again', db1: answers1() },
    ],
    12_000,
  ],
  [
    'lost-while-misconfigured',
    [
      { atMs: 1000, what: 'a file that has the ENIs exchanged is deployed', wrong: exchanged },
      { atMs: 5000, what: 'mysqld on db1 is killed', db1: refused },
      { atMs: 20_000, what: 'another leader takes over', leader: 'dies' },
      { atMs: 40_000, what: 'and another one', leader: 'dies' },
      { atMs: 60_000, what: 'mysqld is back', db1: answers1() },
      { atMs: 70_000, what: 'mysqld on db1 is killed again', db1: refused },
    ],
    80_000,
  ],
  [
    'locked-out',
    [
      { atMs: 8000, what: 'the password of our account is changed on db1', db1: lockedOut },
      { atMs: 20_000, what: 'the credentials are put right', db1: answers1() },
    ],
    30_000,
  ],
  [
    'not-acknowledged',
    [
      { atMs: 8000, what: 'the password of our account is changed on db1', db1: lockedOut },
      { atMs: 100_000, what: 'the credentials are put right', db1: answers1() },
      { atMs: 130_000, what: 'the password is changed again', db1: lockedOut },
      { atMs: 140_000, what: 'ann takes care of it', order: taken },
    ],
    230_000,
    { escalateAfterMs: 60_000 },
  ],
  [
    'connections-full',
    [
      { atMs: 8000, what: 'the connection table of db1 is full', db1: full },
      { atMs: 30_000, what: 'there is room again', db1: answers1() },
    ],
    40_000,
  ],
  [
    'broken-replication',
    [
      { atMs: 8000, what: 'the applier of db2 stops', db2: hears2({ sql: 'no', lagSeconds: null }) },
      { atMs: 30_000, what: 'it runs again', db2: hears2({}) },
    ],
    45_000,
  ],
])('%s', async (name, happenings, forMs, props) => {
  const teller = new Storyteller(props);
  await expect(teller.tell(happenings, forMs)).toMatchFileSnapshot(`stories/${name}.txt`);
  await expect(mailsOf(teller.alerts)).toMatchFileSnapshot(`stories/${name}.mails.txt`);
});

/** The mails of a story. A failover that ends within 5 s is one mail. */
function mailsOf(alerts: readonly Alert[]): string {
  const isSaidByItsEnd = ({ code, atMs }: Alert) =>
    code === 'failover-started' &&
    alerts.some((end) => end.code === 'failover-done' && end.atMs >= atMs && end.atMs - atMs < 5000);
  return alerts
    .filter((alert) => !isSaidByItsEnd(alert))
    .map((alert) => mailOf([alert], place))
    .map(({ subject, text }) => `Subject: ${subject}\n\n${text}`)
    .join(`${'-'.repeat(80)}\n`);
}
