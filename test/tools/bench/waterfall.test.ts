/** Where the milliseconds of a run go: from lines of a log to bars, sums, picture and page. */
import { expect, test } from 'vitest';
import { type Moment, momentOf } from '../../../tools/bench/moments.ts';
import type { Run } from '../../../tools/bench/results.ts';
import { barsOf } from '../../../tools/bench/waterfall/bars.ts';
import { renderPerformance, waterfallOf } from '../../../tools/bench/waterfall/document.ts';
import { spentOf } from '../../../tools/bench/waterfall/floor.ts';
import { renderWaterfall } from '../../../tools/bench/waterfall/picture.ts';

/** A mysqld that dies, as the log has it. */
const moments: readonly Moment[] = [
  { kind: 'writes-fail', atMs: 20 },
  { kind: 'row', atMs: 30, row: 'awaiting-confirmation', does: 'nothing' },
  { kind: 'row', atMs: 280, row: 'holder-lost', does: 'plan failover' },
  { kind: 'plan', atMs: 300 },
  { kind: 'step-begins', atMs: 301, step: 'fence' },
  { kind: 'step-begins', atMs: 302, step: 'catch-up' },
  { kind: 'step-ends', atMs: 320, step: 'catch-up', outcome: 'done' },
  { kind: 'step-ends', atMs: 330, step: 'fence', outcome: 'not-possible' },
  { kind: 'step-begins', atMs: 340, step: 'catch-up' },
  { kind: 'step-ends', atMs: 341, step: 'catch-up', outcome: 'skipped' },
  { kind: 'step-begins', atMs: 350, step: 'move-vip' },
  { kind: 'ec2-answers', atMs: 700 },
  { kind: 'ec2-effect', atMs: 1500 },
  { kind: 'writes-go-on', atMs: 1560 },
  { kind: 'step-ends', atMs: 1600, step: 'move-vip', outcome: 'done' },
];

const run = (given: readonly Moment[], outageMs = 1540): Run => ({
  outageMs,
  failedWrites: 1,
  lost: 0,
  resumed: true,
  functionCpu: 'lambda',
  story: [],
  moments: given,
});

test.each<[string, object, Moment | null]>([
  [
    'a decision names who is what',
    { row: 'holder-lost', does: 'plan failover', holder: 'db1' },
    { kind: 'row', atMs: 1000, row: 'holder-lost', does: 'plan failover' },
  ],
  ['its plan does not', { row: 'holder-lost', does: 'plan failover' }, { kind: 'plan', atMs: 1000 }],
  ['a step begins', { row: 'holder-lost', step: 'open' }, { kind: 'step-begins', atMs: 1000, step: 'open' }],
  [
    'a step ends',
    { row: 'holder-lost', step: 'open', outcome: 'done' },
    { kind: 'step-ends', atMs: 1000, step: 'open', outcome: 'done' },
  ],
  ['anything else', { because: 'the lease' }, null],
])('%s', (_, fields, moment) => {
  expect(momentOf({ text: JSON.stringify({ timestamp: '1970-01-01T00:00:01.000Z', ...fields }) })).toEqual(
    moment,
  );
});

test.each(['REPORT RequestId: 1', '{"row":"steady","does":"nothing","holder":"db1"}'])(
  'a line without a time is no moment: %s',
  (text) => expect(momentOf({ text })).toBeNull(),
);

test('the bars lead from the fault to the next write', () => {
  const bars = barsOf(moments).map(({ name, fromMs, toMs, part }) => `${name} ${fromMs}-${toMs} ${part}`);
  expect(bars).toEqual([
    'decided 0-280 floor',
    'plan stored 280-300 ours',
    'catch-up 302-320 ours',
    'fence 301-330 ours',
    'catch-up, 2 340-341 ours',
    'EC2 answers 350-700 floor',
    'EC2 takes effect 700-1500 floor',
    'client connects 1500-1560 ours',
  ]);
});

test.each(['ec2-effect', 'ec2-answers', 'writes-go-on', 'plan'])(
  'without the moment %s there are none',
  (kind) => {
    expect(barsOf(moments.filter((moment) => moment.kind !== kind))).toEqual([]);
  },
);

test('the floor is the proof, the call and its effect; what is above it is ours', () => {
  expect(spentOf('mysqld-kill', [run(moments), run([])])).toEqual({
    proveMs: 280,
    storeMs: 20,
    stepsMs: 50,
    answerMs: 350,
    effectMs: 800,
    clientMs: 60,
    wholeMs: 1560,
    floorMs: 250 + 350 + 800,
    aboveMs: 160,
  });
  expect(spentOf('mysqld-kill', [run([])])).toBeNull();
});

test('page and picture come from the runs alone', () => {
  const results = {
    'mysqld-kill': { keepalambda: [run([], 9000), run(moments)], 'keepalived-ec2': [run([])] },
  };
  const page = renderPerformance('2 runs', results);
  expect(page).toContain(
    '| mysqld-kill | keepalambda | 280 | 20 | 50 | 350 | 800 | 60 | 1560 | 1400 | 160 |',
  );
  expect(page).not.toContain('| keepalived-ec2 |');
  const picture = renderWaterfall(waterfallOf(results));
  for (const word of ['mysqld-kill', 'EC2 takes effect', '800 ms']) expect(picture).toContain(word);
  expect(renderWaterfall(waterfallOf(results))).toBe(picture);
});

test('a panel does not stand on the one before: each has its bars in its own time', () => {
  const picture = renderWaterfall({ 'mysqld-kill': barsOf(moments), 'host-down': barsOf(moments) });
  expect(picture.match(/>800 ms</g)).toHaveLength(2);
});
