import { describe, expect, test } from 'vitest';
import { describeLoss } from '../../lib/core/loss.ts';
import type { Position } from '../../lib/core/sighting.ts';
import { position, UUID1, UUID2 } from './world.ts';

describe('what a failover may have lost', () => {
  test.each<
    [what: string, lastSeen: Position | null, kept: Position | null, by: string | null, text: string]
  >([
    ['all was received', position(`${UUID1}:1-9`), position(`${UUID1}:1-9`), UUID2, '0 transactions lost'],
    [
      'the last three were not',
      position(`${UUID1}:1-9`),
      position(`${UUID1}:1-6`),
      UUID2,
      `3 transactions lost: ${UUID1}:7-9`,
    ],
    [
      'what the new holder wrote itself is not lost',
      position(`${UUID1}:1-9,${UUID2}:1-50`),
      position(`${UUID1}:1-9,${UUID2}:1-20`),
      UUID2,
      '0 transactions lost',
    ],
    [
      'who the new holder is was not seen',
      position(`${UUID2}:1-2`),
      position(''),
      null,
      `2 transactions lost: ${UUID2}:1-2`,
    ],
    ['the old holder was never seen', null, position(`${UUID1}:1`), UUID2, 'never seen'],
    ['the new one was never asked', position(`${UUID1}:1`), null, UUID2, 'never seen'],
    ['without GTIDs', position(null, 812), position(null), UUID2, 'last seen at binlog.000003:812'],
  ])('%s', (_, lastSeen, kept, by, text) => {
    expect(describeLoss(lastSeen, kept, by)).toContain(text);
  });
});
