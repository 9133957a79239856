/** Both nodes beside each other. */
import type { VariableName } from './facts.ts';
import { type Here, type Rule, seriesOf } from './rule.ts';

/** A client would notice the difference after a move. */
const alike = [
  'character_set_server',
  'collation_server',
  'default_storage_engine',
  'explicit_defaults_for_timestamp',
  'gtid_strict_mode',
  'innodb_strict_mode',
  'log_bin_trust_function_creators',
  'lower_case_table_names',
  'max_allowed_packet',
  'max_connections',
  'sql_mode',
  'time_zone',
  'transaction_isolation',
] as const satisfies readonly VariableName[];

export const pairRules: readonly Rule[] = [
  {
    id: 'version-backwards',
    severity: 'danger',
    of: 'pair',
    when: 'the holder is of a newer series than the standby, or of the other flavour',
    got: (here) => {
      const order = seriesOrder(here);
      const [one, other] = byRole(here);
      if (order === 'other-flavour' || order === 'holder-newer') return `${one}, ${other}`;
      return null;
    },
    want: 'the same series, or for an upgrade the newer one on the standby',
    why: 'Replication into an older series is not supported: it may stop at any statement, and then nothing can take over.',
    fix: 'finish the upgrade: the same version on both nodes',
  },
  {
    id: 'versions-differ',
    severity: 'hint',
    of: 'pair',
    when: 'the versions differ in another way',
    got: (here) => {
      const order = seriesOrder(here);
      if (order === 'holder-newer' || order === 'other-flavour') return null;
      return releaseOf(here.facts) === releaseOf(here.peerFacts) ? null : byRole(here).join(', ');
    },
    want: 'the same version on both nodes',
    why: 'During an upgrade it is as it must be; for good, a move changes what clients get.',
    fix: 'finish the upgrade',
  },
  {
    id: 'settings-differ',
    severity: 'warning',
    of: 'pair',
    when: `the nodes differ in one of ${alike.map((name) => `\`${name}\``).join(', ')}`,
    got: (here) => {
      // Other series have other defaults.
      if (seriesOrder(here) !== 'same') return null;
      const { facts, peerFacts, node, peer } = here;
      const lines = alike.flatMap((name) => {
        const [mine, theirs] = [facts.variables[name], peerFacts?.variables[name]];
        if (mine === undefined || theirs === undefined || mine === theirs) return [];
        return [`${name}: ${mine || "''"} on ${node.name}, ${theirs || "''"} on ${peer.name}`];
      });
      return lines.length === 0 ? null : lines.join('; ');
    },
    want: 'the same on both nodes',
    why: 'After a move the same statement of a client does something else, or fails.',
    fix: 'set it on one node as it is on the other, now (SET GLOBAL, where the server allows it) and in my.cnf',
  },
];

type Order = 'same' | 'holder-newer' | 'standby-newer' | 'other-flavour';

/** Without a holder, the first node stands for it. */
function seriesOrder({ facts, peerFacts, node, holder }: Here): Order {
  if (peerFacts === null) return 'same';
  if (facts.flavor !== peerFacts.flavor) return 'other-flavour';
  const [mine, theirs] = [facts, peerFacts].map((one) => seriesOf(one));
  if (mine === undefined || theirs === undefined) return 'same';
  const ahead = mine[0] - theirs[0] || mine[1] - theirs[1];
  if (ahead === 0) return 'same';
  const isHolder = holder === null || holder === node.name;
  return ahead > 0 === isHolder ? 'holder-newer' : 'standby-newer';
}

/** Without what only says how it was built, or that it has a log: `10.11.6-MariaDB-log`. */
function releaseOf(facts: Here['peerFacts']): string | undefined {
  return facts?.version.replace(/-(log|debug|valgrind)\b.*$/, '');
}

function byRole({ facts, peerFacts, node, peer, holder }: Here): readonly string[] {
  const said = [`${node.name} ${facts.version}`, `${peer.name} ${peerFacts?.version ?? 'unknown'}`];
  return holder === peer.name ? said.toReversed() : said;
}
