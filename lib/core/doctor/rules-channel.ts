/** Replication into a node: from whom, by what rules, and how soon a break is noticed. */
import type { ChannelFacts } from './facts.ts';
import {
  badly,
  changeChannel,
  type Here,
  isOff,
  isOn,
  type Rule,
  replicaWord,
  set,
  setForApplier,
  write,
} from './rule.ts';

const DAY_SECONDS = 86_400;
const NET_TIMEOUT_SECONDS_MAX = 10;
const RETRY_SECONDS_MAX = 10;

export const channelRules: readonly Rule[] = [
  {
    id: 'channel-missing',
    severity: 'danger',
    of: 'node',
    when: 'a node replicates from nobody',
    got: ({ facts }) => (facts.channels?.length === 0 ? 'no channel' : null),
    want: 'replication from the other node',
    why: 'It gets no writes: as the standby it cannot take over, as the holder it has no way back.',
    fix: (here) => changeChannel(`HOST='${here.peer.address}', …`, here),
  },
  {
    id: 'channel-through-vip',
    severity: 'danger',
    of: 'node',
    when: 'a channel has the VIP as its source',
    got: ({ facts, pair }) => {
      const through = facts.channels?.find(({ sourceHost }) => sourceHost === pair.vip);
      return through === undefined ? null : `source ${through.sourceHost}, the VIP`;
    },
    want: ({ peer }) => `the address of ${peer.name} itself, ${peer.address}`,
    why: 'After a move of the VIP the node replicates from itself, and the writes of the other one are lost.',
    fix: (here) => changeChannel(`HOST='${here.peer.address}'`, here),
  },
  {
    id: 'channel-elsewhere',
    severity: 'danger',
    of: 'node',
    when: 'no channel leads to the other node',
    got: (here) => {
      const channels = here.facts.channels ?? [];
      if (channels.length === 0 || channels.some((channel) => mayLeadToPeer(channel, here))) return null;
      return channels.map(({ sourceHost, sourcePort }) => `source ${sourceHost}:${sourcePort}`).join('; ');
    },
    want: ({ peer, pair }) => `${peer.address}:${pair.port}, which is ${peer.name}`,
    why: 'It looks healthy and has none of the writes of the other node: all of them would be lost.',
    fix: (here) => changeChannel(`HOST='${here.peer.address}'`, here),
  },
  {
    id: 'channel-stopped',
    severity: 'danger',
    of: 'node',
    when: 'a thread of the channel does not run, and the other node could be followed',
    got: (here) => (isExplained(here) ? null : peerChannelOf(here, stopped)),
    want: 'both threads running',
    why: 'The node falls behind, and what it lacks is lost at a failover.',
    fix: ({ node, facts }) =>
      `read the error, remove its cause, then on ${node.name}: START ${replicaWord(facts)};`,
  },
  {
    id: 'errors-skipped',
    severity: 'danger',
    of: 'node',
    when: '`replica_skip_errors` is set',
    got: badly('replica_skip_errors', (value) => value !== '' && !isOff(value)),
    want: 'OFF',
    why: 'A write that could not be applied is dropped in silence, and the nodes differ for good.',
    fix: write('replica_skip_errors', 'OFF'),
  },
  {
    id: 'errors-overwritten',
    severity: 'danger',
    of: 'node',
    when: '`replica_exec_mode` is IDEMPOTENT',
    got: badly('replica_exec_mode', (value) => value.toUpperCase() === 'IDEMPOTENT'),
    want: 'STRICT',
    why: 'A row that is missing or there already is passed over in silence, and the nodes differ for good.',
    fix: set('replica_exec_mode', "'STRICT'"),
  },
  {
    id: 'replication-filtered',
    severity: 'danger',
    of: 'node',
    when: 'a channel leaves out or rewrites databases, tables or servers',
    got: (here) => peerChannelOf(here, ({ filters }) => (filters.length === 0 ? null : filters.join('; '))),
    want: 'no filter between the two masters',
    why: 'What is left out is not there after a failover.',
    fix: ({ node }) => `take replicate-… out of my.cnf of ${node.name}, restart it, and compare the data`,
  },
  {
    id: 'replication-delayed',
    severity: 'danger',
    of: 'node',
    when: 'a channel applies late on purpose',
    got: (here) => peerChannelOf(here, (channel) => seconds(channel.delaySeconds, (delay) => delay > 0)),
    want: 'no delay',
    why: 'A failover waits for the delay or loses what was not applied. Keep a delayed replica behind the pair instead.',
    fix: (here) => changeChannel('DELAY=0', here),
  },
  {
    id: 'values-converted',
    severity: 'warning',
    of: 'node',
    when: '`replica_type_conversions` allows loss',
    got: badly(
      'replica_type_conversions',
      (value) => value.toUpperCase().includes('LOSSY') && !/^ALL_NON_LOSSY$/i.test(value),
    ),
    want: 'no conversion that loses something',
    why: 'Values that do not fit are cut in silence, and the nodes differ.',
    fix: setForApplier('replica_type_conversions', "''"),
  },
  {
    id: 'place-not-by-gtid',
    severity: 'warning',
    of: 'node',
    when: 'GTIDs are on, and a channel finds its place by file and offset',
    got: (here) => {
      const { facts } = here;
      const withGtid = facts.flavor === 'mariadb' || facts.variables.gtid_mode?.toUpperCase() === 'ON';
      return peerChannelOf(here, ({ byGtid }) => (withGtid && !byGtid ? 'by file and offset' : null));
    },
    want: 'by GTID',
    why: 'After a crash or a rebuild the channel may start at the wrong place.',
    fix: (here) =>
      changeChannel(here.facts.flavor === 'mariadb' ? 'USE_GTID=slave_pos' : 'AUTO_POSITION=1', here),
  },
  {
    id: 'net-timeout-long',
    severity: 'warning',
    of: 'node',
    when: `\`replica_net_timeout\` is above ${NET_TIMEOUT_SECONDS_MAX} s`,
    got: badly('replica_net_timeout', (value) => Number(value) > NET_TIMEOUT_SECONDS_MAX),
    want: `at most ${NET_TIMEOUT_SECONDS_MAX} s; we recommend 4`,
    why: 'A link that broke in silence is noticed only then, and the node gets nothing until it is.',
    fix: set('replica_net_timeout', '4'),
  },
  {
    id: 'heartbeat-slow',
    severity: 'warning',
    of: 'node',
    when: 'the heartbeat of replication is longer than a third of `witnessMs`, or off',
    got: (here) =>
      peerChannelOf(here, ({ heartbeatSeconds }) =>
        seconds(
          heartbeatSeconds,
          (period) => period === 0 || period * 1000 > here.pair.settings.witnessMs / 3,
        ),
      ),
    want: ({ pair }) =>
      `at most ${pair.settings.witnessMs / 3000} s (witnessMs is ${pair.settings.witnessMs})`,
    why: 'The standby cannot tell a silent holder from an idle one. It has to connect anew before a failover, which takes 2 s longer where clients write little.',
    fix: (here) => changeChannel('HEARTBEAT_PERIOD=0.5', here),
  },
  {
    id: 'reconnect-slow',
    severity: 'warning',
    of: 'node',
    when: `a channel waits more than ${RETRY_SECONDS_MAX} s before it connects again`,
    got: (here) =>
      peerChannelOf(here, (channel) => seconds(channel.retrySeconds, (retry) => retry > RETRY_SECONDS_MAX)),
    want: 'a second',
    why: 'After each restart of the other node replication is off for this long, and no failover is safe.',
    fix: (here) => changeChannel('CONNECT_RETRY=1', here),
  },
  {
    id: 'reconnect-ends',
    severity: 'warning',
    of: 'node',
    when: 'a channel gives up connecting within a day',
    got: (here) =>
      peerChannelOf(here, ({ retryCount, retrySeconds }) => {
        const gives = retryCount !== null && retryCount > 0 && retryCount * retrySeconds < DAY_SECONDS;
        return gives ? `${retryCount} tries, ${retrySeconds} s apart` : null;
      }),
    want: 'no end: RETRY_COUNT = 0',
    why: 'When the other node is back later, replication stays off until a person starts it.',
    fix: (here) => changeChannel('RETRY_COUNT=0', here),
  },
  {
    id: 'place-not-crash-safe',
    severity: 'warning',
    of: 'node',
    when: '`relay_log_recovery` is off',
    got: badly('relay_log_recovery', isOff),
    want: 'on',
    why: 'After a crash of the host the node may go on from a damaged relay log.',
    fix: write('relay_log_recovery', 'ON'),
  },
  {
    id: 'place-in-files',
    severity: 'warning',
    of: 'node',
    when: '5.x keeps the place of its channel in files',
    got: ({ facts: { variables } }) => {
      const { relay_log_info_repository: applied, source_info_repository: received } = variables;
      const inFiles = [applied, received].some((one) => one?.toUpperCase() === 'FILE');
      return inFiles ? `relay_log_info_repository = ${applied}, master_info_repository = ${received}` : null;
    },
    want: 'TABLE for both',
    why: 'After a crash transactions are applied twice or not at all.',
    fix: ({ node }) =>
      `on ${node.name}: STOP SLAVE; SET GLOBAL relay_log_info_repository = 'TABLE', GLOBAL master_info_repository = 'TABLE'; START SLAVE; and the same in my.cnf`,
  },
  {
    id: 'relay-logs-kept',
    severity: 'warning',
    of: 'node',
    when: '`relay_log_purge` is off',
    got: badly('relay_log_purge', isOff),
    want: 'on',
    why: 'Relay logs fill the disk.',
    fix: set('relay_log_purge', 'ON'),
  },
  {
    id: 'commits-out-of-order',
    severity: 'warning',
    of: 'node',
    when: 'MySQL applies in parallel without `replica_preserve_commit_order`',
    got: ({ facts: { flavor, variables } }) => {
      const { replica_parallel_workers: workers, replica_preserve_commit_order: order } = variables;
      if (flavor === 'mariadb' || Number(workers ?? 0) <= 1 || isOn(order)) return null;
      return `${workers} workers, commits in any order`;
    },
    want: 'replica_preserve_commit_order = ON, or one worker',
    why: 'At a failover a later transaction may be there and an earlier one lost.',
    fix: setForApplier('replica_preserve_commit_order', 'ON'),
  },
  {
    id: 'packets-too-small',
    severity: 'warning',
    of: 'node',
    when: '`replica_max_allowed_packet` is below the other node’s `max_allowed_packet`',
    got: ({ facts, peerFacts }) => {
      const mine = Number(facts.variables.replica_max_allowed_packet ?? Number.POSITIVE_INFINITY);
      const most = Number(peerFacts?.variables.max_allowed_packet ?? 0);
      return mine < most ? `${mine} bytes, and the other node takes ${most}` : null;
    },
    want: 'at least as much',
    why: 'A large row that a client could write stops replication.',
    fix: set('replica_max_allowed_packet', '1073741824'),
  },
];

