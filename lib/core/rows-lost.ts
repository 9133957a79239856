/** Rows D6 to D15: the VIP or the holder is lost, or the holder fails the check. */
import {
  holderFailsCheck,
  holderGone,
  holderLost,
  holderStuck,
  repairable,
  standbyDown,
  wantsFailover,
  witnessed,
} from './conditions.ts';
import { failoverPlan, reattachPlan, repairPlan } from './plans.ts';
import type { Row } from './row.ts';

/** How long the standby may hear a holder that we do not, before a person is told. Milliseconds. */
export const WITNESSED_MS = 5000;

/** The terms of a failover from a holder that is gone: its return before the move makes it needless. */
const gone = { holderAnswers: false, acceptLoss: false, undoIfHolderServes: true } as const;

export const lost: readonly Row[] = [
  {
    id: 'D6',
    name: 'vip-unheld-holder-serves',
    says: 'EC2 has said three times in a row that neither node has the VIP, and the last holder (else the preferred node, else the first) serves and lacks nothing that the other has.',
    when: (s) =>
      s.safeguards.reattach && s.vip === 'unheld' && s.holder.kind === 'serving' && s.aheadBecause === null,
    measure: (s) => ({
      kind: 'act',
      plan: reattachPlan(s.pair, s.holder.node, s.standby.server?.writable === true),
      because: `the VIP is ${s.vipBecause}, and ${s.holder.node} serves`,
    }),
    does: ['plan reattach-vip'],
    reason: 'The last holder has the newest writes; without one, the preferred node gets it.',
    origin: 'keepalived#950: compare and repair at every tick',
  },
  {
    id: 'D7',
    name: 'both-lost-repair',
    says: 'The holder and the standby are both confirmed stopped or silent (not both silent), and repair is configured and was not tried in this incident.',
    when: (s) => holderGone(s) && standbyDown(s) && repairable(s),
    measure: (s) => ({
      kind: 'act',
      plan: repairPlan(s.pair, s.holder.node),
      because: `both nodes are lost; ${s.holder.node} has the newest writes`,
    }),
    does: ['plan repair-node'],
    reason: 'The holder has the newest writes, so it is the one to bring back.',
    origin: 'mysql_check.sh kills both keepaliveds here',
  },
  {
    id: 'D8',
    name: 'both-lost',
    says: 'The holder and the standby are both confirmed stopped or silent (not both silent).',
    when: (s) => holderGone(s) && standbyDown(s),
    measure: (s) => ({
      kind: 'stay',
      page: 'both-lost',
      because: `${s.holder.node}: ${s.holder.because}; ${s.standby.node}: ${s.standby.because}`,
    }),
    does: ['page both-lost'],
    reason: 'Moving the VIP to another dead node helps nobody.',
    origin: 'mysql_check.sh kills both keepaliveds here',
  },
  {
    id: 'D9',
    name: 'flap-guard',
    says: 'A failover is wanted (D10 to D12), and the flap guard forbids it.',
    when: (s) => wantsFailover(s) && s.flapGuard !== null,
    measure: (s) => ({ kind: 'stay', page: 'flap-guard', because: s.flapGuard ?? '' }),
    does: ['page flap-guard'],
    reason: 'What fails over again and again has a cause that failing over does not mend.',
    origin: 'mysql-mmm: 3 an hour; orchestrator: recovery block',
  },
  {
    id: 'D10',
    name: 'holder-lost',
    says: 'The holder is confirmed stopped, or confirmed silent and the standby does not hear it; the standby is fit.',
    when: (s) => wantsFailover(s) && holderGone(s),
    measure: (s) => ({
      kind: 'act',
      plan: failoverPlan(s.pair, s.standby.node, gone),
      because: `${s.holder.node} is ${s.holder.kind}: ${s.holder.because}`,
    }),
    does: ['plan failover'],
    reason: 'The holder is gone and the standby has what it sent: the case that all this is for.',
    origin: 'keepalived TCP_CHECK with notify_down',
  },
  {
    id: 'D11',
    name: 'holder-stuck',
    says: 'The holder answers, but has committed no heartbeat for the time that makes it stuck; the standby is fit.',
    when: (s) => wantsFailover(s) && holderStuck(s),
    measure: (s) => ({
      kind: 'act',
      plan: failoverPlan(s.pair, s.standby.node, { ...gone, undoIfHolderServes: false }),
      because: `${s.holder.node} is stuck: ${s.holder.because}`,
    }),
    does: ['plan failover'],
    reason:
      'A master that answers reads and commits nothing is down for the application. It cannot be waited for.',
    origin: 'vtorc: disk stall and blocked semi-sync',
  },
  {
    id: 'D12',
    name: 'holder-fails-check',
    says: 'The holder serves but has failed the check for long enough, the standby passes it and is fit, and the policy is `failover`.',
    when: (s) => wantsFailover(s) && holderFailsCheck(s),
    measure: (s) => ({
      kind: 'act',
      plan: failoverPlan(s.pair, s.standby.node, { ...gone, holderAnswers: true, undoIfHolderServes: false }),
      because: `${s.holder.node} fails the check: ${s.holderFaults.join('; ')}`,
    }),
    does: ['plan failover'],
    reason: 'As mysql_check does, but only when the standby passes; its last writes are waited for.',
    origin: 'mysql_check.sh',
  },
  {
    id: 'D13',
    name: 'holder-lost-witnessed',
    says: `The holder is confirmed silent, but the standby's channel has heard it just now. A person is told after ${WITNESSED_MS / 1000} s.`,
    when: (s) => holderGone(s) && witnessed(s),
    measure: (s) =>
      s.nowMs - s.holder.sinceMs < WITNESSED_MS
        ? { kind: 'observe' }
        : {
            kind: 'stay',
            page: 'blind',
            because: `${s.holder.node} does not answer us, but ${s.standby.node} still hears it`,
          },
    does: ['observe', 'page blind'],
    reason: 'While the standby hears the holder, the holder lives: it is our path to it that is broken.',
    origin: 'orchestrator: a dead master is one that its replicas have lost too',
  },
  {
    id: 'D14',
    name: 'holder-lost-standby-unfit',
    says: 'The holder is confirmed stopped or silent, or stuck, and the standby is not fit.',
    when: (s) => holderLost(s),
    measure: (s) => ({
      kind: 'stay',
      page: 'holder-lost',
      because: `${s.holder.node} is ${s.holder.kind}: ${s.holder.because}. ${s.standby.node} is unfit: ${s.fitness.reasons.join('; ')}`,
    }),
    does: ['page holder-lost'],
    reason: 'Losing writes is a decision for a person, who gets the command and its price.',
    origin: 'orchestrator#1342, resource-agents#1377',
  },
  {
    id: 'D15',
    name: 'vip-unheld',
    says: 'EC2 has said three times in a row that neither node has the VIP, and the last holder does not serve, or lacks transactions that the other has.',
    when: (s) => s.vip === 'unheld',
    measure: (s) => ({
      kind: 'stay',
      page: 'vip-unheld',
      because: `the VIP is ${s.vipBecause}; ${s.holder.node} is ${s.holder.kind}: ${s.holder.because}${s.aheadBecause === null ? '' : `; of ${s.standby.node}: ${s.aheadBecause}`}`,
    }),
    does: ['page vip-unheld'],
    reason: 'The VIP goes only to a node that is known to be fit.',
    origin: 'mysql-mmm#1',
  },
];
