/** Whose data goes where before replication, by what both hosts say of it. */
import { describe, expect, it, test } from 'vitest';
import { nextStep } from '../../../lib/core/hosts/host-work.ts';
import type { HostDisk, HostFacts } from '../../../lib/core/setup/facts.ts';
import { setupGoals } from '../../../lib/core/setup/goals.ts';
import { pairWith } from '../world.ts';
import { factsOf, key } from './facts.ts';

const pair = pairWith({ mode: 'observe', hostWork: true });
const [db1, db2] = pair.nodes;
const names = ['seed', 'history', 'channel'];
const copy = (phase: 'begun' | 'copying' | 'copied', run = 's-order-1') => ({
  copy: { run, phase, atWorkKb: null },
});
const data = { tables: 7, executed: 'aaaa:1-5' };

type Hosts = readonly [Partial<HostFacts>, Partial<HostFacts>];

/** The first goal about data that is not met, or why it is refused. */
function next(hosts: Hosts, from: string | undefined, version = '5.6.24'): string {
  const goals = setupGoals(pair, factsOf(pair, version, hosts), { from, restartHolder: false }, true);
  const step = nextStep(goals.filter(({ name }) => names.includes(name)));
  if (step.kind === 'done') return 'done';
  return step.kind === 'refused' ? `refused: ${step.refusal.got}` : `${step.goal.name} on ${step.goal.node}`;
}

it('waits for a copy that runs on its host, and says how far it is', () => {
  const atWork = { copy: { run: 's-order-1', phase: 'copying' as const, atWorkKb: 3_000_000 } };
  const goalsOf = (more: Partial<HostFacts>) => {
    const facts = factsOf(pair, '5.6.24', [data, { tables: 3, ...atWork, ...more }]);
    return setupGoals(pair, facts, { from: 'db1', restartHolder: false }, true);
  };
  const text = 'the copy is at work, 2,930 MB are on db2 so far';
  const seed = goalsOf({}).find(({ name }) => name === 'seed');
  expect(seed).toMatchObject({ state: 'open', atWork: text });
  // A clone restarts the server, and root may be another one until its end.
  for (const server of ['down', 'denied'] as const)
    expect(nextStep(goalsOf({ server }))).toMatchObject({
      kind: 'step',
      goal: { name: 'server', node: 'db2', atWork: text },
    });
  const ended = goalsOf({ server: 'denied', copy: { ...atWork.copy, atWorkKb: null } });
  expect(nextStep(ended).kind).toBe('refused');
});

describe('room for a copy', () => {
  const disk = (roomKb: number, more: Partial<HostDisk> = {}): Partial<HostFacts> => ({
    disk: { dataKb: 1_000_000, roomKb, logsKb: 50_000, keptKb: 9_000_000, ...more },
  });
  const whole = { ...data, ...disk(0) };

  test.each<[what: string, db2: Partial<HostFacts>, then: string]>([
    ['enough', disk(1_210_000), 'seed on db2'],
    [
      'a little too little: a tenth more than the data is wanted, and 100 MB',
      disk(1_190_000),
      'refused: room for 1,163 MB in /var/lib/mysql/ of db2, what a copy removes there included',
    ],
    [
      'none for its binary logs',
      disk(9_000_000, { keptKb: 100_000 }),
      'refused: room for 98 MB in /var/lib/keepalambda of db2',
    ],
    [
      'none for binary logs that are kept already',
      { ...disk(9_000_000, { keptKb: 100_000 }), ...copy('begun') },
      'seed on db2',
    ],
    ['unknown', { disk: null }, 'seed on db2'],
    [
      'too little for a copy that is at work',
      { ...disk(1), copy: { run: 's-order-1', phase: 'copying', atWorkKb: 5 } },
      'seed on db2',
    ],
  ])('%s', (_, db2, then) => {
    expect(next([whole, db2], 'db1')).toBe(then);
  });

  it('is refused before any step, and no copy, no question of room', () => {
    const facts = factsOf(pair, '5.6.24', [whole, disk(1)]);
    const goals = setupGoals(pair, facts, { from: 'db1', restartHolder: false }, true);
    expect(nextStep(goals)).toMatchObject({
      kind: 'refused',
      refusal: {
        want: '1,175 MB: the 977 MB of db1, a tenth more, and 100 MB',
        remedy: expect.stringContaining('make the volume of db2 larger'),
      },
    });
    expect(next([{ ...disk(0), executed: '' }, disk(0)], 'db1')).not.toContain('refused');
  });
});

