import { performance } from 'node:perf_hooks';
import type { Clock } from '../watch/ports/ports.ts';

/** A wall clock this far ahead of ours means that the process was frozen. Milliseconds. */
const FROZEN_MS = 1000;

/**
 * The time since 1970 by the wall clock at its making, and by the monotonic clock from then on: small
 * corrections of the wall clock do not show, and a step back never does. Lambda freezes a process between invocations, and
 * the monotonic clock may stand still meanwhile; the clock then jumps forward to the wall clock, never back.
 */
export function createClock(wallMs: () => number = Date.now, monotonicMs = () => performance.now()): Clock {
  let anchorMs = wallMs() - monotonicMs();
  return {
    nowMs() {
      const wall = wallMs();
      if (wall - (anchorMs + monotonicMs()) > FROZEN_MS) anchorMs = wall - monotonicMs();
      return Math.floor(anchorMs + monotonicMs());
    },
    sleep: (forMs, signal) => sleep(forMs, signal),
  };
}

function sleep(forMs: number, signal?: AbortSignal): Promise<void> {
  if (signal?.aborted) return Promise.resolve();
  return new Promise((resolve) => {
    const end = () => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', end);
      resolve();
    };
    const timer = setTimeout(end, forMs);
    signal?.addEventListener('abort', end, { once: true });
  });
}
