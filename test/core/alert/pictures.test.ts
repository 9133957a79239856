/** Pictures of a pair: when one is taken, and when they are handed out. */
import { describe, expect, it } from 'vitest';
import { withIncident } from '../../../lib/core/alert/alerts.ts';
import { handOut, noPictures, seenText, takePicture } from '../../../lib/core/alert/pictures.ts';
import { allSafeguards } from '../../../lib/core/decision/safeguards.ts';
import { emptyMemory, type Memory } from '../../../lib/core/memory/memory.ts';
import type { PairState } from '../../../lib/core/pair/pair-state.ts';
import { newPair } from '../../../lib/core/pair/pair-state.ts';
import { NOW_MS, pairWith } from '../world.ts';

const open = withIncident(emptyMemory, 'holder-lost', NOW_MS, '41c0ffee');

function stateWith(memory: Memory): PairState {
  return newPair({
    pair: pairWith({}),
    safeguards: allSafeguards,
    vantages: ['a'],
    memory,
    nextId: 'next',
    epoch: 1,
    unwatchedSinceMs: NOW_MS,
    nowMs: NOW_MS,
  });
}

/** A row that decides is news. */
const decided = (state: PairState, row: string): PairState => ({ ...state, lastRow: row });

/** Takes a picture for each row, at these moments. */
function taken(state: PairState, rows: readonly (readonly [atMs: number, row: string])[]): PairState {
  return rows.reduce((now, [atMs, row]) => takePicture(now, decided(now, row), NOW_MS + atMs), state);
}
const rowsOf = ({ pictures }: PairState) => pictures.waiting.map(({ seen }) => seen.row);

describe('a picture', () => {
  it('is taken when something has changed, and only then', () => {
    const one = taken(stateWith(open), [[0, 'steady']]);
    expect(rowsOf(one)).toEqual(['steady']);
    expect(takePicture(one, one, NOW_MS + 5000)).toBe(one);
    expect(rowsOf(taken(one, [[5000, 'holder-lost']]))).toEqual(['steady', 'holder-lost']);
  });

  it('is not taken twice in a tenth of a second, and once a minute after a hundred', () => {
    const changes = Array.from({ length: 500 }, (_, index) => [index * 50, `row-${index}`] as const);
    expect(rowsOf(taken(stateWith(open), changes)).length).toBe(100);
    const later = taken(taken(stateWith(open), changes), [
      [40_000, 'soon'],
      [90_000, 'late'],
    ]);
    expect(rowsOf(later).at(-1)).toBe('late');
    expect(rowsOf(later).length).toBe(101);
  });

  it('of the time before an incident is kept for a minute, and the last one before that', () => {
    const calm = taken(stateWith(emptyMemory), [
      [0, 'first'],
      [1000, 'steady'],
      [70_000, 'awaiting-confirmation'],
      [70_500, 'holder-lost'],
    ]);
    expect(rowsOf(calm)).toEqual(['steady', 'awaiting-confirmation', 'holder-lost']);
  });
});

describe('pictures are handed out', () => {
  const state = taken(stateWith(open), [[0, 'holder-lost']]);

  it('with a tick, under their incident, and once', () => {
    const { state: after, pictures } = handOut(state, state, true);
    expect(pictures).toMatchObject([{ atMs: NOW_MS, incident: '41c0ffee', seen: { row: 'holder-lost' } }]);
    expect(handOut(after, after, true).pictures).toEqual([]);
  });

  it('not while a plan is carried out, nor where no incident is open', () => {
    const busy: PairState = {
      ...state,
      work: { kind: 'plan', holder: 'db1', orderId: null, resumes: false },
    };
    expect(handOut(busy, busy, true).pictures).toEqual([]);
    expect(handOut(state, state, false).pictures).toEqual([]);
    const calm = taken(stateWith(emptyMemory), [[0, 'steady']]);
    expect(handOut(calm, calm, true)).toEqual({ state: calm, pictures: [] });
  });

  it('when the incident ends, to that incident', () => {
    const over = { ...state, memory: emptyMemory };
    const { state: after, pictures } = handOut(state, over, false);
    expect(pictures.map(({ incident }) => incident)).toEqual(['41c0ffee']);
    expect(after.pictures).toMatchObject({ waiting: [], count: 0 });
  });
});

it('says in a line what was seen', () => {
  expect(
    seenText({
      kind: 'seen',
      vip: 'db1',
      row: 'holder-lost',
      blind: ['b'],
      nodes: [
        { node: 'db1', verdict: 'stopped', writes: null, lagSeconds: null, from: { a: 'refused' } },
        { node: 'db2', verdict: 'serving', writes: 'closed', lagSeconds: 0, from: { a: 'answered' } },
      ],
    }),
  ).toBe('VIP db1; db1 stopped; db2 serving, read-only, lag 0 s; blind: b (holder-lost)');
  expect(noPictures.waiting).toEqual([]);
});
