import { expect, it, test } from 'vitest';
import { adoptMemory } from '../../../lib/core/memory/adopt.ts';
import type { Memory } from '../../../lib/core/memory/memory.ts';
import { failover, NOW_MS, pairWith, recordOf, steady } from '../world.ts';

const pair = pairWith();
const adopt = (changes: Partial<Memory>) =>
  adoptMemory({ ...steady.memory, ...changes }, pair, NOW_MS, 'cccc0001');

it('takes a memory that fits as it is', () => {
  const memory = { ...steady.memory, plan: recordOf(failover) };
  expect(adoptMemory(memory, pair, NOW_MS, 'cccc0001')).toBe(memory);
});

it('ends a plan that names a node which the pair does not have: with an alert, and an answer to who asked', () => {
  const plan = recordOf({ ...failover, to: 'db-old' }, { requestId: 'eeee0001', by: 'eva' });
  const after = adopt({ plan });
  expect(after.plan).toBeNull();
  expect(after.outbox).toMatchObject([
    {
      code: 'plan-incomplete',
      done: expect.stringContaining('the plan names db-old, and the pair has db1 and db2'),
    },
  ]);
  expect(after.answers).toMatchObject([{ requestId: 'eeee0001', ok: false }]);
});

test.each<[what: keyof Memory, changes: Partial<Memory>]>([
  ['lastHolder', { lastHolder: 'db-old' }],
  ['readiness', { readiness: { node: 'db-old', fit: true, reasons: [], atMs: NOW_MS } }],
  ['loss', { loss: { old: 'db-old', lastSeen: null, kept: null, keptBy: null, atMs: 1 } }],
  ['quarantine', { quarantine: { node: 'db-old', groups: [] } }],
  ['detached', { detached: { node: 'db1', from: 'db-old', atMs: 1, missing: null } }],
  [
    'logReset',
    { logReset: { node: 'db1', standby: 'db-old', lack: '2 transactions', forgotten: '', atMs: 1 } },
  ],
  ['notOpened', { notOpened: 'db-old' }],
  ['leftBehind', { leftBehind: { node: 'db-old', atMs: 1 } }],
  ['moved', { moved: { from: 'db1', to: 'db-old', atMs: 1 } }],
])('forgets what is said of a node that the pair does not have: %s', (what, changes) => {
  expect(adopt(changes)[what]).toBeNull();
  expect(adopt(changes).pause).toBe(steady.memory.pause);
});

it('of two detached channels, forgets the one that a strange node is part of', () => {
  const newest = { node: 'db1', from: 'db2', atMs: 2, missing: null };
  const earlier = { node: 'db-old', from: 'db1', atMs: 1, missing: null };
  expect(adopt({ detached: { ...newest, earlier } }).detached).toEqual(newest);
});
