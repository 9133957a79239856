/** What a probe that rests between two looks still knows of the heartbeats that it has committed. */
import { afterEach, beforeEach, expect, test, vi } from 'vitest';

import type { MysqlLink } from '../../lib/probe/connection.ts';
import { SEPARATOR } from '../../lib/probe/dialect.ts';
import { HeartbeatLag } from '../../lib/probe/heartbeat-lag.ts';
import { HeartbeatWriter } from '../../lib/probe/heartbeat-writer.ts';
import type { Logins } from '../../lib/probe/logins.ts';

const stampMs = Date.UTC(2026, 10, 24, 13, 50, 1);
const link = {
  id: 7,
  dialect: { superReadOnly: true },
  queryAgain: async () => [{ s: ['0', '2026-11-24 13:50:01.000', 'ROW'].join(SEPARATOR) }],
  queryWithoutLimit: async () => [],
  gone: new Promise(() => {}),
  destroy: () => {},
} as unknown as MysqlLink;
const logins = { take: async () => link } as unknown as Logins;

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['performance'] });
});
afterEach(() => {
  vi.useRealTimers();
});

// A look may rest for 10 s: a standby that applies nothing had a lag of 6 s at most, for hours.
test.each([
  ['for a rest, are waited for on', 10_000, { ms: 10_000, isExact: false }],
  ['for so long that its node may have lost its role, are not', 61_000, null],
])('heartbeats of a probe that was not asked %s', async (_, restMs, lag) => {
  const beats = new HeartbeatLag();
  const writer = new HeartbeatWriter(logins, 'db1', beats);
  expect(await writer.beat(500)).toEqual({ kind: 'committed' });
  const beganAtMs = performance.now();
  vi.advanceTimersByTime(restMs);
  writer.drop();
  expect(beats.lag(stampMs - 1000, beganAtMs + restMs)).toEqual(lag);
});
