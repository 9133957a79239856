/** What operate answers: the leader's own state and grounds where one leads, and never a change for who only asks. */
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { emptyMemory } from '../../lib/core/memory/memory.ts';
import { type ReplyData, replySchema } from '../../lib/core/operator/reply.ts';
import { actions, parseRequest } from '../../lib/core/operator/request.ts';
import { step } from '../../lib/core/pair/pair.ts';
import type { PairState } from '../../lib/core/pair/pair-state.ts';
import { operate } from '../../lib/watch/operate.ts';
import { breakNow, configOf, endDrill, newDrill, until, watchOver } from './drill.ts';
import type { Stage } from './stage.ts';

let stage: Stage;
beforeEach(() => {
  stage = newDrill();
});
afterEach(() => endDrill(stage));

/** The event as it comes; the reply as programs read it. Somebody else moves the clock. */
async function asking(raw: unknown) {
  const deadlineMs = stage.other.clock.nowMs() + 50_000;
  const asked = { config: configOf(stage), ports: stage.other, raw, owner: 'operate', deadlineMs };
  return replySchema.parse(await operate(asked));
}

const reply = (raw: unknown) => stage.settle(asking(raw));

async function dataOf<Action extends ReplyData['action']>(
  action: Action,
  more: object = {},
): Promise<Extract<ReplyData, { action: Action }>> {
  const { data, lines } = await reply({ action, ...more });
  if (data?.action !== action) throw new Error(`another answer: ${lines.join('\n')}`);
  return data as Extract<ReplyData, { action: Action }>;
}

describe('status with "verbose": true', () => {
  it('prints the state of the leader, from which the next step can be made again', async () => {
    watchOver(stage);
    await stage.pass(15_000);
    const { states, lease } = await dataOf('status', { verbose: true });
    const [printed] = states ?? [];
    expect(printed).toMatchObject({ pair: stage.pair.name, from: 'leader', epoch: lease?.epoch });
    const state = printed?.state as PairState;
    expect(state.lastRow).toBe('steady');
    const { ready } = step(state, { kind: 'tick' }, (printed?.atMs ?? 0) + 1000);
    expect(ready).toMatchObject({ failure: null, run: null });
    expect(stage.world.table.orders).toEqual([]);
  });

  it('prints what the store remembers where no leader answers', async () => {
    const { states } = await dataOf('status', { verbose: true });
    expect(states).toEqual([
      expect.objectContaining({
        from: 'store',
        epoch: null,
        pair: stage.pair.name,
        // The simulator's pairs were examined.
        state: { ...emptyMemory, examined: expect.anything() },
      }),
    ]);
  });

  it('waits for no leader that died with its lease, and leaves no question behind', async () => {
    watchOver(stage);
    await stage.pass(15_000);
    stage.processes[0].kill();
    const { states } = await dataOf('status', { verbose: true });
    expect(states?.[0]).toMatchObject({ from: 'store', state: { lastHolder: 'db1' } });
    expect(stage.world.table.orders).toEqual([]);
  });
});

describe('status', () => {
  it('shows a pair that is not well as its leader sees it: one look would still wait for confirmation', async () => {
    watchOver(stage);
    await stage.pass(15_000);
    breakNow(stage, 'mysqld-kill', 'standby');
    await stage.pass(20_000);
    const { pairs } = await dataOf('status');
    expect(pairs[0]).toMatchObject({ seenBy: 'leader', row: 'standby-unfit' });
    expect(stage.world.table.orders).toEqual([]);
  });

  it('is answered by the leader to all who ask at once', async () => {
    watchOver(stage);
    await stage.pass(15_000);
    breakNow(stage, 'mysqld-kill', 'standby');
    await stage.pass(20_000);
    const both = await stage.settle(
      Promise.all([asking({ action: 'status' }), asking({ action: 'status', verbose: true })]),
    );
    const seen = both.map(({ data }) => (data?.action === 'status' ? data.pairs[0]?.seenBy : null));
    expect(seen).toEqual(['leader', 'leader']);
    expect(both[1]?.data).toMatchObject({ states: [{ from: 'leader' }] });
  });

  it('shows by one look, and says so, where nobody leads', async () => {
    breakNow(stage, 'mysqld-kill', 'standby');
    const { lines, data } = await reply({ action: 'status' });
    expect(data).toMatchObject({ pairs: [{ seenBy: 'one look' }] });
    expect(lines.join('\n')).toContain('by one look, which confirms nothing');
  });

  it('asks nobody else of a pair that is well', async () => {
    watchOver(stage);
    await stage.pass(15_000);
    const { pairs } = await dataOf('status');
    expect(pairs[0]).toMatchObject({ seenBy: 'one look', row: 'steady' });
  });
});

