/** Facts → what setup would do next, and what it refuses. */
import { expect, it, test } from 'vitest';
import type { Goal } from '../../../lib/core/hosts/host-work.ts';
import { nextStep } from '../../../lib/core/hosts/host-work.ts';
import { accountRights } from '../../../lib/core/setup/account-statements.ts';
import { renderConfiguration } from '../../../lib/core/setup/configuration.ts';
import { COMMAND_LINE, type HostFacts, type SetupFacts } from '../../../lib/core/setup/facts.ts';
import { hostOf, setupGoals } from '../../../lib/core/setup/goals.ts';
import { removeGoals } from '../../../lib/core/setup/remove-goals.ts';
import { valuesFor } from '../../../lib/core/setup/values.ts';
import { pairWith } from '../world.ts';
import { factsOf, hostWith, key } from './facts.ts';

const pair = pairWith({ mode: 'observe', hostWork: true });
const [db1, db2] = pair.nodes;
const wishes = { restartHolder: false };
const goalsOf = (facts: SetupFacts, more = {}) => setupGoals(pair, facts, { ...wishes, ...more }, false);
const next = (goals: readonly Goal[]) => {
  const step = nextStep(goals);
  if (step.kind === 'done') return 'done';
  const name = `${step.goal.name} on ${step.goal.node}`;
  return step.kind === 'refused' ? `refused: ${step.refusal.got}` : name;
};

/** What a host is once all is as it must be: the file written, and running as it says. */
function ready(facts: SetupFacts, index: 0 | 1, kind: 'mysql-5.6' | 'mysql-8'): Partial<HostFacts> {
  const node = pair.nodes[index];
  const peer = pair.nodes[1 - index] ?? node;
  const values = valuesFor(pair, node, hostOf(facts, node), hostOf(facts, peer));
  const running = new Map([
    ['server_id', values.ServerId],
    ['log_bin', 'ON'],
    ['log_bin_basename', values.BinaryLog],
    ['bind_address', values.Bind],
    ['sync_binlog', '1'],
    ['read_only', index === 0 ? 'OFF' : 'ON'],
  ]);
  const mark = kind === 'mysql-8' ? 'sha2' : 'native';
  return {
    running,
    configuration: renderConfiguration(kind, values),
    sources: [peer.address],
    monitor: { mark: `${mark}-kl`, grants: granted(kind, 'monitor') },
    replication: { mark: `${mark}-repl`, grants: granted(kind, 'replication') },
    heartbeat: true,
    schema: true,
    vipBound: true,
    vipLasts: true,
  };
}

/** What `SHOW GRANTS` says of an account that was made to its end. */
function granted(kind: 'mysql-5.6' | 'mysql-8', use: 'monitor' | 'replication'): readonly string[] {
  const statements =
    use === 'monitor' ? accountRights(kind, 'kl') : ['GRANT REPLICATION SLAVE ON *.* TO repl'];
  return ['GRANT USAGE ON *.*', ...statements.map((statement) => statement.replace(/ TO .*/, ''))];
}

function readyFacts(version: string, kind: 'mysql-5.6' | 'mysql-8'): SetupFacts {
  const empty = factsOf(pair, version);
  return factsOf(pair, version, [ready(empty, 0, kind), ready(empty, 1, kind)], {
    accounts: { monitor: key('kl'), replication: key('repl') },
    vip: { at: db1.name },
    passed: new Set(['proof', 'doctor']),
  });
}

test.each([
  ['5.6.24', 'mysql-5.6'],
  ['9.7.1', 'mysql-8'],
] as const)('two servers of %s that are ready: nothing to do', (version, kind) => {
  const goals = goalsOf(readyFacts(version, kind));
  expect(goals.filter(({ state }) => state !== 'met')).toEqual([]);
});

