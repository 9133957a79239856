import { describe, expect, it, test } from 'vitest';
import { decide, type Measure, rows } from '../../../lib/core/decision/decision.ts';
import { deaf, failing, flapped, hearing, lasting, silent, stopped, stuck, unheld } from '../changes.ts';
import { stories } from '../stories.ts';
import { type Change, noRoom, rememberedUnfit, seen, steady } from '../world.ts';

/** A measure in a few words: `stay, page both-lost`, `failover to db2`. */
function words(measure: Measure): string {
  switch (measure.kind) {
    case 'observe':
    case 'resume':
    case 'all-clear':
      return measure.kind;
    case 'stay':
      return `stay, page ${measure.page}`;
    case 'act':
      return `${measure.plan.kind} to ${measure.plan.to}`;
  }
}

describe('stories: what is seen, and what is done', () => {
  test.each(stories)('%s: %s', (_, __, changes, story) => {
    const { row, measure } = decide(seen(steady, ...changes));
    expect(`${row.name} ${words(measure)}`).toBe(story);
  });

  it('has a story for every row', () => {
    const told = new Set(stories.map(([, , , story]) => story.split(' ')[0]));
    expect(rows.map(({ name }) => name).filter((name) => !told.has(name))).toEqual([]);
  });

  it('has rows by names of their own, each with its reason and origin', () => {
    expect(new Set(rows.map(({ name }) => name)).size).toBe(rows.length);
    for (const { says, reason, origin } of rows)
      for (const text of [says, reason, origin]) expect(text).not.toBe('');
  });
});

describe('why, in words that go into the alert', () => {
  test.each<[what: string, changes: readonly Change[], because: string]>([
    ['stopped', [stopped, deaf], 'db1 is stopped: its port refuses connections (10 looks)'],
    ['stuck', [stuck], 'db1 is stuck: it answers, but no heartbeat was committed for 6.0 s: disk full'],
    [
      'fails the check',
      [failing, lasting],
      'db1 fails the check: the SQL thread is stopped. Until that is fixed, db1 cannot replicate from db2, so db2 will have no standby',
    ],
    [
      'unfit',
      [stopped, deaf, rememberedUnfit('it lags by 300 s')],
      'db1 is stopped: its port refuses connections (10 looks). db2 cannot take over: before the holder was lost: it lags by 300 s',
    ],
    ['unheld', [unheld], 'the VIP is on no ENI, and db1 serves'],
    [
      'witnessed',
      [silent, hearing],
      'db1 does not answer keepalambda (no answer to connect (timeout), 10 looks in a row), but db2 still receives from it, so it is alive',
    ],
    [
      'flap guard',
      [stopped, deaf, flapped],
      'a failover is wanted, because db1 is stopped: its port refuses connections (10 looks), but the flap guard forbids it: the last automatic failover was 10 s ago (at least 30 s must be between two)',
    ],
    [
      'stays, with both reasons',
      [failing, lasting, noRoom('db2')],
      'db1 fails the check: the SQL thread is stopped. db2 cannot take over: its ENI has no room for one more address',
    ],
  ])('%s', (_, changes, because) => {
    expect(decide(seen(steady, ...changes)).measure).toMatchObject({ because });
  });
});
