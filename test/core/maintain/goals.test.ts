import { describe, expect, it, test } from 'vitest';
import type { Situation } from '../../../lib/core/decision/situation.ts';
import { nextStep } from '../../../lib/core/hosts/host-work.ts';
import {
  faultOfOrder,
  type MaintainFacts,
  type MaintainTerms,
  maintainGoals,
} from '../../../lib/core/maintain/goals.ts';
import type { Maintenance, MaintenanceNote } from '../../../lib/core/maintain/maintenance.ts';
import { orderMaintenance } from '../../../lib/core/maintain/order-note.ts';
import type { Order } from '../../../lib/core/operator/order.ts';
import { parseRequest } from '../../../lib/core/operator/request.ts';
import { type Change, NOW_MS, pairWith, refused, seen, standby, steady } from '../world.ts';

const pair = pairWith();
const terms: MaintainTerms = {
  run: 'r1',
  work: 'restart',
  command: null,
  node: null,
  nodes: null,
  back: false,
};
const healthy: MaintainFacts = {
  isOver: false,
  maintenance: null,
  holder: 'db1',
  standby: 'db2',
  isFit: true,
  isOutOver: false,
  unready: [],
  findings: [],
};
const atWork = (changes: Partial<Maintenance>): Maintenance => ({
  id: 'r1',
  work: 'restart',
  command: null,
  by: 'ann',
  why: 'my.cnf',
  startedAtMs: NOW_MS,
  nodes: ['db2', 'db1'],
  changed: [],
  done: [],
  out: null,
  known: [],
  ...changes,
});
const out = (node: string) => ({ node, was: '17', untilMs: NOW_MS + 1000 });

/** The next step: `changed db2`, `done`, or what it is refused for. */
function next(facts: Partial<MaintainFacts>, asked: Partial<MaintainTerms> = {}): string {
  const step = nextStep(maintainGoals(pair, { ...terms, ...asked }, { ...healthy, ...facts }));
  switch (step.kind) {
    case 'step':
      return [step.goal.name, step.goal.node].filter(Boolean).join(' ');
    case 'done':
      return 'done';
    case 'refused':
      return step.refusal.got;
  }
}

