/** Whole incidents over time, as golden files: each change of one is read like prose, and explained. */
import { expect, test } from 'vitest';
import { type Happening, Storyteller } from './storyteller.ts';
import { answers1, channel, hears2, refused, UUID2, unanswered } from './world.ts';

/** What the standby's channel says once its source is gone. */
const deaf = hears2({ io: 'connecting', heardAgoMs: 4000 });
/** db1 has started again: closed, and it follows db2. */
const returned = answers1({
  ...{ writable: false, uptimeSeconds: 5, heartbeat: { kind: 'not-tried' } },
  inbound: channel({ sourceAddress: '10.0.1.12', sourceIdentity: UUID2 }),
});
const pause = { action: 'pause', pair: 'orders', by: 'ann', why: 'maintenance', minutes: 10 } as const;

test.each<[name: string, happenings: readonly Happening[], forMs: number]>([
  [
    'killed-mysqld',
    [
      { atMs: 12_000, what: 'mysqld on db1 is killed', db1: refused, db2: deaf },
      { atMs: 25_000, what: 'mysqld on db1 is back, and follows db2', db1: returned },
    ],
    45_000,
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
    50_000,
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
])('%s', async (name, happenings, forMs) => {
  const story = new Storyteller().tell(happenings, forMs);
  await expect(story).toMatchFileSnapshot(`stories/${name}.txt`);
});
