/** A maintenance as operate carries it out: what is refused, what is repeated, and what a host is given. */
import { describe, expect, it } from 'vitest';
import type { MaintainFacts } from '../../lib/core/maintain/goals.ts';
import type { Maintenance } from '../../lib/core/maintain/maintenance.ts';
import { emptyMemory } from '../../lib/core/memory/memory.ts';
import { parseRequest } from '../../lib/core/operator/request.ts';
import { type MaintainOrder, maintainWork } from '../../lib/watch/maintain/maintain.ts';
import type { HostPort } from '../../lib/watch/ports/host.ts';
import { PortError } from '../../lib/watch/ports/port-error.ts';
import type { Ports } from '../../lib/watch/ports/ports.ts';
import { pairWith } from '../core/world.ts';
import { newWorld, portsOf } from './pair.ts';

const BOOT = '0f1e2d3c-0a1b-4c2d-9e8f-0123456789ab';
const maintenance: Maintenance = {
  id: 'r1',
  work: 'command',
  command: 'upgrade',
  by: 'ann',
  why: 'a test',
  startedAtMs: 0,
  nodes: ['db2', 'db1'],
  changed: [],
  done: [],
  known: [],
  out: { node: 'db2', was: BOOT, untilMs: 1000 },
};
const facts: MaintainFacts = {
  isOver: false,
  maintenance,
  holder: 'db1',
  standby: 'db2',
  isFit: false,
  isOutOver: false,
  unready: [],
  findings: [],
};
const changed = { name: 'changed', node: 'db2', does: '', state: 'open' } as const;

/** The work on a pair whose hosts answer like this. */
function workWith(asked: object, host: Partial<HostPort> = {}) {
  const order = parseRequest({
    action: 'maintain',
    pair: 'orders',
    by: 'ann',
    why: 'a test',
    id: 'r1',
    ...asked,
  });
  if (order.kind === 'faulty') throw new Error(JSON.stringify(order.faults));
  const ports = portsOf(newWorld());
  const pair = pairWith({ hostWork: true, maintenance: { upgrade: 'their-upgrade' } });
  const given: Ports = {
    ...ports,
    host: { ...ports.host, ...host },
    store: { readMemory: async () => emptyMemory } as Partial<Ports['store']> as Ports['store'],
  };
  return maintainWork({
    config: { vantages: ['a', 'b'] } as never,
    ports: given,
    pair,
    order: order.value as MaintainOrder,
    owner: 'me',
    deadlineMs: 100_000,
  });
}

it('repeats a look that shows neither node, and refuses nothing for it', async () => {
  await expect(workWith({ work: 'restart' }).look()).rejects.toMatchObject({ kind: 'timeout' });
});

it('has a reboot end the boot that the host was at', async () => {
  const ran: unknown[] = [];
  const run: HostPort['run'] = async (_, node, document, __, parameters) => {
    ran.push([node, document, parameters]);
    return '';
  };
  await workWith({ work: 'reboot' }, { run })
    .carryOut(changed, facts, 60_000)
    .catch(() => {});
  expect(ran).toEqual([['db2', 'planned-reboot', { Boot: BOOT }]]);
});

describe("a document of the team's own", () => {
  const failing = (options?: { readonly exitCode: number }) =>
    workWith(
      { work: 'command', command: 'upgrade' },
      {
        runNamed: async () => {
          throw new PortError('unsuccessful', 'upgrade on db2: Failed: no room', options);
        },
      },
    );

  it('that fails is not run again by itself', async () => {
    const work = failing({ exitCode: 3 });
    expect(await work.mayGoOn()).toBeNull();
    await expect(work.carryOut(changed, facts, 60_000)).rejects.toThrow('no room');
    expect(await work.mayGoOn()).toMatchObject({ got: expect.stringMatching(/^exit code 3 of .*no room/) });
  });

  it('that never ran is tried again', async () => {
    const work = failing();
    await expect(work.carryOut(changed, facts, 60_000)).rejects.toThrow();
    expect(await work.mayGoOn()).toBeNull();
  });
});
