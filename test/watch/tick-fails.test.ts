import { expect, test } from 'vitest';
import { allSafeguards } from '../../lib/core/decision/safeguards.ts';
import { AlertDesk } from '../../lib/watch/alert-desk.ts';
import type { Ports } from '../../lib/watch/ports/ports.ts';
import { Failures } from '../../lib/watch/tick-fails.ts';
import { VirtualClock } from './clock.ts';

const quiet = () => undefined;

/** How long each pause was, after so many failures in a row. */
async function pauses(count: number, clientsWait: boolean): Promise<number[]> {
  const clock = new VirtualClock();
  const ports = {
    clock,
    log: { error: quiet },
    metrics: { publish: quiet },
    alerts: { publish: async () => {} },
  } as unknown as Ports;
  const failures = new Failures({
    ports,
    desk: new AlertDesk(ports, allSafeguards),
    pair: 'orders',
    stop: new AbortController().signal,
  });
  const took: number[] = [];
  for (let index = 0; index < count; index += 1) {
    await failures.note('the tick failed', 'timeout');
    const sinceMs = clock.nowMs();
    let isOver = false;
    void failures.pause(clientsWait).then(() => {
      isOver = true;
    });
    while (!isOver) await clock.pass(500);
    took.push(clock.nowMs() - sinceMs);
  }
  return took;
}

test.each([
  ['longer and longer', 5, false, [1000, 2000, 4000, 8000, 16_000]],
  ['1 s each while clients wait for the next try', 5, true, [1000, 1000, 1000, 1000, 1000]],
])('after failures in a row the pauses are %s', async (_, count, clientsWait, expected) => {
  expect(await pauses(count, clientsWait)).toEqual(expected);
});

test('where clients wait, too, they grow after a minute', async () => {
  expect((await pauses(62, true)).at(-1)).toBe(30_000);
});
