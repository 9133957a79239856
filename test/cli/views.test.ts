/** What operators see, as one golden file: the block of status, the live view in two widths, an incident. */
import { expect, it } from 'vitest';
import { incidentStory } from '../../lib/cli/operate/incident.ts';
import { painter } from '../../lib/cli/operate/paint.ts';
import { logBook, statusBlock } from '../../lib/cli/operate/texts.ts';
import { nextView } from '../../lib/cli/operate/watch.ts';
import { renderView, type View } from '../../lib/cli/operate/watch-view.ts';
import { decide } from '../../lib/core/decision/decision.ts';
import { done, type HistoryRow } from '../../lib/core/operator/reply.ts';
import { pairStatusOf } from '../../lib/core/pair/pair-status.ts';
import { deaf, paused, stopped } from '../core/changes.ts';
import {
  answers1,
  type Change,
  failover,
  holder,
  memory,
  NOW_MS,
  recordOf,
  seen,
  steady,
} from '../core/world.ts';

const plain = painter(false);

function statusOf(...changes: readonly Change[]) {
  const situation = seen(steady, ...changes);
  return pairStatusOf(situation, decide(situation), { seenBy: 'leader', replicas: [] });
}

const rows: readonly HistoryRow[] = [
  {
    text: 'failover completed: fence db1: not possible, the plan goes on (its port refuses connections), open db2: done (it takes writes)',
    what: 'step',
    atMs: NOW_MS + 1100,
  },
  {
    text: 'failover-started: db1 is stopped. Failing over from db1 to db2.',
    what: 'alert',
    atMs: NOW_MS + 40,
  },
  { text: 'holder-lost failover to db2: db1 is stopped', what: 'decision', atMs: NOW_MS },
].map((row) => ({ ...row, pair: 'orders', incident: '41c0ffee', epoch: 7 }));

const halfDone = memory({
  plan: recordOf(failover, {
    outcomes: {
      '0.0': { kind: 'missed', because: 'its port refuses connections' },
      '0.1': { kind: 'done', changed: 'all that was received is applied' },
    },
  }),
});

const offline = holder(answers1({ offline: true }));

const before: View = {
  environment: 'prod',
  status: null,
  atMs: NOW_MS,
  leaseSinceMs: NOW_MS,
  trouble: null,
  stepsAtMs: new Map(),
};
const lease = { owner: 'watch-1', epoch: 7, version: 'v1', released: false };
const answer = (...changes: readonly Change[]) =>
  done(['…'], { action: 'status', pairs: [statusOf(...changes)], lease, events: rows });

it('reads well', async () => {
  const moving = nextView(before, answer(stopped, deaf, halfDone), null, NOW_MS + 500);
  const screen = (columns: number, view = moving) =>
    renderView(view, { columns, rows: 30 }, NOW_MS + 2000, plain).join('\n');
  const parts: readonly (readonly [string, string])[] = [
    ['status', statusBlock('prod', statusOf(), plain).join('\n')],
    [
      'status of a lost holder in a pause',
      statusBlock('prod', statusOf(stopped, deaf, paused), plain).join('\n'),
    ],
    ['status of a holder that refuses clients', statusBlock('prod', statusOf(offline), plain).join('\n')],
    ['watch, before the first answer', screen(80, before)],
    ['watch, a holder that refuses clients', screen(80, nextView(before, answer(offline), null, NOW_MS))],
    ['watch, 100 columns: a failover half done', screen(100)],
    ['watch, 40 columns', screen(40)],
    [
      'watch, while nothing answers',
      screen(80, nextView(moving, null, 'it cannot be reached', NOW_MS + 1000)),
    ],
    ['history', logBook(rows, plain).join('\n')],
    ['incident, 100 columns', incidentStory('prod', '41c0ffee', rows.toReversed(), 100, plain).join('\n')],
    ['incident, 60 columns', incidentStory('prod', '41c0ffee', rows.toReversed(), 60, plain).join('\n')],
  ];
  const text = parts.map(([what, lines]) => `# ${what}\n\n${lines}\n`).join('\n');
  await expect(text).toMatchFileSnapshot('./views.txt');
});

it.each([20, 40, 80, 200])('no line is wider than %i columns, and none is below the screen', (columns) => {
  const view = nextView(before, answer(stopped, deaf, halfDone), null, NOW_MS);
  for (const rowsOfScreen of [3, 10, 50]) {
    const lines = renderView(view, { columns, rows: rowsOfScreen }, NOW_MS, plain);
    expect(lines.length).toBeLessThanOrEqual(rowsOfScreen);
    expect(Math.max(...lines.map((line) => [...line].length))).toBeLessThanOrEqual(columns);
  }
});

it('a step has the time at which it was first seen, also when it is seen again', () => {
  const first = nextView(before, answer(stopped, deaf, halfDone), null, NOW_MS);
  const again = nextView(first, answer(stopped, deaf, halfDone), null, NOW_MS + 5000);
  expect(again.stepsAtMs).toEqual(first.stepsAtMs);
  expect(first.stepsAtMs.size).toBe(2);
});

it('colour is only where there is a terminal', () => {
  expect(statusBlock('prod', statusOf(), painter(true)).join('')).toContain('\u001b[32m');
  expect(statusBlock('prod', statusOf(), plain).join('')).not.toContain('\u001b');
});
