/** A pair whose quiet holder is asked through its standby: one question at a time, and nothing is judged before its answer. */
import { describe, expect, it } from 'vitest';
import type { SourceAsked } from '../../../lib/core/evidence/source-asked.ts';
import { hears2, unanswered } from '../world.ts';
import { Bench } from './bench.ts';

const quiet = (heardAgoMs: number, io: 'yes' | 'connecting' = 'yes') =>
  hears2({ io, heardAgoMs, receivedAgoMs: heardAgoMs, heartbeatSeconds: 30 });

/** The holder falls silent, and is asked. */
function asking(): Bench {
  const bench = new Bench().begin();
  for (let looks = 1; looks < 12; looks += 1) {
    const ready = bench.settle(bench.report(unanswered, quiet(looks * 250)));
    if (bench.ready.some(({ askSource }) => askSource !== null)) return bench;
    expect(ready.run).toBeNull();
  }
  throw new Error('the holder was not asked');
}

function answered(bench: Bench, said: SourceAsked['said']) {
  const asked = { node: 'db2', said, atMs: bench.nowMs };
  return bench.take({ kind: 'source-asked', asked, askedMs: bench.nowMs - 300 });
}

describe('a quiet holder that nobody of ours gets to', () => {
  it('is asked once, and nothing is judged before the answer', () => {
    const bench = asking();
    const before = bench.ready.length;
    for (let looks = 0; looks < 6; looks += 1) bench.report(unanswered, quiet(3000));
    const since = bench.ready.slice(before);
    expect(since.every(({ askSource, run, log }) => askSource === null && run === null && log === null)).toBe(
      true,
    );
    expect(answered(bench, 'answers').run).toBeNull();
    expect(bench.state.lastRow).toBe('holder-lost-witnessed');
  });

  it('is replaced when its standby has tried in vain for long enough', () => {
    const bench = asking();
    bench.settle(answered(bench, 'silent'));
    const rows = [];
    for (let looks = 0; looks < 8; looks += 1) {
      bench.settle(bench.report(unanswered, quiet(3000, 'connecting')));
      rows.push(bench.state.lastRow);
    }
    expect(rows[0]).toBe('holder-lost-unwitnessed');
    expect(rows).toContain('holder-lost');
  });
});