test.each<[what: string, change: (facts: SetupFacts) => SetupFacts, first: string]>([
  ['a server that is down', (facts) => on(facts, 1, { server: 'down' }), 'server on db2'],
  [
    'a server that lets root not in',
    (facts) => on(facts, 0, { server: 'denied', because: 'ERROR 1045' }),
    'refused: ERROR 1045',
  ],
  [
    'a server that is full, and takes writes',
    (facts) => on(facts, 0, { server: 'unreached', because: 'ERROR 1040' }),
    'refused: a server whose unit is active, and which root cannot ask: ERROR 1040',
  ],
  ['a version of before', (facts) => on(facts, 0, { version: '5.5.62' }), 'refused: version 5.5.62'],
  [
    'a version without the words of today',
    (facts) => on(facts, 1, { version: '8.0.21-12' }),
    'refused: version 8.0.21-12',
  ],
  [
    'no directory for files',
    (facts) => on(facts, 0, { includeDirectory: '' }),
    'refused: no !includedir in any file that the server reads',
  ],
  [
    'another server behind root’s socket',
    (facts) => on(facts, 1, { port: 3307 }),
    'refused: a server at port 3307, by the socket that root uses on db2',
  ],
  [
    'an option that is set later, to another value',
    (facts) => on(facts, 1, later('/etc/my.cnf line 9', 'loose_server-id = 5')),
    'refused: loose_server-id = 5 in /etc/my.cnf line 9, which the server reads after zz-keepalambda.cnf',
  ],
  [
    'no binary log, by a line that is read later',
    (facts) => on(facts, 0, later('/etc/my.cnf line 9', 'skip-log-bin')),
    'refused: skip-log-bin in /etc/my.cnf line 9, which the server reads after zz-keepalambda.cnf',
  ],
  [
    'a value that the server keeps by itself',
    (facts) => on(facts, 0, later('mysqld-auto.cnf', 'read_only=OFF')),
    'refused: read_only=OFF in mysqld-auto.cnf, which the server reads after zz-keepalambda.cnf',
  ],
  [
    'the same value, set later once more',
    (facts) => on(facts, 0, later('/etc/my.cnf line 9', 'sync_binlog = "1" # safe')),
    'done',
  ],
  [
    'the name of the binary log, set later: the server itself says where it is',
    (facts) => on(facts, 0, later('/etc/my.cnf line 9', 'log_bin = mysql-bin')),
    'done',
  ],
  [
    'a file that somebody changed',
    (facts) => on(facts, 1, { configuration: ['[mysqld]'] }),
    'configuration-file on db2',
  ],
  [
    'a setting that a restart needs, on the standby',
    (facts) => running(facts, 1, 'gtid_mode', 'OFF'),
    'configuration on db2',
  ],
  [
    'a setting that is set at once',
    (facts) => running(facts, 0, 'sync_binlog', '0'),
    'configuration-file on db1',
  ],
  [
    'a setting that a restart needs, on the holder',
    (facts) => running(facts, 0, 'gtid_mode', 'OFF'),
    'refused: db1 has the VIP and runs with gtid_mode OFF, not ON',
  ],
  [
    'no password yet',
    (facts) => ({ ...facts, accounts: { monitor: null, replication: null } }),
    'passwords on null',
  ],
  [
    'another password on a node',
    (facts) => on(facts, 0, { monitor: { mark: 'other', grants: granted('mysql-8', 'monitor') } }),
    'monitor-account on db1',
  ],
  [
    'an account whose host died before its last right',
    (facts) =>
      on(facts, 1, { monitor: { mark: 'sha2-kl', grants: granted('mysql-8', 'monitor').slice(0, -1) } }),
    'monitor-account on db2',
  ],
  [
    'an account of replication without its right',
    (facts) => on(facts, 0, { replication: { mark: 'sha2-repl', grants: ['GRANT USAGE ON *.*'] } }),
    'replication-account on db1',
  ],
  ['no heartbeat table', (facts) => on(facts, 0, { heartbeat: false }), 'monitor-account on db1'],
  ['no channel', (facts) => on(facts, 1, { sources: [] }), 'channel on db2'],
  [
    'a channel from elsewhere',
    (facts) => on(facts, 1, { sources: ['10.9.9.9'] }),
    'refused: a channel of db2 from 10.9.9.9',
  ],
  ['a VIP that a reboot loses', (facts) => on(facts, 1, { vipLasts: false }), 'vip-bound on db2'],
  ['a holder that is closed', (facts) => running(facts, 0, 'read_only', 'ON'), 'open on db1'],
  ['no VIP', (facts) => ({ ...facts, vip: { at: null } }), 'vip-attached on db1'],
  ['no proof yet', (facts) => ({ ...facts, passed: new Set(['doctor']) }), 'proof on null'],
])('%s', (_, change, first) => {
  expect(next(goalsOf(change(readyFacts('5.6.24', 'mysql-5.6'))))).toBe(first);
});

it('says where our file goes, by whom it is read, and how another one stops counting', () => {
  const facts = on(readyFacts('9.7.1', 'mysql-8'), 0, { includedBy: '/etc/my.cnf' });
  const goal = goalsOf(facts).find(({ name }) => name === 'configuration-file');
  expect(goal?.does).toContain('into /etc/my.cnf.d (included by /etc/my.cnf),');
  const remedyOf = (where: string) => {
    const step = nextStep(goalsOf(on(facts, 0, later(where, 'read_only=OFF'))));
    return step.kind === 'refused' ? step.refusal.remedy : step.kind;
  };
  expect(remedyOf('/etc/my.cnf line 9')).toContain('"!includedir /etc/my.cnf.d" to the end of /etc/my.cnf');
  expect(remedyOf('mysqld-auto.cnf')).toContain('RESET PERSIST read_only;');
  expect(remedyOf(COMMAND_LINE)).toContain('.service, or of its environment (systemctl cat ');
});

