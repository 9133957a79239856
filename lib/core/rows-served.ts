/** The last rows: the holder serves and is the one that takes writes; what else is not as it should be. */
import { holderFailsCheck, holderServes, pauseText, repairable, standbyGone } from './conditions.ts';
import { blockOf, misdirection, renderSession } from './fitness.ts';
import { repairPlan } from './plans.ts';
import type { DecisionRow } from './row.ts';
import { channel } from './rows-channel.ts';
import type { HangCause, Heartbeat } from './sighting.ts';
import type { Situation } from './situation.ts';
import { isSteady } from './steady.ts';
import { UNSERVED_MS, unservedText } from './unserved.ts';

export const served: readonly DecisionRow[] = [
  {
    name: 'standby-repair',
    says: 'The holder serves, the standby is confirmed stopped, or silent for long enough to be remembered as unfit, repair is configured and was not tried in this incident, and no pause is on.',
    when: (s) => s.holder.kind === 'serving' && standbyGone(s) && repairable(s),
    measure: (s) => ({
      kind: 'act',
      plan: repairPlan(s.pair, s.standby.node),
      because: `${s.standby.node} is ${s.standby.kind}: ${s.standby.because}`,
    }),
    does: ['plan repair-node'],
    reason: 'Once an incident: a service that does not stay up needs a person.',
    origin: 'keepalived notify_down: mysql_down.sh',
  },
  {
    name: 'holder-locked',
    says: 'The holder serves, and its commits have hung for `stuckSeconds` on a session that holds a global lock.',
    when: (s) => hangsOn(s, 'global-lock') !== null,
    measure: (s) => ({ kind: 'stay', page: 'holder-locked', because: hangText(s) }),
    does: ['page holder-locked'],
    reason:
      'It is a backup as a rule, and ends. A failover would end it too, and cost an outage; it comes only after `lockedMs`.',
    origin: 'FLUSH TABLES WITH READ LOCK: mysqldump, mydumper, backups of non-InnoDB tables',
  },
  {
    name: 'waits-for-acknowledgement',
    says: "The holder serves, and its commits have hung for `stuckSeconds` on a semi-synchronous standby's acknowledgement.",
    when: (s) => hangsOn(s, 'semi-sync') !== null,
    measure: (s) => ({ kind: 'stay', page: 'waits-for-acknowledgement', because: hangText(s) }),
    does: ['page waits-for-acknowledgement'],
    reason:
      'The server ends the wait itself at its own timeout, and the standby that does not acknowledge has not received: a move to it would lose what waits. `stuckSeconds` counts from that timeout.',
    origin: 'MySQL: rpl_semi_sync_source_timeout',
  },
  {
    name: 'heartbeat-barred',
    says: 'The holder serves, and for `stuckSeconds` something about our own table or account has kept our heartbeat from being written.',
    when: (s) =>
      holderServes(s) &&
      s.holder.server?.heartbeat.kind === 'barred' &&
      s.heartbeatForMs >= s.pair.settings.stuckMs,
    measure: (s) => ({ kind: 'stay', page: 'heartbeat-barred', because: hangText(s) }),
    does: ['page heartbeat-barred'],
    reason: 'It says nothing about the server, so nothing is moved; but a stuck server would go unnoticed.',
    origin: 'LOCK TABLES keepalambda.heartbeat; a revoked grant',
  },
  {
    name: 'service-lost',
    says: `Clients have found nobody to write to for ${UNSERVED_MS / 1000} s, and no row above says why.`,
    when: (s) => s.unservedForMs >= UNSERVED_MS,
    measure: (s) => ({ kind: 'stay', page: 'service-lost', because: unservedText(s) }),
    does: ['page service-lost'],
    reason: 'Whatever the cause is, and even where none is known, a person hears of every loss that lasts.',
    origin: 'review of 15d31a4: a second loss in one incident was told to nobody',
  },
  {
    name: 'holder-fails-check-stays',
    says: "The holder serves but has failed the check for long enough, and the standby passes; the fault is its source's, the policy is `page`, the standby is unfit, or a pause is on.",
    when: (s) => holderFailsCheck(s) && s.standbyPasses,
    measure: (s) => ({
      kind: 'stay',
      page: 'holder-fails-check',
      because: [
        `${s.holder.node}: ${s.holderFaults.join('; ')}`,
        ...(s.holderOwnFaults.length === 0 ? [`It is for ${s.standby.node} to be fixed, its source`] : []),
        ...(s.fitness.fit ? [] : [`${s.standby.node} is unfit: ${s.fitness.reasons.join('; ')}`]),
        ...(s.paused ? [pauseText(s)] : []),
      ].join('. '),
    }),
    does: ['page holder-fails-check'],
    reason:
      'Replication into the holder is broken, but clients are served; the source, the policy, the standby or a pause forbids more.',
    origin: 'mysql-mmm: replication failure on the active master is irrelevant',
  },
  ...channel,
  {
    name: 'standby-misdirected',
    says: "The holder serves, and the standby's channel does not come from the holder's own address, or not from the server that the holder is.",
    when: (s) => holderServes(s) && misdirected(s) !== null,
    measure: (s) => ({
      kind: 'stay',
      page: 'standby-misdirected',
      because: `${s.standby.node}: ${misdirected(s) ?? ''}`,
    }),
    does: ['page standby-misdirected'],
    reason:
      'Its threads run, its lag is 0, and it has nothing of what the holder writes. An address proves nothing: the identity does.',
    origin: 'mariadb-operator#1853, vitess ConnectedToWrongPrimary, MaxScale can_be_promoted',
  },
  {
    name: 'standby-locked',
    says: 'The holder serves, and the standby is remembered as unfit, and a lock or a full disk keeps it from applying.',
    when: (s) => holderServes(s) && notedUnfit(s) && blockOf(s.standby.server) !== null,
    measure: (s) => ({
      kind: 'stay',
      page: 'standby-locked',
      because: `${s.standby.node}: ${s.fitness.reasons.join('; ')}`,
    }),
    does: ['page standby-locked'],
    reason: 'Named before it is needed: a failover would wait for that session.',
    origin: 'FLUSH TABLES WITH READ LOCK on the standby: 31 s of outage',
  },
  {
    name: 'standby-unfit',
    says: 'The holder serves, and the standby has been unfit for long enough to be remembered as such.',
    when: (s) => s.holder.kind === 'serving' && notedUnfit(s),
    measure: (s) => ({
      kind: 'stay',
      page: 'standby-unfit',
      because: `${s.standby.node}: ${(s.fitness.fit ? (s.memory.readiness?.reasons ?? []) : s.fitness.reasons).join('; ')}`,
    }),
    does: ['page standby-unfit'],
    reason: 'A person hears of a standby that cannot take over before it is needed.',
    origin: 'replication-manager: readiness at every tick; resource-agents#1377',
  },
  {
    name: 'login-refused',
    says: 'The holder serves, and a node answers on the connection that we kept, and refuses new logins.',
    when: (s) => holderServes(s) && refusers(s).length > 0,
    measure: (s) => ({ kind: 'stay', page: 'login-refused', because: refusers(s).join('; ') }),
    does: ['page login-refused'],
    reason: 'It is judged by what it answers. But the connection that we kept will not live for ever.',
    origin: 'errors 1040, 1045, 1129 on a fresh login of a server that serves',
  },
  {
    name: 'steady',
    says: 'The holder serves, commits and passes the check, the standby serves and has been fit for its time, new logins work, and exactly the holder takes writes (if managed).',
    when: isSteady,
    measure: () => ({ kind: 'all-clear' }),
    does: ['all-clear'],
    reason: 'The holder serves, the standby is fit, exactly one takes writes.',
    origin: 'orchestrator#377: every alert has its all-clear',
  },
  {
    name: 'unsettled',
    says: 'Anything else.',
    when: () => true,
    measure: () => ({ kind: 'observe' }),
    does: ['observe'],
    reason: 'Something changed and is not yet confirmed: look again, sooner.',
    origin: 'orchestrator#1219: brief restarts failed over',
  },
];