describe('the next step of a maintenance', () => {
  test.each<[what: string, facts: Partial<MaintainFacts>, step: string]>([
    ['it begins', {}, 'begun'],
    ['not with a pair that is not healthy', { isFit: false, unready: ['db2 lags'] }, 'db2 lags'],
    [
      'not beside another',
      { maintenance: atWork({ work: 'command', command: 'upgrade' }) },
      'a maintenance (command upgrade) by ann that is not over',
    ],
    ['the standby is taken out first', { maintenance: atWork({}) }, 'out db2'],
    ['it is changed', { maintenance: atWork({ out: out('db2') }), isFit: false }, 'changed db2'],
    [
      'not where it has become the holder since: it was broken off, and a failover came',
      { maintenance: atWork({ out: out('db2') }), holder: 'db2', standby: 'db1', isOutOver: true },
      'standby db2',
    ],
    [
      'then it is taken out anew, because its time is over',
      { maintenance: atWork({ out: out('db2') }), isOutOver: true },
      'out db2',
    ],
    [
      'one whose server is down is in the middle of its change',
      { maintenance: atWork({ out: out('db2') }), isOutOver: true, isFit: false },
      'changed db2',
    ],
    [
      'it is waited for',
      { maintenance: atWork({ out: out('db2'), changed: ['db2'] }), isFit: false },
      'caught-up db2',
    ],
    ['it stands by again', { maintenance: atWork({ out: out('db2'), changed: ['db2'] }) }, 'in db2'],
    [
      'not with a new finding on a node',
      { maintenance: atWork({ out: out('db2'), changed: ['db2'] }), findings: ['db2 log-not-synced'] },
      'new findings of doctor: db2 log-not-synced',
    ],
    [
      'that the nodes differ is the work itself',
      { maintenance: atWork({ out: out('db2'), changed: ['db2'] }), findings: ['orders settings-differ'] },
      'in db2',
    ],
    ['then the switchover', { maintenance: atWork({ changed: ['db2'], done: ['db2'] }) }, 'standby db1'],
    [
      'then the other node',
      { maintenance: atWork({ changed: ['db2'], done: ['db2'] }), holder: 'db2', standby: 'db1' },
      'out db1',
    ],
    [
      'at the end the nodes must not differ',
      {
        holder: 'db2',
        standby: 'db1',
        findings: ['orders settings-differ'],
        maintenance: atWork({ out: out('db1'), changed: ['db2', 'db1'], done: ['db2'] }),
      },
      'new findings of doctor: orders settings-differ',
    ],
    [
      'what was found before does not count',
      {
        holder: 'db2',
        standby: 'db1',
        findings: ['orders settings-differ'],
        maintenance: atWork({ changed: ['db2', 'db1'], done: ['db2'], known: ['orders settings-differ'] }),
      },
      'in db1',
    ],
    ['it ends', { maintenance: atWork({ changed: ['db2', 'db1'], done: ['db2', 'db1'] }) }, 'over'],
    ['it is over', { isOver: true, holder: 'db2', standby: 'db1' }, 'done'],
  ])('%s', (_, facts, step) => {
    expect(next(facts)).toBe(step);
  });

  test.each<[asked: Partial<MaintainTerms>, does: string]>([
    [{}, 'Restarts the server, and waits until it is up.'],
    [{ work: 'reboot' }, 'Reboots the host, and waits until it is up.'],
    [{ work: 'command', command: 'upgrade' }, 'Runs upgrade, and waits until it is up.'],
  ])('says what it does: %j', (asked, does) => {
    const goals = maintainGoals(pair, { ...terms, ...asked }, healthy);
    expect(goals.find(({ name }) => name === 'changed')?.does).toBe(does);
  });

  it('switches back only where that was asked for', () => {
    const maintenance = atWork({ changed: ['db2', 'db1'], done: ['db2', 'db1'] });
    expect(next({ maintenance, holder: 'db2', standby: 'db1' }, { back: true })).toBe('back db1');
    expect(next({ maintenance, holder: 'db2', standby: 'db1' })).toBe('over');
  });

  it('is about one node where one is named', () => {
    const goals = maintainGoals(pair, { ...terms, node: 'db1' }, healthy);
    expect([...new Set(goals.map(({ node }) => node))]).toEqual([null, 'db1']);
  });
});

test.each<
  [what: string, of: Parameters<typeof pairWith>[0], asked: Partial<MaintainTerms>, got: string | undefined]
>([
  ['restart', {}, {}, undefined],
  ['reboot', {}, { work: 'reboot' }, undefined],
  ['a reboot with a name', {}, { work: 'reboot', command: 'upgrade' }, 'reboot upgrade'],
  [
    'a document that is configured',
    { maintenance: { upgrade: 'their-upgrade' } },
    { work: 'command', command: 'upgrade' },
    undefined,
  ],
  ['a command without a name', {}, { work: 'command' }, 'command without a name'],
  ['only observed', { mode: 'observe' }, {}, 'orders, which is only observed'],
])('what may be ordered: %s', (_, of, asked, got) => {
  expect(faultOfOrder(pairWith(of), { ...terms, ...asked })?.got).toBe(got);
});

