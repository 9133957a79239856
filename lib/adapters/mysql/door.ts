/**
 * The door: whether a new client would still be let in. Kept connections do not show that the password was
 * changed, so every so often a fresh one logs in and leaves. Nobody waits for it.
 */
import type { Saw } from '../../core/sighting.ts';
import { dial, type Endpoint } from './connection.ts';
import { MysqlFailure, sawOf } from './errors.ts';
import { nowMs } from './limit.ts';

/** Time between two tries. Milliseconds. */
const DOOR_MS = 2000;

export type Barred = Extract<Saw, { kind: 'saturated' | 'locked-out' }>;

export interface Door {
  /** Tries the door if it is due, and says what the last try found; null while it is open. */
  knock(limitMs: number): Barred | null;
  /** A look has just come in through it. */
  wasOpen(): void;
}

export function createDoor(endpoint: Endpoint): Door {
  let barred: Barred | null = null;
  let triedAtMs = Number.NEGATIVE_INFINITY;

  async function attempt(limitMs: number): Promise<void> {
    try {
      (await dial(endpoint, limitMs)).quit();
      barred = null;
    } catch (error) {
      const saw = error instanceof MysqlFailure ? sawOf(error) : null;
      // Only a refusal counts: a door that is slow to open proves nothing while the kept connections answer.
      barred = saw?.kind === 'saturated' || saw?.kind === 'locked-out' ? saw : null;
    }
  }

  return {
    knock(limitMs) {
      if (nowMs() - triedAtMs >= DOOR_MS) {
        triedAtMs = nowMs();
        void attempt(limitMs);
      }
      return barred;
    },
    wasOpen() {
      triedAtMs = nowMs();
      barred = null;
    },
  };
}