const full = { tables: 7, sources: [] };
test.each<
  [
    what: string,
    hosts: readonly [Partial<HostFacts>, Partial<HostFacts>],
    from: string | undefined,
    got: string | null,
  ]
>([
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
  const refused = goalsOf(factsOf(pair, '5.6.24', hosts), { from }).flatMap(({ state }) =>
    typeof state === 'object' ? state.got : [],
  );
  expect(refused).toEqual(got === null ? [] : [expect.stringContaining(got)]);
});

it('seeds before it replicates, where it can', () => {
  const goals = setupGoals(pair, factsOf(pair, '5.6.24', [full, {}]), { ...wishes, from: 'db1' }, true);
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
  const open = (hosts: readonly [Partial<HostFacts>, Partial<HostFacts>]) =>
    goalsOf(factsOf(pair, '9.7.1', hosts)).filter(({ name, state }) => name === 'history' && state === 'open')
      .length;
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

it('keeps a server id, a domain and days that somebody chose, and gives what nobody did', () => {
  const chosen = hostWith('10.11.6-MariaDB', {
    running: new Map([
      ['server_id', '7'],
      ['gtid_domain_id', '5'],
      ['expire_logs_days', '29.500000'],
      ['log_bin_basename', '/logs/mysql-bin'],
      ['bind_address', '10.0.1.12'],
    ]),
    namedHosts: 2,
  });
  const plain = hostWith('10.11.6-MariaDB');
  expect(valuesFor(pair, db2, chosen, plain)).toEqual({
    ServerId: '7',
    Offset: '2',
    Domain: '5',
    ReadOnly: '1',
    KeepDays: '30',
    BinaryLog: '/logs/mysql-bin',
    Bind: '10.0.1.12',
    SkipNames: '0',
  });
  const [one, two] = [valuesFor(pair, db1, plain, plain), valuesFor(pair, db2, plain, plain)];
  expect(one).toMatchObject({ Offset: '1', Domain: '1', KeepDays: '7', Bind: '0.0.0.0', SkipNames: '1' });
  expect(one.BinaryLog).toBe('/var/lib/mysql/binlog');
  expect(one.ServerId).not.toBe(two.ServerId);
});

it.each([
  ['5', '5', '5', '2'],
  ['2', '2', '2', '1'],
  ['0', '1', '2', '1'],
  ['0', '0', '1', '2'],
])('gives each node a domain of its own: of %s and %s', (own, peers, ofFirst, ofSecond) => {
  const [one, two] = [own, peers].map((domain) =>
    hostWith('10.11.6-MariaDB', { running: new Map([['gtid_domain_id', domain]]) }),
  ) as [HostFacts, HostFacts];
  expect([valuesFor(pair, db1, one, two).Domain, valuesFor(pair, db2, two, one).Domain]).toEqual([
    ofFirst,
    ofSecond,
  ]);
});

it.each([
  ['127.0.0.1,::1', '0.0.0.0'],
  ['127.0.0.1,10.0.1.11', '127.0.0.1,10.0.1.11'],
  ['', '*'],
])('has a server listen that others can reach: %s', (bind, want) => {
  const host = hostWith('8.4.3', { running: new Map([['bind_address', bind]]) });
  expect(valuesFor(pair, db1, host, host).Bind).toBe(want);
});

it('removes what is there, and replication only when asked to', () => {
  const facts = on(readyFacts('5.6.24', 'mysql-5.6'), 0, { vipUnit: true, heartbeat: true });
  const open = (channels: boolean) =>
    removeGoals(pair, facts, channels).flatMap(({ name, node, state }) =>
      state === 'open' ? `${name} ${node}` : [],
    );
  expect(open(false)).toEqual([
    'no-vip-unit db1',
    'no-configuration-file db1',
    'no-configuration-file db2',
    'no-monitor-account db1',
    'no-monitor-account db2',
  ]);
  expect(open(true).slice(0, 4)).toEqual([
    'no-channel db1',
    'no-channel db2',
    'no-replication-account db1',
    'no-replication-account db2',
  ]);
});

function later(where: string, text: string): Partial<HostFacts> {
  return { later: [{ where, text }] };
}

function on(facts: SetupFacts, index: 0 | 1, change: Partial<HostFacts>): SetupFacts {
  const { name } = pair.nodes[index];
  return { ...facts, hosts: { ...facts.hosts, [name]: { ...hostOf(facts, pair.nodes[index]), ...change } } };
}

function running(facts: SetupFacts, index: 0 | 1, variable: string, value: string): SetupFacts {
  const { running: before } = hostOf(facts, pair.nodes[index]);
  return on(facts, index, { running: new Map([...before, [variable, value]]) });
}
