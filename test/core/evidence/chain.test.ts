import { describe, expect, it, test } from 'vitest';
import {
  type ChainReplica,
  followed,
  type Histories,
  obstacleToFollow,
} from '../../../lib/core/evidence/chain.ts';
import { pairWith, UUID1, UUID2, UUID3 } from '../world.ts';

describe('whether a chain replica may follow the holder', () => {
  const [a, b, own] = [UUID1, UUID2, UUID3];
  test.each<[what: string, histories: Histories, obstacle: string | null]>([
    [
      'it lacks the newest, which the holder still has',
      { replica: [`${a}:1-90`], holder: [`${a}:1-100,${b}:1-50`], purged: `${a}:1-80` },
      null,
    ],
    [
      'it has received what the holder never got',
      { replica: [`${a}:1-101`], holder: [`${a}:1-100,${b}:1-50`], purged: '' },
      `it has 1 transaction (${a}:101) that the holder lacks`,
    ],
    [
      'somebody has written on it',
      { replica: [`${a}:1-100,${own}:1-2`], holder: [`${a}:1-100`], purged: '' },
      `it has 2 transactions (${own}:1-2) that the holder lacks`,
    ],
    [
      'the holder has deleted what it needs',
      { replica: [`${a}:1-90`], holder: [`${a}:1-100`], purged: `${a}:1-95` },
      `the holder has no longer 5 transactions (${a}:91-95) that the replica lacks: rebuild the replica`,
    ],
    [
      'it has no GTIDs',
      { replica: null, holder: [`${a}:1-100`], purged: '' },
      'it has no GTIDs, and by file and offset nobody can tell where it would go on',
    ],
    [
      'the holder has none',
      { replica: [`${a}:1-90`], holder: null, purged: null },
      'the holder has no GTIDs',
    ],
    [
      'MariaDB: what it applied is contained in the log of the holder',
      { replica: ['', '1-1-40,2-2-7'], holder: ['1-1-42,2-2-9', '1-1-42'], purged: null },
      null,
    ],
    [
      'MariaDB: it has applied more',
      { replica: ['3-77-1', '1-1-43'], holder: ['1-1-42,2-2-9', '1-1-42'], purged: null },
      'it has 2 transactions (3-77:1,1-1:43) that the holder lacks',
    ],
  ])('%s', (_, histories, obstacle) => {
    expect(obstacleToFollow(histories)).toBe(obstacle);
  });

  it('shows of a long list only its beginning', () => {
    const holes = Array.from({ length: 100 }, (_, index) => 2 * index + 1).join(':');
    const obstacle = obstacleToFollow({ replica: [`${a}:${holes}`], holder: [''], purged: '' });
    expect(obstacle).toMatch(/^it has 100 transactions \(.{120}…\) that the holder lacks$/);
  });
});

describe('whom a chain replica follows', () => {
  const seen = (changes: Partial<ChainReplica>): ChainReplica => ({
    sourceAddress: null,
    sourceIdentity: null,
    io: 'yes',
    sql: 'yes',
    lagSeconds: 0,
    error: null,
    ...changes,
  });
  const identityOf = (node: string) => (node === 'db1' ? UUID1 : null);
  test.each<[what: string, replica: ChainReplica, node: string | null]>([
    ['by its address', seen({ sourceAddress: '10.0.1.12', sourceIdentity: UUID1 }), 'db2'],
    [
      'by a name, from who answered there',
      seen({ sourceAddress: 'db1.local', sourceIdentity: UUID1 }),
      'db1',
    ],
    ['somebody else', seen({ sourceAddress: '10.0.1.99', sourceIdentity: UUID3 }), null],
    ['nobody', seen({}), null],
  ])('%s', (_, replica, node) => {
    expect(followed(pairWith(), replica, identityOf)).toBe(node);
  });
});
