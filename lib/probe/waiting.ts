/** Waiting with a limit, fairly: an answer that has already arrived is read before the limit is judged. */

/** What `within` gives back when the limit was over first. */
export const late = Symbol('late');

/**
 * The promise's value, or `late` after `limitMs`. The promise goes on by itself.
 *
 * After a pause of this process (Lambda froze it, or the CPU was taken away) Node runs overdue timers before it
 * reads its sockets. So an overdue limit lets the event loop read once more: the answer may be there, and a
 * server must not be called silent for a pause of ours.
 */
export function within<T>(promise: Promise<T>, limitMs: number): Promise<T | typeof late> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => afterReading(() => resolve(late)), Math.max(0, limitMs));
    promise.then(resolve, reject).finally(() => clearTimeout(timer));
  });
}

/** Calls it when what has arrived by now was read: for a limit that became overdue while this process was paused. */
export function afterReading(then: () => void): void {
  setImmediate(() => setImmediate(then));
}

/** Milliseconds on a clock that never goes back; only differences of it mean anything. */
export function nowMs(): number {
  return performance.now();
}

/** Something that can wake a pause: takes the waker, and gives back how to take it out again. */
export type Alarm = (wake: () => void) => () => void;

/** An alarm, and what sets it off. */
export interface Bell {
  readonly alarm: Alarm;
  ring(): void;
}

/** Each ring wakes all that wait at that moment. */
export function createBell(): Bell {
  const wakers = new Set<() => void>();
  return {
    alarm(wake) {
      wakers.add(wake);
      return () => wakers.delete(wake);
    },
    ring() {
      for (const wake of [...wakers]) wake();
    },
  };
}

/** Resolves after that time, or as soon as the signal is aborted or an alarm goes off. Never rejects. */
export function pause(forMs: number, signal?: AbortSignal, ...alarms: readonly Alarm[]): Promise<void> {
  if (signal?.aborted) return Promise.resolve();
  return new Promise((resolve) => {
    const end = () => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', end);
      for (const silence of silences) silence();
      resolve();
    };
    const timer = setTimeout(end, Math.max(0, forMs));
    signal?.addEventListener('abort', end, { once: true });
    const silences = alarms.map((alarm) => alarm(end));
  });
}
