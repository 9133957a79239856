/** The last rows: the holder serves and takes writes, but something else is wrong with the pair; or all is well. */
import { blockOf } from '../evidence/applier-block.ts';
import { CLOCK_OFF_FOR_MS, CLOCK_OFF_MS, clocksOff } from '../evidence/clock-off.ts';
import type { HangCause, Heartbeat } from '../evidence/sighting.ts';
import { describeVerdict, type Verdict } from '../evidence/verdict.ts';
import { isOut } from '../maintain/maintenance.ts';
import { forgetfulText } from '../memory/log-reset.ts';
import { repairPlan } from '../plan/plans.ts';
import { misdirection } from '../standby/fitness.ts';
import { holderFailsCheck, holderServes, pauseText, repairable, standbyGone } from './conditions.ts';
import type { DecisionRow } from './row.ts';
import { chain } from './rows-chain.ts';
import { channel } from './rows-channel.ts';
import type { Situation } from './situation.ts';
import { isSteady } from './steady.ts';
import { hangText, isHeartbeatBarred, isUnalertedLoss, UNSERVED_MS, unservedText } from './unserved.ts';

export const served: readonly DecisionRow[] = [
  ...chain,
  {
    name: 'standby-repair',
    says: 'The holder serves, the standby is confirmed stopped, or silent for long enough to be remembered as unfit, repair is configured and was not tried in this incident, and no pause is on. The standby is not out for maintenance.',
    when: (s) => s.holder.kind === 'serving' && standbyGone(s) && repairable(s) && !standbyOut(s),
    measure: (s) => ({
      kind: 'act',
      plan: repairPlan(s.pair, s.standby.node),
      because: describeVerdict(s.standby),
    }),
    does: ['plan repair-node'],
    reason: 'Once in an incident: a service that stops again needs a person.',
    origin: 'keepalived notify_down: mysql_down.sh',
  },
  {
    name: 'holder-offline',
    says: 'The holder serves us, and refuses all clients, because its `offline_mode` is on.',
    when: (s) => holderServes(s) && s.holder.server?.offline === true,
    measure: (s) => ({ kind: 'stay', page: 'holder-refuses-writes', because: offlineText(s) }),
    does: ['page holder-refuses-writes'],
    reason:
      'Our account is an administrator, so it is let in and commits as before. A person set this variable and knows why: the alert says what it costs.',
    origin: 'MySQL manual: offline_mode',
  },
  {
    name: 'holder-locked',
    says: 'The holder serves, and its commits have hung for `stuckSeconds`, because a session holds a global lock.',
    when: (s) => hangsOn(s, 'global-lock') !== null,
    measure: (s) => ({ kind: 'stay', page: 'holder-locked', because: hangText(s) }),
    does: ['page holder-locked'],
    reason:
      'It is mostly a backup, and ends by itself. A failover would cost an outage, so it comes only after `lockedMs`.',
    origin: 'FLUSH TABLES WITH READ LOCK: mysqldump, mydumper, backups of non-InnoDB tables',
  },
  {
    name: 'waits-for-acknowledgement',
    says: "The holder serves, and its commits have waited for `stuckSeconds` for a semi-synchronous standby's acknowledgement.",
    when: (s) => hangsOn(s, 'semi-sync') !== null,
    measure: (s) => ({ kind: 'stay', page: 'waits-for-acknowledgement', because: hangText(s) }),
    does: ['page waits-for-acknowledgement'],
    reason:
      'The server ends the wait at its own timeout. A standby that does not acknowledge has not received these commits, so a move to it would lose them. `stuckSeconds` counts from that timeout.',
    origin: 'MySQL: rpl_semi_sync_source_timeout',
  },
  {
    name: 'heartbeat-barred',
    says: 'The holder serves, and for `stuckSeconds` our heartbeat could not be written because of its table or our account.',
    when: (s) => holderServes(s) && isHeartbeatBarred(s),
    measure: (s) => ({ kind: 'stay', page: 'heartbeat-barred', because: hangText(s) }),
    does: ['page heartbeat-barred'],
    reason:
      'The server may be healthy, so nothing is moved. But without a heartbeat, a stuck server is not noticed.',
    origin: 'LOCK TABLES keepalambda.heartbeat; a revoked grant',
  },
  {
    name: 'service-lost',
    says: `Clients could not write for ${UNSERVED_MS / 1000} s, and no row above names the cause.`,
    when: isUnalertedLoss,
    measure: (s) => ({ kind: 'stay', page: 'service-lost', because: unservedText(s) }),
    does: ['page service-lost'],
    reason: 'Every loss of service that lasts is alerted, also when its cause is unknown.',
    origin: 'review of 15d31a4: a second loss in one incident was not alerted',
  },
  {
    name: 'holder-fails-check-stays',
    says: "The holder serves but has failed the check for long enough, and the standby passes; the fault is its source's, the policy is `page`, the standby is unfit, or a pause is on. The standby is not out for maintenance, nor is the fault that of a source that is made anew.",
    when: (s) => holderFailsCheck(s) && s.standbyPasses && !standbyOut(s) && !isOfRebuild(s),
    measure: (s) => ({
      kind: 'stay',
      page: 'holder-fails-check',
      because: [
        `${s.holder.node} fails the check: ${s.holderFaults.join('; ')}`,
        ...(s.holderOwnFaults.length === 0
          ? [`The fault is on ${s.standby.node}, its source: fix it there`]
          : []),
        ...(s.fitness.fit ? [] : [`${s.standby.node} cannot take over: ${s.fitness.reasons.join('; ')}`]),
        ...(s.paused ? [pauseText(s)] : []),
      ].join('. '),
    }),
    does: ['page holder-fails-check'],
    reason:
      'Replication into the holder is broken, but clients are served. A move would not help, or the policy, the standby or a pause forbids it.',
    origin: 'mysql-mmm: replication failure on the active master is irrelevant',
  },
  ...channel,
  {
    name: 'standby-in-maintenance',
    says: 'The holder serves, and the standby is out for a maintenance (`maintain`) and cannot take over, or its channel or that of the holder does not run yet.',
    when: (s) => holderServes(s) && standbyOut(s) && !isSteady(s),
    measure: () => ({ kind: 'observe' }),
    does: ['observe'],
    reason:
      'It is changed by our own order, which waits for it and says what came of it. No alert and no repair is wanted before its time is over.',
    origin: 'issue 13: paused for that node alone',
  },
  {
    name: 'standby-misdirected',
    says: "The holder serves, and the standby's channel does not come from the holder's own address, or not from the server that the holder is. The standby is not made anew now.",
    when: (s) => holderServes(s) && misdirected(s) !== null && !isMadeAnew(s),
    measure: (s) => ({
      kind: 'stay',
      page: 'standby-misdirected',
      because: `${s.standby.node} cannot take over: ${misdirected(s) ?? ''}`,
    }),
    does: ['page standby-misdirected'],
    reason:
      'Its threads run and its lag is 0, but it does not get what the holder writes. An address proves nothing; the server UUID does.',
    origin: 'mariadb-operator#1853, vitess ConnectedToWrongPrimary, MaxScale can_be_promoted',
  },
  {
    name: 'standby-locked',
    says: 'The holder serves, and the standby is remembered as unfit, and a lock or a full disk keeps it from applying.',
    when: (s) => holderServes(s) && notedUnfit(s) && blockOf(s.standby.server) !== null,
    measure: (s) => ({
      kind: 'stay',
      page: 'standby-locked',
      because: `${s.standby.node} cannot take over: ${s.fitness.reasons.join('; ')}`,
    }),
    does: ['page standby-locked'],
    reason: 'A failover would have to wait for that session, so it is alerted before one is needed.',
    origin: 'FLUSH TABLES WITH READ LOCK on the standby: 31 s of outage',
  },
  {
    name: 'standby-unfit',
    says: 'The holder serves, and the standby has been unfit for long enough to be remembered as such.',
    when: (s) => s.holder.kind === 'serving' && notedUnfit(s),
    measure: (s) => ({
      kind: 'stay',
      page: 'standby-unfit',
      because: unfitText(s),
    }),
    does: ['page standby-unfit'],
    reason: 'A standby that cannot take over is alerted before it is needed.',
    origin: 'replication-manager: readiness at every tick; resource-agents#1377',
  },
  {
    name: 'standby-log-reset',
    says: "The holder serves, and the standby's own binary log was reset: it has applied what its channel received, and does not know it by GTIDs.",
    when: (s) => holderServes(s) && forgetfulText(s.memory, s.holder, s.standby) !== null,
    measure: (s) => ({
      kind: 'stay',
      page: 'standby-log-reset',
      because: forgetfulText(s.memory, s.holder, s.standby) ?? '',
    }),
    does: ['page standby-log-reset'],
    reason:
      'It has every row, so it can take over. But the other node could not follow it then, and a standby that asks its source anew would apply old rows over newer ones.',
    origin:
      'RESET MASTER on a standby: the failover after it reported 1,953 transactions as lost that were not',
  },
  {
    name: 'login-refused',
    says: 'The holder serves, and a node answers on our open connection, but refuses our new logins.',
    when: (s) => holderServes(s) && refusers(s).length > 0,
    measure: (s) => ({
      kind: 'stay',
      page: 'login-refused',
      because: refusers(s).map(refusedText).join('; '),
      headline: `${namesOf(refusers(s))} ${refusers(s).length > 1 ? 'refuse' : 'refuses'} new logins of keepalambda`,
      about: refusers(s).map(({ node }) => node),
    }),
    does: ['page login-refused'],
    reason:
      'The node still answers on our open connection. When that one breaks, the node can no longer be seen.',
    origin: 'errors 1040, 1045, 1129 on a fresh login of a server that serves',
  },
  {
    name: 'clock-off',
    says: `The holder serves, and for ${CLOCK_OFF_FOR_MS / 1000} s the clock of a node has been more than ${CLOCK_OFF_MS / 1000} s off ours.`,
    when: (s) => holderServes(s) && s.clockOffForMs >= CLOCK_OFF_FOR_MS && clocksOff(s).length > 0,
    measure: (s) => {
      const because = clocksOff(s).join('; ');
      return { kind: 'stay', page: 'clock-off', because, headline: because };
    },
    does: ['page clock-off'],
    reason:
      "The server's own lag, the times in its logs and the rows that clients stamp are wrong. Nothing is decided by it: our lag is measured by our clock alone.",
    origin: 'MySQL manual: Seconds_Behind_Source depends on the clocks of both servers',
  },
  {
    name: 'steady',
    says: 'The holder serves, commits and passes the check, the standby serves and has been fit for its time, new logins work, and exactly the holder takes writes (if managed).',
    when: isSteady,
    measure: () => ({ kind: 'all-clear' }),
    does: ['all-clear'],
    reason: 'The holder serves, the standby can take over, and exactly one node takes writes.',
    origin: 'orchestrator#377: every alert has its all-clear',
  },
  {
    name: 'awaiting-confirmation',
    says: 'Anything else.',
    when: () => true,
    measure: () => ({ kind: 'observe' }),
    does: ['observe'],
    reason: 'Something changed or cannot be seen, and is not confirmed yet. keepalambda looks again sooner.',
    origin: 'orchestrator#1219: brief restarts failed over',
  },
];

