/**
 * A process of ours in the simulated world: one invocation of watch, or one operator's call. It can die at
 * any await, or be frozen and thawed, as Lambda does. What it had already sent may still land.
 */
import type { Clock } from '../lib/watch/ports/ports.ts';
import type { Random } from './random.ts';
import type { Timeline } from './time.ts';

/** How far a process's clock is from true time, and how fast it goes. */
export interface Skew {
  readonly offsetMs: number;
  /** Seconds gained in a second. */
  readonly drift: number;
}

/** True time 0 of every history, so that a clock shows something that looks like a date. */
export const epochMs = Date.UTC(2030, 0, 1);

export class Process {
  readonly name: string;
  readonly skew: Skew;
  readonly timeline: Timeline;
  readonly random: Random;
  /** When it started, in true time. */
  readonly startedMs: number;
  #gone = false;
  #doomed = false;
  #frozenUntilMs = 0;
  #late: (() => void)[] = [];

  constructor(name: string, timeline: Timeline, random: Random, skew: Skew) {
    this.name = name;
    this.timeline = timeline;
    this.random = random;
    this.skew = skew;
    this.startedMs = timeline.nowMs;
  }

  /** Whether it is dead or has ended: it sends nothing any more, and hears nothing. */
  get gone(): boolean {
    return this.#gone;
  }

  /** Its own clock's reading. */
  localMs(): number {
    return Math.floor(epochMs + this.skew.offsetMs + this.timeline.nowMs * (1 + this.skew.drift));
  }

  /** Ends it here and now: nothing that it awaits ever comes. */
  kill(): void {
    this.#gone = true;
    this.#late = [];
  }

  /** Lets it die as soon as it wants to send anything more. */
  doom(): void {
    this.#doomed = true;
  }

  /** Until when it is, or was, frozen. */
  get frozenUntilMs(): number {
    return this.#frozenUntilMs;
  }

  /** Stops it for a while: what comes meanwhile is delivered when it thaws. */
  freeze(forMs: number): void {
    this.#frozenUntilMs = Math.max(this.#frozenUntilMs, this.timeline.nowMs + forMs);
    this.timeline.at(this.#frozenUntilMs, () => this.#thaw());
  }

  /**
   * Sends something: `act` happens in the world after `sendMs`, whatever becomes of this process, and its
   * result (or what it throws) arrives here `answerMs` later.
   */
  send<T>(sendMs: number, answerMs: number, act: () => T): Promise<T> {
    if (this.#doomed) this.kill();
    if (this.#gone) return never();
    return new Promise((resolve, reject) => {
      this.timeline.after(sendMs, () => {
        try {
          this.#answer(answerMs, resolve, act());
        } catch (error) {
          this.#answer(answerMs, reject, error);
        }
      });
    });
  }

  /** Hears an error after that time; the world is not changed. */
  fail<T>(afterMs: number, error: Error): Promise<T> {
    return this.send<T>(afterMs, 0, () => {
      throw error;
    });
  }

  /** Sends something that happens, but whose answer is lost: an error arrives in its place. */
  lose<T>(sendMs: number, afterMs: number, act: () => void, error: Error): Promise<T> {
    if (this.#doomed) this.kill();
    if (this.#gone) return never();
    this.timeline.after(sendMs, () => {
      try {
        act();
      } catch {
        // What the other side made of it is in the answer that is lost.
      }
    });
    return this.fail(Math.max(sendMs, afterMs), error);
  }

  /** Something that comes to this process by itself: runs `act` here, unless it is gone. */
  receive(act: () => void): void {
    this.#deliver(act);
  }

  #answer<T>(answerMs: number, settle: (value: T) => void, value: T): void {
    if (answerMs > 0) this.timeline.after(answerMs, () => this.#deliver(() => settle(value)));
    else if (this.timeline.nowMs < this.#frozenUntilMs) this.#deliver(() => settle(value));
    else if (!this.#gone) settle(value);
  }

  #deliver(act: () => void): void {
    if (this.#gone) return;
    if (this.timeline.nowMs < this.#frozenUntilMs) this.#late.push(act);
    else act();
  }

  #thaw(): void {
    if (this.#gone || this.timeline.nowMs < this.#frozenUntilMs) return;
    const late = this.#late;
    this.#late = [];
    for (const act of late) act();
  }
}

/** The clock of a process: skewed, drifting, and asleep as long as its own seconds last. */
export function clockOf(owner: Process): Clock {
  const { timeline, skew } = owner;
  return {
    nowMs: () => owner.localMs(),
    sleep: (forMs, signal) => {
      if (owner.gone) return never();
      return new Promise((resolve) => {
        const wake = () => owner.receive(resolve);
        const trueMs = Math.max(0, forMs) / (1 + skew.drift);
        // An aborted sleep ends at once, but never within the caller's own turn.
        if (signal?.aborted) timeline.after(0, wake);
        else if (signal === undefined) timeline.after(trueMs, wake);
        else {
          const abort = () => timeline.after(0, wake);
          const sleepers = sleepersOf(signal);
          sleepers.add(abort);
          timeline.after(trueMs, () => {
            if (sleepers.delete(abort)) wake();
          });
        }
      });
    },
  };
}

/** Who sleeps until a signal is aborted: one listener a signal, because listeners are dear. */
const sleepersBySignal = new WeakMap<AbortSignal, Set<() => void>>();

function sleepersOf(signal: AbortSignal): Set<() => void> {
  const known = sleepersBySignal.get(signal);
  if (known !== undefined) return known;
  const sleepers = new Set<() => void>();
  sleepersBySignal.set(signal, sleepers);
  const abortAll = () => {
    for (const abort of sleepers) abort();
    sleepers.clear();
  };
  signal.addEventListener('abort', abortAll, { once: true });
  return sleepers;
}

/** A promise for a process that is gone. */
export function never<T>(): Promise<T> {
  return new Promise(() => {});
}
