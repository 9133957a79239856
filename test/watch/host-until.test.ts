/** Hosts are waited for no longer than the invocation lasts. */
import { expect, it } from 'vitest';
import { hostUntil } from '../../lib/watch/host-until.ts';
import type { HostPort } from '../../lib/watch/ports/host.ts';
import { pairWith } from '../core/world.ts';

function hostAt(nowMs: number, deadlineMs: number) {
  const limitsMs: number[] = [];
  const take = async (limitMs: number) => {
    limitsMs.push(limitMs);
    return 'printed';
  };
  const host: HostPort = {
    run: (_pair, _node, _document, limitMs) => take(limitMs),
    runNamed: (_pair, _node, _command, limitMs) => take(limitMs),
  };
  const clock = { nowMs: () => nowMs, sleep: async () => undefined };
  return { host: hostUntil(host, clock, deadlineMs), limitsMs };
}

const pair = pairWith({});

it('gives a document its own limit, or what is left where that is less', async () => {
  const { host, limitsMs } = hostAt(1000, 51_000);
  expect(await host.run(pair, 'db1', 'host-facts', 60_000)).toBe('printed');
  await host.run(pair, 'db1', 'proof-database', 20_000);
  await host.runNamed(pair, 'db2', 'upgrade', 900_000);
  expect(limitsMs).toEqual([50_000, 20_000, 50_000]);
});

it('begins none after the deadline, and says so', async () => {
  const { host, limitsMs } = hostAt(51_000, 51_000);
  await expect(host.run(pair, 'db1', 'host-facts', 60_000)).rejects.toMatchObject({
    kind: 'timeout',
    message: 'host-facts on db1: not begun, because the time of this invocation is over',
  });
  await expect(host.runNamed(pair, 'db1', 'upgrade', 60_000)).rejects.toMatchObject({ kind: 'timeout' });
  expect(limitsMs).toEqual([]);
});