describe('explain', () => {
  it('explains what the leader sees: looks that lasted', async () => {
    watchOver(stage);
    await stage.pass(15_000);
    breakNow(stage, 'mysqld-kill', 'standby');
    await stage.pass(20_000);
    const { pairs } = await dataOf('explain');
    expect(pairs[0]).toMatchObject({ from: 'leader', row: 'standby-unfit' });
    expect(pairs[0]?.sightings.join('\n')).toMatch(/sees db2: its port refuses connections \(\d+ looks, for/);
  });

  it('explains one look where nobody leads, and says so', async () => {
    const { pairs } = await dataOf('explain');
    expect(pairs[0]).toMatchObject({ from: 'one look', pair: stage.pair.name });
  });
});

it('tells a refusal from a failure and from a wrong request', async () => {
  watchOver(stage);
  await stage.pass(15_000);
  const by = { pair: stage.pair.name, by: 'ann', why: 'a test' };
  const asked = [
    { action: 'failover', ...by, to: 'db1' },
    { action: 'release', ...by, node: 'db9' },
    { action: 'resume', ...by },
    { action: 'failover', pair: stage.pair.name },
    { action: 'status', pair: 'nosuch' },
    { action: 'switchover', ...by, to: 'db9' },
    { action: 'rebuild', ...by, node: 'db9' },
    { action: 'maintain', ...by, work: 'command', command: 'nosuch' },
    { action: 'pause', ...by, minutes: 5 },
  ];
  const outcomes: string[] = [];
  for (const raw of asked) outcomes.push((await reply(raw)).outcome);
  expect(outcomes).toEqual([
    ...['refused', 'faulty', 'refused', 'faulty', 'faulty'],
    ...['faulty', 'faulty', 'faulty', 'done'],
  ]);
});

it.each([
  ['switchover', 'db1', /would undo it/],
  ['switchover', 'db2', /db2 holds the VIP already/],
  ['failover', 'db2', /db2 holds the VIP already/],
])(
  'a %s to %s that comes while a failover is in flight is answered at its end, and moves nothing',
  async (action, to, text) => {
    watchOver(stage);
    await stage.pass(15_000);
    breakNow(stage, 'mysqld-kill', 'holder');
    const memory = () => stage.world.table.memoryOf(stage.pair.name);
    const isInFlight = () => memory().plan?.kind === 'failover';
    await until(stage, 10_000, isInFlight);
    const { outcome, lines } = await reply({
      action,
      pair: stage.pair.name,
      by: 'ann',
      why: 'db1 is slow',
      to,
    });
    expect({ outcome, text: lines.join() }).toEqual({
      outcome: 'refused',
      text: expect.stringMatching(text),
    });
    await stage.pass(30_000);
    expect([memory().lastHolder, memory().failoversAtMs.length]).toEqual(['db2', 1]);
  },
);

it('10,000 fuzzed requests: one clear answer each, nothing changed, nothing thrown', async () => {
  const word = fc.oneof(fc.constantFrom('db1', 'db2', 'constructor', '__proto__', ''), fc.string());
  const value = fc.oneof(word, fc.boolean(), fc.double(), fc.integer(), fc.constant(null), fc.jsonValue());
  const keys =
    'pair by why id to from force acceptLoss killLong minutes node of limit verbose incident'.split(' ');
  const record = fc.record(
    {
      action: fc.oneof(fc.constantFrom(...actions), value),
      ...Object.fromEntries(keys.map((key) => [key, value])),
    },
    { requiredKeys: [] },
  );
  const pair = fc.constant(stage.pair.name);
  const question = fc.oneof(
    fc.record({ action: fc.constantFrom('status', 'explain', 'check', 'plan'), pair }),
    fc.record({ action: fc.constant('history'), pair, limit: fc.integer({ min: -1, max: 600 }) }),
  );
  const raw = fc.oneof(
    { weight: 8, arbitrary: record },
    { weight: 1, arbitrary: question },
    { weight: 1, arbitrary: fc.anything() },
  );
  const before = JSON.stringify(stage.world.table.memoryOf(stage.pair.name));
  let valid = 0;
  for (const request of fc.sample(raw, { numRuns: 10_000, seed: 20_261_126 })) {
    const parsed = parseRequest(request);
    // Those that are right look at the world, which takes its time: a few of them will do.
    if (parsed.kind === 'valid' && ++valid > 100) continue;
    const { ok, outcome, lines } = await reply(request);
    expect(lines.length).toBeGreaterThan(0);
    for (const line of lines) expect(line).not.toMatch(/undefined|\[object|\n\s+at /);
    if (parsed.kind === 'faulty') expect({ ok, outcome }).toEqual({ ok: false, outcome: 'faulty' });
  }
  expect(valid).toBeGreaterThan(50);
  expect(stage.calls).toEqual([]);
  expect(stage.world.table.orders).toEqual([]);
  expect(JSON.stringify(stage.world.table.memoryOf(stage.pair.name))).toBe(before);
});
