/** What a server promises: durability, semi-synchronous replication, how it starts, its room and its clock. */
import { CLOCK_OFF_MS } from '../evidence/clock-off.ts';
import { badly, type Here, isOn, type Rule, replicaWord, set, wordFor } from './rule.ts';

/** With more than this share of the connections used, there is little room. */
const USED_SHARE_MAX = 0.85;

export const serverRules: readonly Rule[] = [
  {
    id: 'starts-writable',
    severity: 'danger',
    of: 'node',
    when: 'a node comes up writable',
    got: ({ facts, pair }) =>
      facts.readOnlyAtStart === 'no' && pair.writability === 'managed'
        ? 'read_only is not set for its start'
        : null,
    want: 'read-only at start, on both nodes',
    why: 'An old holder that comes back takes writes until it is closed: two writers.',
    fix: ({ node, facts }) =>
      `${replicaWord(facts) === 'REPLICA' ? 'super_read_only' : 'read_only'} = ON in my.cnf of ${node.name}`,
  },
  {
    id: 'clients-read-only',
    severity: 'danger',
    of: 'node',
    when: '`transaction_read_only` is on for every session',
    got: badly('transaction_read_only', isOn),
    want: 'OFF',
    why: 'Clients cannot write here, also while this node holds the VIP.',
    fix: set('transaction_read_only', 'OFF'),
  },
  {
    id: 'log-not-synced',
    severity: 'warning',
    of: 'node',
    when: '`sync_binlog` is not 1',
    got: badly('sync_binlog', (value) => value !== '1'),
    want: '1',
    why: 'A crash of the host loses acknowledged transactions, and may leave the other node with what this one lost.',
    fix: set('sync_binlog', '1'),
  },
  {
    id: 'commits-not-synced',
    severity: 'warning',
    of: 'node',
    when: '`innodb_flush_log_at_trx_commit` is not 1',
    got: badly('innodb_flush_log_at_trx_commit', (value) => value !== '1'),
    want: '1',
    why: 'A crash of the host loses acknowledged transactions.',
    fix: set('innodb_flush_log_at_trx_commit', '1'),
  },
  {
    id: 'semi-sync-half',
    severity: 'warning',
    of: 'node',
    when: 'semi-synchronous replication is on as a source, and the other node does not acknowledge or does not wait in its turn',
    got: halfSemiSync,
    want: 'both sides of it on, on both nodes',
    why: 'Commits wait for nobody, or the promise ends with the first failover.',
    fix: ({ node, peer, facts }) => {
      const [source, replica] = (['source', 'replica'] as const).map((side) =>
        wordFor(`rpl_semi_sync_${side}_enabled`, facts),
      );
      return `on ${node.name} and ${peer.name}: SET GLOBAL ${source} = 1, GLOBAL ${replica} = 1; and the same in my.cnf`;
    },
  },
  {
    id: 'semi-sync-slow',
    severity: 'warning',
    of: 'node',
    when: 'semi-synchronous replication waits for longer than `stuckSeconds`',
    got: ({ facts: { variables }, pair }) => {
      const timeoutMs = Number(variables.rpl_semi_sync_source_timeout ?? 0);
      if (!isOn(variables.rpl_semi_sync_source_enabled) || timeoutMs <= pair.settings.stuckMs) return null;
      return `a commit waits up to ${timeoutMs} ms for the standby`;
    },
    want: ({ pair }) => `at most ${pair.settings.stuckMs} ms, or a greater settings.stuckSeconds`,
    why: 'A standby that stops acknowledging stops all writes, and they are reported as stuck before the wait ends.',
    fix: (here) => set('rpl_semi_sync_source_timeout', `${Math.round(here.pair.settings.stuckMs / 2)}`)(here),
  },
  {
    id: 'events-run-twice',
    severity: 'warning',
    of: 'node',
    when: 'the standby has enabled scheduled events, and its scheduler is on',
    got: ({ facts: { events }, node, holder }) =>
      events !== null &&
      events.scheduler === 'on' &&
      events.enabled > 0 &&
      holder !== null &&
      holder !== node.name
        ? `${events.enabled} enabled, scheduler on`
        : null,
    want: 'events that run on the holder alone',
    why: 'Each runs on both nodes: it fails on the standby, or writes there with an account that may.',
    fix: ({ node }) => `on ${node.name}: ALTER EVENT … DISABLE ON SLAVE; or events: 'managed' for the pair`,
  },
  {
    id: 'connections-used-up',
    severity: 'warning',
    of: 'node',
    when: `more than ${USED_SHARE_MAX * 100} % of \`max_connections\` were in use`,
    got: ({ facts }) => {
      const most = Number(facts.variables.max_connections ?? 0);
      const used = facts.connectionsUsed ?? 0;
      return most > 0 && used / most > USED_SHARE_MAX ? `${used} of ${most} at the most` : null;
    },
    want: 'room for all clients of both nodes, and for ours',
    why: 'After a failover all clients connect at once; who finds no room gets error 1040.',
    fix: (here) => set('max_connections', `${Math.max(200, 2 * (here.facts.connectionsUsed ?? 0))}`)(here),
  },
  {
    id: 'clock-off',
    severity: 'warning',
    of: 'node',
    when: `the clock is more than ${CLOCK_OFF_MS / 1000} s off`,
    got: ({ facts: { clockOffMs } }) =>
      clockOffMs !== null && Math.abs(clockOffMs) > CLOCK_OFF_MS
        ? `${(Math.abs(clockOffMs) / 1000).toFixed(1)} s ${clockOffMs > 0 ? 'ahead' : 'behind'}`
        : null,
    want: 'the time of Amazon Time Sync (169.254.169.123)',
    why: 'The lag, logs and certificates are judged by it.',
    fix: ({ node }) =>
      `chronyc tracking on ${node.name}; server 169.254.169.123 prefer iburst in chrony.conf`,
  },
];

function halfSemiSync({ facts, peer, peerFacts }: Here): string | null {
  if (!isOn(facts.variables.rpl_semi_sync_source_enabled) || peerFacts === null) return null;
  const missing = [
    ...(isOn(peerFacts.variables.rpl_semi_sync_replica_enabled) ? [] : [`${peer.name} does not acknowledge`]),
    ...(isOn(peerFacts.variables.rpl_semi_sync_source_enabled)
      ? []
      : [`${peer.name} does not wait in its turn`]),
  ];
  return missing.length === 0 ? null : missing.join(', ');
}