describe('what the leader remembers', () => {
  const order = (note: MaintenanceNote, run = 'r1') => {
    const raw = { action: 'maintenance', pair: 'orders', by: 'ann', why: 'my.cnf', run, note };
    const parsed = parseRequest(raw);
    if (parsed.kind === 'faulty') throw new Error(JSON.stringify(parsed.faults));
    return parsed.value as Extract<Order, { action: 'maintenance' }>;
  };
  const remembering =
    (changes: Partial<Maintenance>): Change =>
    (world) => ({ ...world, memory: { ...world.memory, maintenance: atWork(changes) } });
  const noted = (situation: Situation, note: MaintenanceNote, run = 'r1') => {
    const answer = orderMaintenance(situation, order(note, run));
    return answer.kind === 'refuse' ? answer.because : answer.memory.maintenance;
  };
  const begin = { kind: 'begin', work: 'restart', command: null, nodes: ['db2', 'db1'], known: [] } as const;

  it('that it has begun, once; and not beside another', () => {
    expect(noted(seen(steady), begin)).toEqual(atWork({}));
    expect(noted(seen(steady, remembering({ done: ['db2'] })), begin)).toEqual(atWork({ done: ['db2'] }));
    expect(noted(seen(steady, remembering({})), begin, 'r2')).toMatch(/a maintenance by ann is at work/);
  });

  it('each step of a node, which can be repeated', () => {
    expect(noted(seen(steady, remembering({})), { kind: 'take', node: 'db2', was: '17' })).toMatchObject({
      out: { node: 'db2', was: '17' },
    });
    const changed = { kind: 'changed', node: 'db2' } as const;
    expect(noted(seen(steady, remembering({ changed: ['db2'] })), changed)).toMatchObject({
      changed: ['db2'],
    });
    expect(
      noted(seen(steady, remembering({ out: out('db2') })), { kind: 'return', node: 'db2' }),
    ).toMatchObject({ out: null, done: ['db2'] });
    expect(noted(seen(steady, remembering({})), { kind: 'end' })).toBeNull();
  });

  it('why it stopped, which is alerted once, until the next step', () => {
    const stoppedAt = (changes: Partial<Maintenance>, because: string) => {
      const situation = seen(steady, remembering(changes));
      const answer = orderMaintenance(situation, order({ kind: 'stopped', because }));
      if (answer.kind === 'refuse') throw new Error(answer.because);
      const { maintenance, outbox } = answer.memory;
      return { stopped: maintenance?.stopped, codes: outbox.map(({ code }) => code), alert: outbox[0] };
    };
    const first = stoppedAt({ out: out('db2') }, 'exit code 3');
    expect(first).toMatchObject({ stopped: 'exit code 3', codes: ['maintenance-stopped'] });
    expect(first.alert?.happened).toContain('exit code 3');
    expect(first.alert?.done).toContain('db2 is out until');
    const again = stoppedAt({ out: out('db2'), stopped: 'exit code 3' }, 'exit code 4');
    expect(again).toMatchObject({ stopped: 'exit code 4', codes: [] });
    const changed = { kind: 'changed', node: 'db2' } as const;
    expect(noted(seen(steady, remembering({ stopped: 'exit code 4' })), changed)).toMatchObject({
      changed: ['db2'],
      stopped: null,
    });
  });

  it('never that the holder is out, and nothing of one that was stopped', () => {
    const take = { kind: 'take', node: 'db1', was: '17' } as const;
    expect(noted(seen(steady, remembering({})), take)).toMatch(/db1 holds the VIP/);
    expect(noted(seen(steady), { kind: 'changed', node: 'db2' })).toMatch(/it is over, or was stopped/);
  });

  it('of a standby that is out nobody is alerted before its time is over', async () => {
    const { decide } = await import('../../../lib/core/decision/decision.ts');
    const gone = standby(refused);
    const rowWith = (changes: Partial<Maintenance>) =>
      decide(seen(steady, gone, remembering(changes))).row.name;
    expect(rowWith({ out: out('db2') })).toBe('standby-in-maintenance');
    expect(rowWith({ out: { ...out('db2'), untilMs: NOW_MS - 1 } })).not.toBe('standby-in-maintenance');
    expect(rowWith({ out: out('db1') })).not.toBe('standby-in-maintenance');
  });
});
