import { describe, expect, it, test } from 'vitest';
import type { ScheduledEvents } from '../../../lib/core/evidence/sighting.ts';
import { emptyMemory, type Memory } from '../../../lib/core/memory/memory.ts';
import { noteEvents, noteReturn, noteStandbyWrites, ownGrowth } from '../../../lib/core/memory/notes.ts';
import { channel } from '../servers.ts';
import {
  answers1,
  answers2,
  type Change,
  configured,
  db2,
  holder,
  NOW_MS,
  position,
  refused,
  seen,
  standby,
  steady,
  UUID1,
  UUID2,
} from '../world.ts';

describe('what the old holder brings back', () => {
  const detached = { node: 'db1', from: 'db2', atMs: NOW_MS, missing: null };
  const inboundOf = (io: 'yes' | 'no') => channel({ sourceAddress: '10.0.1.12', sourceIdentity: UUID2, io });
  const executed = position(`${UUID2}:1-50,${UUID1}:1-90`);
  const holding = holder(answers1({ executed, inbound: inboundOf('no') }));
  const back = (gtid: string | null) => standby(answers2({ executed: position(gtid) }));
  test.each<[what: string, changes: readonly Change[], missing: string | null]>([
    ['nothing that the new one lacks', [holding, back(`${UUID2}:1-50`)], ''],
    [
      'nothing, though it has more of the new one’s own by now',
      [holding, back(`${UUID2}:1-50,${UUID1}:1-95`)],
      '',
    ],
    ['its tail', [holding, back(`${UUID2}:1-53`)], `3 transactions: ${UUID2}:51-53`],
    ['what nobody can compare', [holding, back(null)], 'unknown (GTIDs are off)'],
    ['not known while it is away', [holding, standby(refused)], null],
  ])('%s', (_, changes, missing) => {
    const after = noteReturn({ ...steady.memory, detached }, seen(steady, ...changes));
    expect(after.detached).toMatchObject({ ...detached, missing, hasServed: true });
  });

  it('is asked of each of two channels, and of one alone when the other is seen to receive', () => {
    const earlier = { node: 'db2', from: 'db1', atMs: NOW_MS, missing: '' };
    const memory = { ...steady.memory, detached: { ...detached, earlier } };
    const tail = answers2({ executed: position(`${UUID2}:1-53`), inbound: channel({ io: 'no' }) });
    const counted = { ...detached, isBack: true, hasServed: true, missing: `3 transactions: ${UUID2}:51-53` };
    expect(noteReturn(memory, seen(steady, holding, standby(tail))).detached).toEqual({
      ...counted,
      earlier: { ...earlier, isBack: true },
    });
    expect(noteReturn(memory, seen(steady, holding, back(`${UUID2}:1-53`))).detached).toEqual(counted);
  });

  it('is no question any more when the channel is seen to receive: somebody has started it', () => {
    const receives = holder(answers1({ executed, inbound: inboundOf('yes') }));
    const after = noteReturn({ ...steady.memory, detached }, seen(steady, receives, back(`${UUID2}:1-53`)));
    expect(after.detached).toBeNull();
  });

  it.each<
    [what: string, sqlError: { readonly errno: number; readonly message: string } | null, isOver: boolean]
  >([
    ['is one still while the channel receives and its applier is held back', null, false],
    ['is none where an error has stopped its applier', { errno: 1062, message: 'Duplicate entry' }, true],
  ])('%s', (_, sqlError, isOver) => {
    const inbound = { ...inboundOf('yes'), sql: 'no', sqlError } as const;
    const receives = holder(answers1({ executed, inbound }));
    const after = noteReturn({ ...steady.memory, detached }, seen(steady, receives, back(`${UUID2}:1-53`)));
    expect(after.detached === null).toBe(isOver);
  });
});

describe('scheduled events that will stop after a move', () => {
  const running = (enabled: number): Partial<{ events: ScheduledEvents }> => ({
    events: { scheduler: 'on', enabled, disabledOnReplica: 0 },
  });
  const kept = (disabledOnReplica: number) =>
    standby(answers2({ events: { scheduler: 'on', enabled: 0, disabledOnReplica } }));
  const note = (memory: Memory, ...changes: readonly Change[]) =>
    noteEvents(memory, seen(steady, ...changes));
  const two = [holder(answers1(running(2))), kept(2)] as const;

  it('are told once, and again when their number changes', () => {
    const once = note(emptyMemory, ...two);
    expect(once.outbox.map(({ code }) => code)).toEqual(['events-will-stop']);
    expect(note(once, ...two)).toBe(once);
    expect(note(once, holder(answers1(running(3))), kept(3)).outbox).toHaveLength(2);
    expect(note(once, holder(answers1(running(2))), kept(0))).toMatchObject({ eventsTold: 0 });
  });

  it('open no incident', () => {
    expect(note(emptyMemory, ...two).incident).toBeNull();
  });

  test.each<[what: string, changes: readonly Change[]]>([
    ['the role takes them along', [...two, configured({ events: 'managed' })]],
    [
      'the scheduler is off',
      [holder(answers1({ events: { scheduler: 'off', enabled: 2, disabledOnReplica: 0 } })), kept(2)],
    ],
    ['they could not be read', [holder(answers1({ events: null })), kept(2)]],
  ])('are not told of where %s', (_, changes) => {
    expect(note(emptyMemory, ...changes).outbox).toEqual([]);
  });
});

describe('a closed node that writes by itself', () => {
  const closed = (gtid: string) => ({ ...db2, writable: false, executed: position(gtid) });
  test.each<[what: string, before: string, now: string, count: number]>([
    ['it replicates', `${UUID1}:1-100,${UUID2}:1-5`, `${UUID1}:1-140,${UUID2}:1-5`, 0],
    ['it writes', `${UUID1}:1-100,${UUID2}:1-5`, `${UUID1}:1-140,${UUID2}:1-8`, 3],
  ])('%s', (_, before, now, count) => {
    expect(ownGrowth(closed(before), closed(now))).toBe(count);
  });

  it('is no matter while it is open, or was replaced', () => {
    const [before, now] = [closed(`${UUID2}:1-5`), closed(`${UUID2}:1-8`)];
    expect(ownGrowth({ ...before, writable: true }, now)).toBe(0);
    expect(ownGrowth(before, { ...now, writable: true })).toBe(0);
    expect(ownGrowth({ ...before, identity: UUID1 }, now)).toBe(0);
    expect(ownGrowth(null, now)).toBe(0);
  });

  it('is told, with how much, in an incident', () => {
    const told = noteStandbyWrites(emptyMemory, seen(steady), { node: 'db2', count: 3 }, 'cccc0001');
    expect(told.outbox).toMatchObject([
      {
        code: 'standby-writes',
        incident: 'cccc0001',
        happened: 'db2 is read-only, but something wrote 3 transactions there between two looks.',
      },
    ]);
    expect(noteStandbyWrites(emptyMemory, seen(steady), null, 'cccc0001')).toBe(emptyMemory);
  });

  it('is no matter while the node is made anew: the copy brings its own transactions back', () => {
    const grown = { node: 'db2', count: 14_724 };
    const aside = (node: string) => ({
      ...emptyMemory,
      aside: { node, run: 'r-1', by: 'ann', why: 'rebuild', atMs: NOW_MS },
    });
    expect(noteStandbyWrites(aside('db2'), seen(steady), grown, 'cccc0001').outbox).toEqual([]);
    expect(noteStandbyWrites(aside('db1'), seen(steady), grown, 'cccc0001').outbox).toHaveLength(1);
  });
});
