import { describe, expect, it, test } from 'vitest';
import { noDurations } from '../../../lib/core/decision/situation.ts';
import { type LateMove, lateMoveOf, noteLateMove } from '../../../lib/core/memory/late-move.ts';
import { emptyMemory, type Memory } from '../../../lib/core/memory/memory.ts';
import { noteRoles } from '../../../lib/core/memory/note-roles.ts';
import { endPlan } from '../../../lib/core/plan/end-plan.ts';
import type { PlanRecord } from '../../../lib/core/plan/plan.ts';
import {
  type Change,
  failover,
  memory,
  NOW_MS,
  pairWith,
  recordOf,
  seen,
  steady,
  UUID2,
  vipAt,
} from '../world.ts';

const opened = { '3.0': { kind: 'done', changed: 'db2 takes writes' } } as const;
const blocked = { ...opened, '4.0': { kind: 'blocked', because: 'EC2 does not show it' } } as const;
const late: LateMove = { from: 'db1', to: 'db2', atMs: NOW_MS - 5000, counts: true };
const at = (vip: string, holder: string, memory: Partial<Memory> = {}, nowMs = NOW_MS) =>
  noteLateMove({ ...emptyMemory, lateMove: late, ...memory }, { vip, holder, nowMs });

describe('what a plan leaves of its move', () => {
  test.each<[what: string, changes: Partial<PlanRecord>, left: Partial<LateMove> | null]>([
    ['EC2 did not show what came of it', { outcomes: blocked }, { to: 'db2', atMs: NOW_MS, counts: true }],
    ['its leader died in the call', { outcomes: opened }, { to: 'db2', counts: true }],
    [
      'of an order, nothing that the flap guard counts',
      { outcomes: opened, requestId: 'r1' },
      { counts: false },
    ],
    ['nothing where the VIP has moved', { outcomes: opened, vipMoved: true }, null],
    ['nothing where it was not ordered yet', {}, null],
  ])('%s', (_, changes, left) => {
    const found = lateMoveOf(recordOf(failover, changes), NOW_MS);
    expect(left === null ? found : (found ?? {})).toEqual(
      left === null ? null : expect.objectContaining(left),
    );
  });

  it('is remembered after its end, until a later plan has moved the VIP', () => {
    const close = { nowMs: NOW_MS, identity: UUID2, incidentId: 'cccc0001', vipOn: null };
    const ending = { kind: 'undone', because: 'db1 serves again' } as const;
    const end = (before: Memory, changes: Partial<PlanRecord>) =>
      endPlan(before, pairWith(), recordOf(failover, changes), ending, close);
    const left = end({ ...emptyMemory, lastHolder: 'db1' }, { outcomes: blocked });
    expect(left.lateMove).toEqual({ ...late, atMs: NOW_MS });
    expect(end(left, {}).lateMove).toBe(left.lateMove);
    expect(end(left, { vipMoved: true }).lateMove).toBeNull();
  });
});

describe('where the VIP is found after that', () => {
  test.each<[what: string, vip: string, holder: string, afterMs: number, counted: number, open: boolean]>([
    ['on the new node: it has moved', 'held', 'db2', 0, 1, false],
    ['gone from the old node: it has moved, and was taken away', 'unheld', 'db1', 0, 1, false],
    ['on the old node: the answer may be old', 'held', 'db1', 24_999, 0, true],
    ['on the old node for long: it has not moved', 'held', 'db1', 25_000, 0, false],
    ['not known', 'unknown', 'db1', 25_000, 0, true],
  ])('%s', (_, vip, holder, afterMs, counted, open) => {
    const noted = at(vip, holder, {}, NOW_MS + afterMs);
    expect([noted.failoversAtMs.length, noted.lateMove !== null]).toEqual([counted, open]);
  });

  it('does not count what was asked for', () => {
    const noted = at('held', 'db2', { lateMove: { ...late, counts: false } });
    expect([noted.failoversAtMs, noted.lateMove]).toEqual([[], null]);
  });

  it('holds the next failover back in the very judgement that finds it', () => {
    const guard = (...places: readonly Change[]) =>
      seen(steady, memory({ lateMove: late }), ...places).flapGuard;
    expect(guard(vipAt({ kind: 'nowhere' }))).toContain('was 5 s ago');
    expect(guard(vipAt({ kind: 'node', node: 'db2' }))).toContain('was 5 s ago');
    expect(guard()).toBeNull();
  });

  it('is alerted as a move of ours that came late, and not as one that somebody else made', () => {
    const situation = seen(steady, memory({ lateMove: late }), vipAt({ kind: 'node', node: 'db2' }));
    const noted = noteRoles(situation.memory, situation, noDurations);
    expect(noted.outbox[0]?.happened).toContain('keepalambda had ordered its move from db1 there');
    expect(noted).toMatchObject({ lastHolder: 'db2', lateMove: null, failoversAtMs: [late.atMs] });
  });
});
