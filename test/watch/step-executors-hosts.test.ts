/** Steps on hosts, and on the replicas behind them: each looks before it acts, and says what came of it. */
import { describe, test } from 'vitest';
import type { Step } from '../../lib/core/plan/step.ts';
import { pairWith } from '../core/world.ts';
import { expectOutcome, failing, released, type StepCase, steps } from './steps.ts';

describe('a step on a host or a replica', () => {
  test.each<StepCase>([
    ['bind', steps['bind-vip'], {}, {}, 'done', 'db2 accepts the VIP'],
    [
      'bind, the old host does not answer',
      steps['bind-vip'],
      { before: failing('timeout', 'unbind') },
      {},
      'done',
      'db2 accepts the VIP',
    ],
    [
      'bind, the new host does not answer',
      steps['bind-vip'],
      { before: failing('timeout', 'bind') },
      {},
      'failed',
      'bind-vip on db2 is timeout',
    ],
    ['repoint', steps.repoint, {}, {}, 'done', 'r01 follows db2'],
    ['repoint, done already', steps.repoint, { followed: '10.0.1.12' }, {}, 'already', 'r01 follows db2'],
    [
      'repoint, it follows somebody else',
      steps.repoint,
      { followed: '10.0.1.99' },
      {},
      'skipped',
      'r01 does not follow db1',
    ],
    [
      'repoint, only looked at',
      { ...steps.repoint, change: false } as Step,
      {},
      {},
      'missed',
      'point it at db2 (10.0.1.12) by GTID',
    ],
    [
      'repoint, it has more than the holder',
      steps.repoint,
      { apart: 'it has 1 transaction (a:1) that the holder lacks' },
      {},
      'missed',
      'r01 still follows db1: it has 1 transaction (a:1) that the holder lacks',
    ],
    [
      'repoint, behind a node whose log was reset: it would skip what has names that it knows',
      steps.repoint,
      {},
      { logReset: { node: 'db2', standby: 'db1', lack: '2 transactions', forgotten: '', atMs: 0 } },
      'missed',
      'the binary log of db2 was reset (RESET MASTER), so GTIDs do not say what r01 has of it',
    ],
    [
      'repoint, it does not answer',
      steps.repoint,
      { before: failing('unsuccessful') },
      {},
      'missed',
      'look at r01 is unsuccessful',
    ],
    [
      'repoint, taken out of the settings',
      steps.repoint,
      {},
      { pair: pairWith() },
      'skipped',
      'not configured',
    ],
    ['repair', steps.repair, {}, {}, 'done', 'mysqld restarted on db2: ok'],
    [
      'repair, of a server that is well',
      steps.repair,
      { printed: 'mysqld answers on its own host: left alone' },
      {},
      'skipped',
      'left alone',
    ],
    [
      'repair, without success',
      steps.repair,
      { before: failing('unsuccessful') },
      {},
      'failed',
      'restart-mysqld on db2 is unsuccessful',
    ],
    ['release', steps.release, {}, released, 'done', 'db1 has its security groups back: sg-1, sg-2'],
    [
      'release, of what nobody knows',
      steps.release,
      {},
      {},
      'failed',
      'its old security groups are not known',
    ],
  ])('%s', expectOutcome);
});