/** Judges the channel that may be the peer's; with none there is another finding. */
export function peerChannelOf(here: Here, judge: (channel: ChannelFacts) => string | null): string | null {
  const channel = here.facts.channels?.find((one) => mayLeadToPeer(one, here));
  return channel === undefined ? null : judge(channel);
}

/** By identity where both are known, else by address. The VIP leads to one of the two, and has a finding of its own. */
function mayLeadToPeer({ sourceHost, sourceIdentity }: ChannelFacts, here: Here): boolean {
  const other = here.peerFacts?.identity ?? null;
  // Two servers with one identity are told apart by their addresses; that they have one is a finding of its own.
  const wanted = other === here.facts.identity ? null : other;
  if (sourceHost === here.pair.vip) return true;
  if (sourceIdentity !== null && wanted !== null) return sourceIdentity === wanted;
  return sourceHost === here.peer.address;
}

/** The peer cannot be followed, for a reason that has a finding of its own. */
function isExplained({ facts: { variables: mine }, peerFacts }: Here): boolean {
  if (peerFacts === null) return true;
  const { log_bin, server_id, server_uuid } = peerFacts.variables;
  const isOne = (one: string | undefined, other: string | undefined) => one !== undefined && one === other;
  return isOff(log_bin ?? 'ON') || isOne(server_id, mine.server_id) || isOne(server_uuid, mine.server_uuid);
}

function stopped({ io, sql, ioError, sqlError, barred }: ChannelFacts): string | null {
  if (io === 'yes' && sql === 'yes') return null;
  const errors = [ioError, sqlError].flatMap((error) =>
    error === null ? [] : [`error ${error.errno}: ${error.message.slice(0, 160)}`],
  );
  const detached = barred ? ['detached by a failover: see reattach'] : [];
  return [`IO ${io}, SQL ${sql}`, ...detached, ...errors].join('; ');
}

function seconds(value: number | null, isBad: (value: number) => boolean): string | null {
  return value !== null && isBad(value) ? `${value} s` : null;
}
