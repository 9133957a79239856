/** Who may order work on hosts, and when: what is refused before anything is done. */
import { expect, it } from 'vitest';
import type { HostClaim } from '../../lib/core/hosts/host-work.ts';
import { emptyMemory, type Memory } from '../../lib/core/memory/memory.ts';
import { orderFault } from '../../lib/core/operator/order.ts';
import { type Action, parseRequest } from '../../lib/core/operator/request.ts';
import { serveHostOrder } from '../../lib/watch/host-orders.ts';
import { PortError } from '../../lib/watch/ports/port-error.ts';
import type { Ports } from '../../lib/watch/ports/ports.ts';
import { pairWith } from '../core/world.ts';

interface Made {
  readonly pair?: Parameters<typeof pairWith>[0];
  readonly memory?: Partial<Memory>;
  readonly taken?: HostClaim;
  readonly more?: object;
}

async function order({ pair: changes, memory, taken, more }: Made) {
  const pair = pairWith({ mode: 'observe', hostWork: true, ...changes });
  const said: string[] = [];
  const ports = {
    clock: { nowMs: () => 1000, sleep: async () => undefined },
    log: { info() {}, warn() {}, error() {} },
    store: {
      readMemory: async () => ({ ...emptyMemory, ...memory }),
      claimHosts: async () => {
        said.push('claim');
        return taken ?? null;
      },
      releaseHosts: async () => void said.push('release'),
    },
    accounts: { read: async () => Promise.reject(new PortError('denied', 'the store says no')) },
    host: { run: async () => void said.push('run') },
    vip: { locate: async () => new Map() },
  } as unknown as Ports;
  const parsed = parseRequest({ action: 'setup', pair: 'orders', by: 'ann', why: 'a test', ...more });
  if (parsed.kind === 'faulty' || parsed.value.action !== 'setup') throw new Error('a faulty request');
  const options = { config: {} as never, ports, pair, order: parsed.value, owner: 'me', deadlineMs: 100_000 };
  const reply = await serveHostOrder(options);
  return { ...reply, said };
}

it('is refused where the pair does not allow it', async () => {
  const { outcome, lines, said } = await order({ pair: { hostWork: false } });
  expect({ outcome, said }).toEqual({ outcome: 'refused', said: [] });
  expect(lines[0]).toContain('set hostWork: true in the environment file');
});

it('is refused for a pair that is acted for, unless it is paused', async () => {
  const { outcome, said } = await order({ pair: { mode: 'act' } });
  expect({ outcome, said }).toEqual({ outcome: 'refused', said: [] });
  const paused = await order({
    pair: { mode: 'act' },
    memory: { pause: { untilMs: 2000, by: 'ann', why: 'work' } },
  });
  expect(paused.said).toContain('claim');
});

it('is refused while somebody else works on the hosts, and takes nothing from them', async () => {
  const taken = { owner: 'other', what: 'setup', by: 'bob', untilMs: 5000 } as const;
  const { outcome, lines, said } = await order({ taken });
  expect({ outcome, said }).toEqual({ outcome: 'refused', said: ['claim'] });
  expect(lines[0]).toContain('a setup by bob at work on the hosts');
});

it('gives the claim back, whatever came of the work', async () => {
  const { outcome, lines, said } = await order({});
  expect({ outcome, lines }).toEqual({ outcome: 'failed', lines: ['the store says no'] });
  expect(said.at(-1)).toBe('release');
});

it.each<Action>(['setup', 'remove'])('%s is an order, which the read function refuses', (action) => {
  expect(orderFault({ action, pair: 'orders', by: 'ann', why: 'a test' })).toMatchObject({ got: action });
});
