/** The limit of a wait for an acknowledgement is known before it decides, also where semi-sync was switched on just now. */
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { stuckAfterMs } from '../../lib/core/evidence/verdict.ts';
import type { MysqlLink } from '../../lib/probe/connection.ts';
import type { Counters } from '../../lib/probe/counter-rows.ts';
import { TroubleReader } from '../../lib/probe/troubles.ts';

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['performance'] });
});
afterEach(() => {
  vi.useRealTimers();
});

const countersWith = (semiSync: Counters['semiSync']): Counters => ({
  uptimeSeconds: 100,
  ageSeconds: 100,
  connections: 5,
  heartbeats: null,
  heartbeatSeconds: null,
  semiSync,
});
const row = (Variable_name: string, Value: string) => ({ Variable_name, Value });

test('switched on, and its limit raised, between two reads of what changes slowly', async () => {
  let variables: ReturnType<typeof row>[] = [];
  const dialect = { setUp: 'set up', events: 'events', globalLocks: null, instanceLocks: null };
  const queryWithoutLimit = async (sql: string) => (sql === 'set up' ? variables : []);
  const link = { id: 1, dialect, queryWithoutLimit, queryAgain: async () => [], isGone: () => false };
  const reader = new TroubleReader();
  const timeoutMs = async (semiSync: Counters['semiSync']) => {
    vi.advanceTimersByTime(1000);
    return (await reader.read(link as unknown as MysqlLink, null, countersWith(semiSync), true)).semiSync
      ?.timeoutMs;
  };
  expect(await timeoutMs(null)).toBeUndefined();
  variables = [row('rpl_semi_sync_source_enabled', 'ON'), row('rpl_semi_sync_source_timeout', '8000')];
  const quiet = { on: true, waiting: 0, acknowledged: 0 };
  expect(await timeoutMs(quiet)).toBe(8000);
  variables = [row('rpl_semi_sync_source_enabled', 'ON'), row('rpl_semi_sync_source_timeout', '20000')];
  expect(await timeoutMs(quiet)).toBe(8000);
  expect(await timeoutMs({ ...quiet, waiting: 3 })).toBe(20_000);
});

test('a wait whose limit nobody could read yet counts from the default of the servers', () => {
  const hangs = { kind: 'failed', cause: 'semi-sync', because: '', blocker: null, forMs: 5300 } as const;
  const settings = { stuckMs: 5000, lockedMs: 30_000 };
  expect(stuckAfterMs(hangs, { semiSync: null }, settings)).toBe(15_000);
  expect(stuckAfterMs(hangs, { semiSync: { waiting: true, timeoutMs: 8000 } }, settings)).toBe(13_000);
});
