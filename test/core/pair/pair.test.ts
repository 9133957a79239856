/** One pair from input to input: what is ready, and when it is judged. */
import { describe, expect, it } from 'vitest';
import type { VipPlace, VipSighting } from '../../../lib/core/evidence/sighting.ts';
import { emptyMemory } from '../../../lib/core/memory/memory.ts';
import { beatingNode, isCaredFor } from '../../../lib/core/pair/pair-state.ts';
import { answers1, NOW_MS, refused, steady } from '../world.ts';
import { Bench, deaf } from './bench.ts';

describe('a pair', () => {
  it('is judged at each report, and is left alone when nothing is worth doing', () => {
    const bench = new Bench().begin();
    const ready = bench.report(answers1());
    expect(ready).toMatchObject({
      save: null,
      run: null,
      log: null,
      looks: { a: { kind: 'held', forMs: 5000 } },
    });
    expect(bench.state).toMatchObject({ work: { kind: 'none' }, isNews: false });
  });

  it('whose holder dies: memory is saved and the failover begins, in one', () => {
    const bench = new Bench().begin();
    const ready = bench.lose();
    expect(ready.run).toMatchObject({
      kind: 'begin',
      wanted: {
        plan: { kind: 'failover', to: 'db2' },
        row: 'holder-lost',
        by: 'keepalambda',
        requestId: null,
      },
    });
    expect(ready.save?.lostAtMs).toBe(bench.nowMs);
    expect(ready.log).toMatchObject({
      row: 'holder-lost',
      does: 'plan failover',
      because: expect.stringContaining('db1 is stopped: its port refuses connections'),
      holderIs: 'stopped',
      standbyIs: 'serving',
    });
  });

  it('is not judged while a save is in flight: what comes in is judged after it', () => {
    const bench = new Bench().begin();
    const { save } = bench.lose();
    const beside = bench.report(answers1());
    expect(beside).toMatchObject({ save: null, run: null });
    expect(bench.state.isNews).toBe(true);
    bench.store(save);
    expect(bench.take({ kind: 'done' }).save).not.toBeNull();
    expect(bench.state.isNews).toBe(false);
  });

  it('that may not be acted for yet is looked at again soon, and then acted for', () => {
    const bench = new Bench().begin();
    const { save } = bench.lose();
    bench.store(save);
    expect(bench.take({ kind: 'not-yet' }).looks.a).toEqual({ kind: 'soon', afterMs: 250, graceMs: 250 });
    expect(bench.report(refused, deaf).run).toMatchObject({ kind: 'begin' });
  });

  it('that was not stored is judged again by what the store has, after the failure was waited for', () => {
    const bench = new Bench().begin();
    bench.lose();
    expect(bench.take({ kind: 'failed' }).looks.a).toEqual({ kind: 'soon', afterMs: 1000, graceMs: 250 });
    expect(bench.report(refused, deaf)).toMatchObject({ save: null, run: null });
    expect(bench.state.memory.lostAtMs).toBeNull();
    const again = bench.take({ kind: 'done' });
    expect(again.run).toMatchObject({ kind: 'begin' });
    expect(again.save?.lostAtMs).not.toBeNull();
  });

  it('whose record cannot be read says why, and is judged again after a while', () => {
    const bench = new Bench({ ...emptyMemory, failoversAtMs: null as never });
    expect(bench.ec2().failure).toMatch(/TypeError/);
    expect(bench.state.work).toEqual({ kind: 'failing' });
    expect(bench.report(answers1()).failure).toBeNull();
    expect(bench.take({ kind: 'done' }).failure).toMatch(/TypeError/);
  });

  it('counts as cared for while judgements and steps of plans end', () => {
    const bench = new Bench().begin();
    bench.take({ kind: 'tick' }, 9000);
    expect(isCaredFor(bench.state, bench.nowMs)).toBe(true);
    expect(isCaredFor(bench.state, bench.nowMs + 1000)).toBe(false);
    bench.take({ kind: 'plan', is: 'stage' }, 5000);
    expect(isCaredFor(bench.state, bench.nowMs + 9000)).toBe(true);
    const { save } = bench.lose();
    expect(save).not.toBeNull();
    bench.take({ kind: 'failed' });
    bench.take({ kind: 'done' }, 10_000);
    expect(isCaredFor(bench.state, bench.nowMs)).toBe(false);
  });
});

describe('the node that is asked to commit', () => {
  const seenAt = (place: VipPlace) => {
    const { state } = new Bench().begin();
    const vip = state.evidence.vip as Extract<VipSighting, { kind: 'saw' }>;
    return beatingNode({ ...state, evidence: { ...state.evidence, vip: { ...vip, place } } }, NOW_MS);
  };

  it.each<[place: VipPlace, node: string]>([
    [{ kind: 'node', node: 'db2' }, 'db2'],
    // A holder that hangs would look well, just because somebody took its VIP away.
    [{ kind: 'nowhere' }, 'db1'],
    [{ kind: 'foreign', eniId: 'eni-1' }, 'db1'],
  ])('where the VIP is %o: %s', (place, node) => {
    expect(seenAt(place)).toBe(node);
  });
});

describe('a leader that was frozen', () => {
  it('takes nothing that it saw before for what is, and looks again at once', () => {
    const bench = new Bench().begin();
    bench.report(refused, deaf);
    expect(bench.state.evidence.words.db1?.a?.saw.kind).toBe('refused');
    bench.nowMs += 4000;
    const ready = bench.step({ kind: 'tick' });
    expect(bench.state.evidence.words).toEqual({ db1: {}, db2: {} });
    expect(bench.state.evidence.vip).toBeNull();
    expect(ready.looks.a?.kind).toBe('now');
    // It was asked before.
    expect(bench.report(refused, deaf, 250, bench.nowMs - 1000).run).toBeNull();
    expect(bench.state.evidence.words.db1).toEqual({});
  });

  it('is not one whose tick comes a second late', () => {
    const bench = new Bench().begin();
    const { words } = bench.state.evidence;
    bench.nowMs += 2000;
    bench.step({ kind: 'tick' });
    expect(bench.state.evidence.words).toEqual(words);
  });
});

describe('what is stored', () => {
  it('uses an incident’s id up when it opens one', () => {
    const bench = new Bench().begin();
    const { memory } = bench.state;
    bench.store(
      { ...memory, incident: { id: 'aaaa0001', openedAtMs: 0, row: 'both-lost', told: [] } },
      'cccc0003',
    );
    expect(bench.state.nextId).toBe('cccc0003');
    bench.store({ ...bench.state.memory }, 'dddd0004');
    expect(bench.state.nextId).toBe('cccc0003');
  });

  it('leaves out an alert that was published, at the next judgement', () => {
    const alert = {
      id: 'it',
      code: 'both-lost',
      pair: 'orders',
      incident: null,
      atMs: 0,
      steps: [],
    } as const;
    const outbox = [{ ...alert, happened: '', done: '', todo: '' }];
    const bench = new Bench({ ...steady.memory, outbox }).begin();
    expect(bench.take({ kind: 'published', id: 'it' }).save).toBeNull();
    const { save } = bench.report(answers1());
    expect(save?.outbox).toEqual([]);
    bench.store(save);
    expect(bench.state.published).toEqual([]);
  });
});
