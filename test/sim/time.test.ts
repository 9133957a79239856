import { describe, expect, it } from 'vitest';
import { clockOf, epochMs, Process } from '../../sim/process.ts';
import { Random } from '../../sim/random.ts';
import { runOutside, Timeline } from '../../sim/time.ts';

const always = () => true;

function processOn(timeline: Timeline, offsetMs = 0, drift = 0): Process {
  return new Process('watch', timeline, new Random(1), { offsetMs, drift });
}

describe('virtual time', () => {
  it('runs events in the order of their times, and of one time in the order they came', async () => {
    const timeline = new Timeline();
    const ran: string[] = [];
    const random = new Random(5);
    const times = Array.from({ length: 500 }, (_, index) => ({ atMs: random.whole(0, 40), index }));
    for (const { atMs, index } of times) timeline.at(atMs, () => ran.push(`${atMs}/${index}`));
    await runOutside(() => timeline.run(100, always));
    const wanted = [...times].sort((a, b) => a.atMs - b.atMs || a.index - b.index);
    expect(ran).toEqual(wanted.map(({ atMs, index }) => `${atMs}/${index}`));
    expect(timeline.nowMs).toBe(100);
  });

  it('lets every promise run on before the next event, however long the chain', async () => {
    const timeline = new Timeline();
    const seen: string[] = [];
    const work = async (name: string, forMs: number) => {
      await new Promise<void>((resolve) => timeline.after(forMs, resolve));
      for (let link = 0; link < 200; link++) await null;
      seen.push(`${name} at ${timeline.nowMs}`);
    };
    void work('one', 5);
    void work('two', 5);
    timeline.at(5.5, () => seen.push('next'));
    await runOutside(() => timeline.run(10, always));
    expect(seen).toEqual(['one at 5', 'two at 5', 'next']);
  });

  it('stops as soon as it is told to', async () => {
    const timeline = new Timeline();
    let ran = 0;
    for (let atMs = 1; atMs <= 10; atMs++) timeline.at(atMs, () => ran++);
    await runOutside(() => timeline.run(100, () => ran < 4));
    expect(ran).toBe(4);
  });
});

describe('a process', () => {
  it('hears answers when they arrive, and the world changes when the order does', async () => {
    const timeline = new Timeline();
    const process = processOn(timeline);
    const log: string[] = [];
    void process
      .send(10, 5, () => log.push(`landed ${timeline.nowMs}`))
      .then(() => log.push(`heard ${timeline.nowMs}`));
    await runOutside(() => timeline.run(100, always));
    expect(log).toEqual(['landed 10', 'heard 15']);
  });

  it('hears nothing any more once it is dead, though what it sent still lands', async () => {
    const timeline = new Timeline();
    const process = processOn(timeline);
    const log: string[] = [];
    void process.send(10, 5, () => log.push('landed')).then(() => log.push('heard'));
    timeline.at(3, () => process.kill());
    timeline.at(20, () => void process.send(1, 0, () => log.push('sent by the dead')));
    await runOutside(() => timeline.run(100, always));
    expect(log).toEqual(['landed']);
  });

  it('hears everything late when it was frozen, in order', async () => {
    const timeline = new Timeline();
    const process = processOn(timeline);
    const log: string[] = [];
    for (const forMs of [10, 20]) {
      void process.send(forMs, 0, () => {}).then(() => log.push(`${forMs} at ${timeline.nowMs}`));
    }
    timeline.at(5, () => process.freeze(100));
    await runOutside(() => timeline.run(200, always));
    expect(log).toEqual(['10 at 105', '20 at 105']);
  });

  it('hears an error in the place of an answer that is lost', async () => {
    const timeline = new Timeline();
    const process = processOn(timeline);
    const log: string[] = [];
    void process
      .lose(10, 1000, () => log.push(`landed ${timeline.nowMs}`), new Error('no answer'))
      .catch((error) => log.push(`${error.message} ${timeline.nowMs}`));
    await runOutside(() => timeline.run(2000, always));
    expect(log).toEqual(['landed 10', 'no answer 1000']);
  });

  it('has a clock that is off and drifts, and sleeps by it', async () => {
    const timeline = new Timeline();
    const clock = clockOf(processOn(timeline, -2000, 0.01));
    let wokeMs = 0;
    void clock.sleep(1010).then(() => {
      wokeMs = timeline.nowMs;
    });
    await runOutside(() => timeline.run(100_000, always));
    expect(wokeMs).toBeCloseTo(1000);
    expect(clock.nowMs()).toBe(epochMs - 2000 + 101_000);
  });

  it.each([
    ['before', 0],
    ['while it sleeps', 40],
  ])('wakes at once when the signal is aborted %s', async (_, abortMs) => {
    const timeline = new Timeline();
    const clock = clockOf(processOn(timeline));
    const abort = new AbortController();
    const woke: number[] = [];
    if (abortMs === 0) abort.abort();
    else timeline.at(abortMs, () => abort.abort());
    void clock.sleep(1000, abort.signal).then(() => woke.push(timeline.nowMs));
    await runOutside(() => timeline.run(2000, always));
    expect(woke).toEqual([abortMs]);
  });
});

describe('chance', () => {
  it('is the same for the same seed, and another for another', () => {
    const draw = (seed: number) => {
      const random = new Random(seed);
      return Array.from({ length: 20 }, () => random.bits());
    };
    expect(draw(42)).toEqual(draw(42));
    expect(draw(42)).not.toEqual(draw(43));
    expect(draw(2 ** 40 + 42)).not.toEqual(draw(42));
  });

  it('is even enough', () => {
    const random = new Random(1);
    const counts = [0, 0, 0, 0, 0, 0];
    for (let draw = 0; draw < 6000; draw++) {
      const face = random.whole(0, 5);
      counts[face] = (counts[face] ?? 0) + 1;
    }
    for (const count of counts) expect(count).toBeGreaterThan(850);
  });
});
