/** Rows D16 to D25: no failover is wanted; what else is not as it should be. */
import { holderFailsCheck, managed, mayLeave, repairable, standbyGone } from './conditions.ts';
import { closeStandbyPlan, openHolderPlan, repairPlan, switchoverPlan } from './plans.ts';
import type { Row } from './row.ts';
import { channel } from './rows-channel.ts';
import { holderLeaves, isSteady } from './situation.ts';

export const served: readonly Row[] = [
  {
    id: 'D16',
    name: 'holder-stopping',
    says: 'The holder serves, but EC2 says that its instance is stopping or shutting down; the standby is fit, the flap guard does not forbid a move, none was tried in this incident, and the policy is `switchover`.',
    when: (s) => holderLeaves(s) && mayLeave(s),
    measure: (s) => ({
      kind: 'act',
      // Its sessions end with the instance, whatever is done.
      plan: switchoverPlan(s.pair, s.standby.node, true),
      because: `the instance of ${s.holder.node} is ${s.holderInstance}, and ${s.holder.node} still serves`,
    }),
    does: ['plan switchover'],
    reason:
      'Its end is certain and has not come yet: a planned move loses nothing, and waiting for the death could.',
    origin: 'EC2: an instance is `stopping` for as long as its system takes to shut down',
  },
  {
    id: 'D17',
    name: 'holder-locked-out',
    says: 'Two looks in a row found that the holder refuses our login, or refuses to be read.',
    when: (s) => s.holder.kind === 'locked-out' && s.holder.confirmed,
    measure: (s) => ({ kind: 'stay', page: 'locked-out', because: `${s.holder.node}: ${s.holder.because}` }),
    does: ['page locked-out'],
    reason: 'A server that refuses a login is alive. The fault is ours.',
    origin: 'mysql_check.sh reads it as a dead server',
  },
  {
    id: 'D18',
    name: 'holder-saturated',
    says: 'Two looks in a row found that the holder has no connection left.',
    when: (s) => s.holder.kind === 'saturated' && s.holder.confirmed,
    measure: (s) => ({ kind: 'stay', page: 'saturated', because: `${s.holder.node}: ${s.holder.because}` }),
    does: ['page saturated'],
    reason: 'A full connection table moves with its clients to the next master.',
    origin: 'mysql_check.sh reads it as a dead server',
  },
  {
    id: 'D19',
    name: 'two-writers',
    says: 'Writability is managed, the holder serves, and the standby takes writes.',
    when: (s) =>
      managed(s) && s.holder.kind === 'serving' && s.standby.server?.writable === true && s.vip === 'held',
    measure: (s) => ({
      kind: 'act',
      plan: closeStandbyPlan(s.pair, s.standby.node),
      because: `${s.standby.node} takes writes, and the VIP is on ${s.holder.node}`,
    }),
    does: ['plan close-standby'],
    reason: 'Exactly one node takes writes. Closed before a holder is opened, so that there are never two.',
    origin: 'orchestrator#1480, MaxScale enforce_read_only',
  },
  {
    id: 'D20',
    name: 'holder-read-only',
    says: 'Writability is managed, and the holder serves and is read-only.',
    when: (s) =>
      managed(s) && s.holder.server?.writable === false && s.holder.kind === 'serving' && s.vip === 'held',
    measure: (s) => ({
      kind: 'act',
      plan: openHolderPlan(s.pair, s.holder.node),
      because: `${s.holder.node} holds the VIP and is read-only`,
    }),
    does: ['plan open-holder'],
    reason: 'Nodes start read-only; writability is granted to the holder.',
    origin: 'orchestrator#494: read_only in my.cnf',
  },
  {
    id: 'D21',
    name: 'standby-repair',
    says: 'The holder serves, the standby is confirmed stopped, or silent for long enough to be remembered as unfit, and repair is configured and was not tried in this incident.',
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
    id: 'D22',
    name: 'holder-fails-check-stays',
    says: 'The holder serves but has failed the check for long enough, and the standby passes; the policy is `page`, or the standby is unfit.',
    when: (s) => holderFailsCheck(s) && s.standbyPasses,
    measure: (s) => ({
      kind: 'stay',
      page: 'holder-fails-check',
      because: `${s.holder.node}: ${s.holderFaults.join('; ')}${s.fitness.fit ? '' : `. ${s.standby.node} is unfit: ${s.fitness.reasons.join('; ')}`}`,
    }),
    does: ['page holder-fails-check'],
    reason:
      'Replication into the holder is broken, but clients are served; the policy or the standby forbids more.',
    origin: 'mysql-mmm: replication failure on the active master is irrelevant',
  },
  ...channel,
  {
    id: 'D23',
    name: 'standby-unfit',
    says: 'The holder serves, and the standby has been unfit for long enough to be remembered as such.',
    when: (s) =>
      s.holder.kind === 'serving' && s.memory.readiness?.node === s.standby.node && !s.memory.readiness.fit,
    measure: (s) => ({
      kind: 'stay',
      page: 'standby-unfit',
      because: `${s.standby.node}: ${(s.fitness.fit ? (s.memory.readiness?.reasons ?? []) : s.fitness.reasons).join('; ')}`,
    }),
    does: ['page standby-unfit'],
    reason: 'A standby that cannot take over is told before it is needed.',
    origin: 'replication-manager: readiness at every tick; resource-agents#1377',
  },
  {
    id: 'D24',
    name: 'steady',
    says: 'The holder serves and passes the check, the standby serves and is fit, and exactly the holder takes writes (if managed).',
    when: isSteady,
    measure: () => ({ kind: 'all-clear' }),
    does: ['all-clear'],
    reason: 'The holder serves, the standby is fit, exactly one takes writes.',
    origin: 'orchestrator#377: every alert has its all-clear',
  },
  {
    id: 'D25',
    name: 'unsettled',
    says: 'Anything else.',
    when: () => true,
    measure: () => ({ kind: 'observe' }),
    does: ['observe'],
    reason: 'Something changed and is not yet confirmed: look again, sooner.',
    origin: 'orchestrator#1219: brief restarts failed over',
  },
];