/** The standby is out for a maintenance now. */
function standbyOut({ memory, standby, nowMs }: Situation): boolean {
  return isOut(memory, standby.node, nowMs);
}

/** It is being made anew (`rebuild`): a copy of the holder has the holder's channel until it is given its own. */
function isMadeAnew({ memory, standby }: Situation): boolean {
  return memory.aside?.node === standby.node;
}

/** The holder receives nothing meanwhile. */
const isOfRebuild = (s: Situation) => isMadeAnew(s) && s.holderOwnFaults.length === 0;

function offlineText({ holder: { node }, standby, fitness }: Situation): string {
  const takeOver = fitness.fit
    ? `${standby.node} can take over`
    : `${standby.node} cannot take over: ${fitness.reasons.join('; ')}`;
  return `${node} refuses all clients: offline_mode is ON. On ${node}: SET GLOBAL offline_mode = OFF. ${takeOver}`;
}

function notedUnfit({ memory, standby }: Situation): boolean {
  return memory.readiness?.node === standby.node && !memory.readiness.fit;
}

/** Of one in which the last look finds no fault, that it is not known to be well for good. */
function unfitText({ standby, fitness, memory, pair }: Situation): string {
  const cannot = `${standby.node} cannot take over`;
  if (!fitness.fit) return `${cannot}: ${fitness.reasons.join('; ')}`;
  const was = memory.readiness?.reasons.join('; ') ?? '';
  return `${cannot} yet: the last look finds no fault, and it has to be well for ${pair.settings.readinessMs / 1000} s. Before that: ${was}`;
}

function misdirected({ pair, standby, peerIdentity }: Situation): string | null {
  return misdirection(pair, standby.server, peerIdentity);
}

/** The heartbeat that has hung on this cause for `stuckMs`; else null. */
function hangsOn(s: Situation, cause: HangCause): Heartbeat | null {
  const heartbeat = s.holder.server?.heartbeat;
  if (!holderServes(s) || heartbeat?.kind !== 'failed' || heartbeat.cause !== cause) return null;
  return heartbeat.forMs >= s.pair.settings.stuckMs ? heartbeat : null;
}

function refusers({ holder, standby }: Situation): readonly Verdict[] {
  return [holder, standby].filter(({ server }) => (server?.loginRefused ?? null) !== null);
}

function namesOf(nodes: readonly Verdict[]): string {
  return nodes.map(({ node }) => node).join(' and ');
}

function refusedText({ node, server }: Verdict): string {
  const { errno, message } = server?.loginRefused ?? {};
  return `${node} refuses our new logins: error ${errno}: ${message}`;
}
