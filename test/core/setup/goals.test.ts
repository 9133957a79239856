/** Facts → what setup would do next, and what it refuses. */
import { expect, it, test } from 'vitest';
import { type Goal, nextStep } from '../../../lib/core/hosts/host-work.ts';
import { COMMAND_LINE, type HostFacts, type SetupFacts } from '../../../lib/core/setup/facts.ts';
import { hostOf, setupGoals } from '../../../lib/core/setup/goals.ts';
import { granted, on, pair, readyFacts } from './ready-facts.ts';

const goalsOf = (facts: SetupFacts) => setupGoals(pair, facts, { restartHolder: false }, false);
const next = (goals: readonly Goal[]) => {
  const step = nextStep(goals);
  if (step.kind === 'done') return 'done';
  const name = `${step.goal.name} on ${step.goal.node}`;
  return step.kind === 'refused' ? `refused: ${step.refusal.got}` : name;
};

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

function later(where: string, text: string): Partial<HostFacts> {
  return { later: [{ where, text }] };
}

function running(facts: SetupFacts, index: 0 | 1, variable: string, value: string): SetupFacts {
  const { running: before } = hostOf(facts, pair.nodes[index]);
  return on(facts, index, { running: new Map([...before, [variable, value]]) });
}
