/**
 * Virtual time: a queue of events, and a driver that runs them in order.
 *
 * The code under test is made of real async functions. After each event the driver lets every promise that
 * became ready run on, until none is left, and only then takes the next event: so the order of everything is
 * given by the queue alone, and a seed gives one history. `process._tickCallback` is how Node itself drains
 * its microtasks; it costs 0.2 µs an event, where `setImmediate` costs 1.6 µs and counting `await`s is a guess.
 */

interface Entry {
  readonly atMs: number;
  readonly order: number;
  readonly run: () => void;
}

export class Timeline {
  /** Milliseconds since the history began. */
  nowMs = 0;
  /** How many events have run. */
  events = 0;
  readonly #heap: Entry[] = [];
  #order = 0;

  /** Runs something at that time, or now if the time is past. Events of one time run in the order they came. */
  at(atMs: number, run: () => void): void {
    push(this.#heap, { atMs: Math.max(atMs, this.nowMs), order: this.#order++, run });
  }

  /** Runs something after that time. */
  after(forMs: number, run: () => void): void {
    this.at(this.nowMs + forMs, run);
  }

  /**
   * Runs every event up to that time, and `afterEach` after each event and all that it set off. Must be
   * called from a macrotask (`runOutside`): within a promise's continuation no other can run.
   */
  run(untilMs: number, afterEach: () => boolean): void {
    for (;;) {
      const next = this.#heap[0];
      if (next === undefined || next.atMs > untilMs) break;
      pop(this.#heap);
      this.nowMs = next.atMs;
      this.events++;
      next.run();
      drain();
      if (!afterEach()) return;
    }
    this.nowMs = untilMs;
  }
}

type Draining = { readonly _tickCallback: () => void };
const drainingProcess = process as unknown as Draining;

function drain(): void {
  drainingProcess._tickCallback();
}

/** Calls the function from a macrotask, where `Timeline.run` can drain promises. */
export function runOutside<T>(run: () => T): Promise<T> {
  return new Promise((resolve, reject) => {
    setImmediate(() => {
      try {
        resolve(run());
      } catch (error) {
        reject(error);
      }
    });
  });
}

function isBefore(a: Entry, b: Entry): boolean {
  return a.atMs < b.atMs || (a.atMs === b.atMs && a.order < b.order);
}

function push(heap: Entry[], entry: Entry): void {
  let index = heap.length;
  heap.push(entry);
  while (index > 0) {
    const parentIndex = (index - 1) >> 1;
    const parent = heap[parentIndex] as Entry;
    if (!isBefore(entry, parent)) break;
    heap[index] = parent;
    index = parentIndex;
  }
  heap[index] = entry;
}

function pop(heap: Entry[]): void {
  const last = heap.pop();
  if (last === undefined || heap.length === 0) return;
  let index = 0;
  for (;;) {
    let childIndex = 2 * index + 1;
    if (childIndex >= heap.length) break;
    const right = heap[childIndex + 1];
    if (right !== undefined && isBefore(right, heap[childIndex] as Entry)) childIndex++;
    const child = heap[childIndex] as Entry;
    if (!isBefore(child, last)) break;
    heap[index] = child;
    index = childIndex;
  }
  heap[index] = last;
}
