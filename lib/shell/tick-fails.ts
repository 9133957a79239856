/** When a pair's state cannot be read or stored: each try waits longer, and a person is told past the store. */
import { events } from '../core/events.ts';
import type { PairName } from '../core/names.ts';
import type { Ports } from './ports.ts';

const FIRST_PAUSE_MS = 1000;
const LONGEST_PAUSE_MS = 30_000;
/** After this long a person is told. Milliseconds. */
export const TICK_FAILS_MS = 10_000;

/** 1 s, 2 s, 4 s … 30 s: how long to wait after so many failures in a row. */
export function backOffMs(failures: number): number {
  return Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** Math.min(failures - 1, 10));
}

/** Publishes `tick-fails` directly: the outbox is in the record that cannot be saved. Says whether SNS took it. */
export async function tickFails(ports: Ports, pair: PairName, error: unknown): Promise<boolean> {
  const nowMs = ports.clock.nowMs();
  try {
    await ports.alerts.publish({
      id: `${pair}-${nowMs}-tick-fails`,
      code: 'tick-fails',
      pair,
      incident: null,
      atMs: nowMs,
      happened: `The state of ${pair} could not be read or stored for ${TICK_FAILS_MS / 1000} s: ${String(error).slice(0, 500)}.`,
      done: 'It is tried again, more slowly each time. Nothing else is done for this pair meanwhile.',
      todo: events['tick-fails'].todo,
      steps: [],
    });
    return true;
  } catch (failure) {
    ports.metrics.publish('PublishFailure', 1);
    ports.log.error(`alert tick-fails was not published: ${String(failure)}`, { pair });
    return false;
  }
}
