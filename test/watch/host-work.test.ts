/** The loop of work on hosts, on a made-up host: a set of words that steps add to. */
import { expect, it } from 'vitest';
import type { Goal } from '../../lib/core/hosts/host-work.ts';
import { type ConvergeOptions, converge, TRIES_MAX } from '../../lib/watch/host-work.ts';
import { PortError } from '../../lib/watch/ports/port-error.ts';
import type { Clock } from '../../lib/watch/ports/ports.ts';

const words = ['one', 'two', 'three'];
const log = { info() {}, warn() {}, error() {} };

function at(startMs: number): Clock & { ms: number } {
  const clock = {
    ms: startMs,
    nowMs: () => clock.ms,
    sleep: async (forMs: number) => {
      clock.ms += forMs;
    },
  };
  return clock;
}

interface Made {
  readonly world: Set<string>;
  /** What each step does; adds its word where nothing is given. */
  readonly steps?: Readonly<Record<string, (world: Set<string>) => void>>;
  readonly options?: Partial<ConvergeOptions<ReadonlySet<string>>>;
  readonly stepMs?: number;
  readonly look?: () => void;
  /** What runs on the host of the step after these words. */
  readonly atWork?: (world: ReadonlySet<string>) => Partial<Goal>;
}

async function run({ world, steps = {}, options = {}, stepMs = 100, look, atWork }: Made) {
  const clock = at(0);
  const tried: string[] = [];
  const converged = await converge<ReadonlySet<string>>({
    work: {
      async look() {
        look?.();
        return new Set(world);
      },
      goals: (facts) =>
        words.map(
          (name): Goal => ({
            name,
            node: null,
            does: name,
            state: facts.has(name) ? 'met' : 'open',
            ...(name === 'two' ? atWork?.(facts) : {}),
          }),
        ),
      async carryOut({ name }) {
        tried.push(name);
        clock.ms += stepMs;
        (steps[name] ?? ((all: Set<string>) => all.add(name)))(world);
      },
    },
    clock,
    log,
    deadlineMs: 110_000,
    dryRun: false,
    mayGoOn: async () => null,
    ...options,
  });
  return { ...converged, tried };
}

it('carries out what is not met, in order, and a second run changes nothing', async () => {
  const world = new Set(['two']);
  expect(await run({ world })).toMatchObject({ kind: 'done', changed: 2, tried: ['one', 'three'] });
  expect(await run({ world })).toMatchObject({ kind: 'done', changed: 0, tried: [] });
});

it('looks anew after each step that changes something, and not after a check that passed', async () => {
  const passed = new Set<string>();
  const looks: string[][] = [];
  const converged = await converge<ReadonlySet<string>>({
    work: {
      async look() {
        looks.push([...passed]);
        return passed;
      },
      goals: (facts) =>
        ['one', 'two', 'three'].map(
          (name): Goal => ({
            name,
            node: null,
            does: name,
            state: facts.has(name) ? 'met' : 'open',
            ...(name === 'one' ? {} : { isCheck: true }),
          }),
        ),
      carryOut: async ({ name }) => void passed.add(name),
    },
    clock: at(0),
    log,
    deadlineMs: 110_000,
    dryRun: false,
    mayGoOn: async () => null,
  });
  expect(converged).toMatchObject({ kind: 'done', changed: 1 });
  expect(looks).toEqual([[], ['one']]);
});

it('changes nothing in a dry run, and says what it would do', async () => {
  const world = new Set(['two']);
  const { steps, tried, changed } = await run({ world, options: { dryRun: true } });
  expect(steps.map(({ result }) => result)).toEqual(['planned', 'already', 'planned']);
  expect({ tried, changed, world: [...world] }).toEqual({ tried: [], changed: 0, world: ['two'] });
});

it('waits for what runs on a host, however long, and does nothing there', async () => {
  let looks = 0;
  const world = new Set<string>();
  const look = () => {
    looks += 1;
    if (looks === 9) world.add('two');
  };
  const atWork = (): Partial<Goal> => (looks < 9 ? { atWork: 'half of it' } : {});
  const seen = await run({ world, look, atWork });
  expect(seen).toMatchObject({ kind: 'done', changed: 3, tried: ['one', 'three'] });
  expect(seen.steps.find(({ name }) => name === 'two')).toMatchObject({ result: 'changed', tookMs: 35_000 });
});

it('says what runs on a host when the time is over: that is no standstill', async () => {
  const seen = await run({ world: new Set(['one']), atWork: () => ({ atWork: 'half of it' }) });
  expect(seen).toMatchObject({ kind: 'unfinished', changed: 0, isAtWork: true, because: 'two: half of it' });
});

it('asks again whether it may go on where the store did not answer, and says so where that lasts', async () => {
  let asked = 0;
  const mayGoOn = (fails: number) => async () => {
    asked += 1;
    if (asked <= fails) throw new PortError('timeout', 'the store does not answer');
    return null;
  };
  expect(await run({ world: new Set(), options: { mayGoOn: mayGoOn(2) } })).toMatchObject({ kind: 'done' });
  asked = 0;
  const seen = await run({ world: new Set(), options: { mayGoOn: mayGoOn(99) } });
  expect(seen).toMatchObject({ kind: 'failed', changed: 0, tried: [] });
  expect(seen.because).toContain('the store does not answer');
});

it('gives up a step without effect, and names it with what went wrong', async () => {
  const steps = {
    two: () => {
      throw new PortError('unsuccessful', 'the disk is full');
    },
  };
  const { kind, because, tried } = await run({ world: new Set(), steps });
  expect(tried).toEqual(['one', ...Array(TRIES_MAX).fill('two')]);
  expect({ kind, because }).toEqual({
    kind: 'failed',
    because: `two: tried ${TRIES_MAX} times without effect: the disk is full`,
  });
});

it('takes a step as done whose answer was lost, when the next look shows it', async () => {
  const steps = {
    two: (world: Set<string>) => {
      world.add('two');
      throw new PortError('timeout', 'no answer');
    },
  };
  expect(await run({ world: new Set(), steps })).toMatchObject({ kind: 'done', changed: 3 });
});

it('stops at the deadline between two steps, and the next run goes on from there', async () => {
  const world = new Set<string>();
  const first = await run({ world, stepMs: 60_000, options: { deadlineMs: 100_000 } });
  expect(first).toMatchObject({ kind: 'unfinished', changed: 2, because: 'three is next' });
  expect(await run({ world })).toMatchObject({ kind: 'done', changed: 1, tried: ['three'] });
});

it('is asked before every step whether it may go on', async () => {
  let asked = 0;
  const mayGoOn = async () => (++asked < 2 ? null : { got: 'a plan', want: 'none', remedy: 'wait' });
  const { kind, changed, because, tried } = await run({ world: new Set(), options: { mayGoOn } });
  expect({ kind, changed, tried }).toEqual({ kind: 'refused', changed: 1, tried: ['one'] });
  expect(because).toBe('got a plan; want none. To fix it: wait.');
});

it('looks again where a look failed, but not where it never can', async () => {
  let looks = 0;
  const throwing = (kind: 'timeout' | 'denied', times: number) => () => {
    looks += 1;
    if (looks <= times) throw new PortError(kind, 'SSM');
  };
  const world = new Set(words);
  expect(await run({ world, look: throwing('timeout', 2) })).toMatchObject({ kind: 'done', changed: 0 });
  looks = 0;
  expect(await run({ world, look: throwing('denied', 1) })).toMatchObject({ kind: 'failed', because: 'SSM' });
  expect(looks).toBe(1);
});
