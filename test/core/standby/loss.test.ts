import { describe, expect, test } from 'vitest';
import { noPlace } from '../../../lib/core/evidence/log-place.ts';
import type { Position } from '../../../lib/core/evidence/sighting.ts';
import { describeLoss, missingOf } from '../../../lib/core/standby/loss.ts';
import { position, UUID1, UUID2 } from '../world.ts';

describe('what a failover may have lost, and what is not known about it', () => {
  const nine = position(`${UUID1}:1-9`);
  const six = position(`${UUID1}:1-6`);
  test.each<
    [
      what: string,
      lastSeen: Position | null,
      kept: Position | null,
      by: string | null,
      agoMs: number | null,
      text: string,
    ]
  >([
    ['fenced, and all was received', nine, nine, UUID2, 0, 'none'],
    ['fenced, and the last three were not', nine, six, UUID2, 0, `3 transactions: ${UUID1}:7-9`],
    ['fenced, one was not', nine, position(`${UUID1}:1-8`), UUID2, 0, `1 transaction: ${UUID1}:9`],
    [
      'read just before',
      nine,
      nine,
      UUID2,
      200,
      'none seen (the last position of db1 was read 0.2 s before it was lost)',
    ],
    [
      'read just before, three missing',
      nine,
      six,
      UUID2,
      200,
      'at least 3 transactions (the last position of db1 was read 0.2 s',
    ],
    [
      'read long before',
      nine,
      nine,
      UUID2,
      4200,
      'unknown (the last position of db1 was read 4.2 s before it was lost)',
    ],
    ['read long before, three missing', nine, six, UUID2, 4200, `; at least 3 transactions: ${UUID1}:7-9`],
    [
      'nobody knows when it was read',
      nine,
      nine,
      UUID2,
      null,
      'unknown (the last position of db1 was read at an unknown time',
    ],
    [
      'what the new holder wrote itself is not lost',
      position(`${UUID1}:1-9,${UUID2}:1-50`),
      position(`${UUID1}:1-9,${UUID2}:1-20`),
      UUID2,
      0,
      'none',
    ],
    ['who the new holder is was not seen', position(`${UUID2}:1-2`), position(''), null, 0, '2 transactions'],
    ['the old holder was never seen', null, nine, UUID2, null, 'unknown (a position of db1 was never read)'],
    ['the new one was never asked', nine, null, UUID2, 0, 'unknown (a position of db1 was never read)'],
    ['without GTIDs', position(null, 812), position(null), UUID2, 0, 'last seen at binlog.000003:812'],
    ['without GTIDs or a place', { gtid: null, ...noPlace }, position(null), UUID2, 0, 'ended was not read)'],
  ])('%s', (_, lastSeen, kept, keptBy, lastSeenAgoMs, text) => {
    expect(describeLoss({ old: 'db1', lastSeen, kept, keptBy, lastSeenAgoMs }, 500)).toContain(text);
  });

  test.each<[what: string, has: string | null, lacks: string, count: number | null]>([
    ['nothing', `${UUID1}:1-9`, `${UUID1}:1-9,${UUID2}:1-4`, 0],
    ['its tail', `${UUID1}:1-9`, `${UUID1}:1-6,${UUID2}:1-4`, 3],
    [
      'not what the other wrote itself meanwhile',
      `${UUID1}:1-9,${UUID2}:1-5`,
      `${UUID1}:1-9,${UUID2}:1-4`,
      0,
    ],
    ['without GTIDs, nobody knows', null, `${UUID1}:1-9`, null],
  ])('missing: %s', (_, has, lacks, count) => {
    expect(missingOf(position(has), position(lacks), UUID2)?.count ?? null).toBe(count);
  });
});