test.each<[what: string, hosts: Hosts, from: string | undefined, then: string]>([
  ['an empty db2', [data, {}], 'db1', 'seed on db2'],
  ['an empty db1', [{}, data], 'db2', 'seed on db1'],
  ['an empty db2, where a copy was prepared', [data, copy('begun')], 'db1', 'seed on db2'],
  ['part of the data on db2', [data, { tables: 3, ...copy('copying') }], 'db1', 'seed on db2'],
  [
    'part of the data on db2, and nobody says whose counts',
    [data, { tables: 3, ...copy('copying') }],
    undefined,
    'refused: data on db1, none on the other node, and no --from',
  ],
  [
    'part of the data on db2, and that is to count',
    [data, { tables: 3, ...copy('copying') }],
    'db2',
    'refused: data on db1, none on the other node, and --from db2',
  ],
  [
    'part of the data on db2, and the other part on neither',
    [{}, { tables: 3, ...copy('copying') }],
    'db1',
    'refused: data on db2, none on the other node, and --from db1',
  ],
  [
    'part of a copy of rebuild on db2',
    [data, { tables: 3, ...copy('copying', 'r-order-1') }],
    'db1',
    'refused: data on db1 and db2, neither a copy',
  ],
  [
    'a copy that was broken off long ago, on a node that replicates since',
    [data, { tables: 3, sources: [db1.address], ...copy('copying') }],
    'db1',
    'channel on db1',
  ],
  [
    'all of it on db2, and the account still there that read it',
    [
      { ...data, reader: true },
      { ...data, ...copy('copied') },
    ],
    'db1',
    'seed on db2',
  ],
  ['all of it on db2', [data, { ...data, ...copy('copied') }], 'db1', 'channel on db1'],
  [
    'all of it on db2, of servers that have executed nothing since GTIDs are on',
    [{ tables: 7 }, { tables: 7, ...copy('copied') }],
    'db1',
    'channel on db1',
  ],
  [
    'all of it on db2, and both have something of their own since',
    [
      { ...data, executed: 'aaaa:1-6' },
      { ...data, executed: 'aaaa:1-5,bbbb:1', ...copy('copied') },
    ],
    'db1',
    'refused: data on db1 and db2, neither a copy',
  ],
])('%s', (_, hosts, from, then) => {
  expect(next(hosts, from)).toContain(then);
});

it('leaves the accounts of a node alone that the rest of the data is to come to', () => {
  const accounts = { monitor: key('kl'), replication: key('repl') };
  const openOn = (node: string, of: Partial<HostFacts>) =>
    setupGoals(
      pair,
      factsOf(pair, '9.7.1', [data, of], { accounts }),
      { from: 'db1', restartHolder: false },
      true,
    )
      .filter((goal) => goal.node === node && goal.name.endsWith('-account') && goal.state === 'open')
      .map(({ name }) => name);
  expect(openOn(db2.name, { tables: 3, ...copy('copying') })).toEqual([]);
  expect(openOn(db2.name, { tables: 3 })).toEqual(['monitor-account', 'replication-account']);
});

const full = { tables: 7, sources: [] };
test.each<[what: string, hosts: Hosts, from: string | undefined, got: string | null]>([
  [
    'data on both, unrelated',
    [
      { ...full, executed: 'a:1-5' },
      { ...full, executed: 'b:1-3' },
    ],
    undefined,
    'data on db1 and db2, neither a copy',
  ],
  [
    'data on both, one a copy',
    [
      { ...full, executed: 'a:1-5' },
      { ...full, executed: 'a:1-4' },
    ],
    undefined,
    null,
  ],
  ['data on both, and no history at all', [full, full], undefined, 'data on db1 and db2, neither a copy'],
  ['data on one, not named', [full, {}], undefined, 'data on db1, none on the other node, and no --from'],
  ['data on one, the other named', [full, {}], 'db2', 'data on db1, none on the other node, and --from db2'],
  ['data on one that is named, and nothing here that copies', [full, {}], 'db1', 'data on db1 alone'],
])('%s', (_, hosts, from, got) => {
  const refused = setupGoals(
    pair,
    factsOf(pair, '5.6.24', hosts),
    { from, restartHolder: false },
    false,
  ).flatMap(({ state }) => (typeof state === 'object' ? state.got : []));
  expect(refused).toEqual(got === null ? [] : [expect.stringContaining(got)]);
});

it('seeds before it replicates, where it can', () => {
  const goals = setupGoals(
    pair,
    factsOf(pair, '5.6.24', [full, {}]),
    { from: 'db1', restartHolder: false },
    true,
  );
  const states = goals
    .filter(({ name }) => name === 'seed' || name === 'channel')
    .map(({ name, node, state }) => [name, node, state]);
  expect(states).toEqual([
    ['seed', 'db2', 'open'],
    ['channel', 'db1', 'unknown'],
    ['channel', 'db2', 'unknown'],
  ]);
});

it('empties the history of servers without data, and of no other', () => {
  const open = (hosts: Hosts) =>
    setupGoals(pair, factsOf(pair, '9.7.1', hosts), { restartHolder: false }, false).filter(
      ({ name, state }) => name === 'history' && state === 'open',
    ).length;
  const executed = 'aaaa:1-5';
  expect(open([{ executed }, { executed: 'bbbb:1-5' }])).toBe(2);
  expect(
    open([
      { executed, tables: 1 },
      { executed, tables: 1 },
    ]),
  ).toBe(0);
  expect(open([{ executed, sources: [db2.address] }, { executed }])).toBe(0);
});