function notedUnfit({ memory, standby }: Situation): boolean {
  return memory.readiness?.node === standby.node && !memory.readiness.fit;
}

function misdirected({ pair, standby, peerIdentity }: Situation): string | null {
  return misdirection(pair, standby.server, peerIdentity);
}

/** The heartbeat that hangs for this cause, for as long as makes others stuck; else null. */
function hangsOn(s: Situation, cause: HangCause): Heartbeat | null {
  const heartbeat = s.holder.server?.heartbeat;
  if (!holderServes(s) || heartbeat?.kind !== 'failed' || heartbeat.cause !== cause) return null;
  return heartbeat.forMs >= s.pair.settings.stuckMs ? heartbeat : null;
}

function hangText({ holder }: Situation): string {
  const heartbeat = holder.server?.heartbeat;
  if (heartbeat?.kind !== 'failed' && heartbeat?.kind !== 'barred') return holder.because;
  const by = heartbeat.blocker === null ? '' : `: ${renderSession(heartbeat.blocker)}`;
  return `${holder.node}: ${heartbeat.because}${by}`;
}

function refusers({ holder, standby }: Situation): readonly string[] {
  return [holder, standby].flatMap(({ node, server }) =>
    server?.loginRefused
      ? [
          `${node} refuses new logins of ours: error ${server.loginRefused.errno}: ${server.loginRefused.message}`,
        ]
      : [],
  );
}
