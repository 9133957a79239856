/** The first rows: whose turn it is, who answers, or who holds the VIP is not clear. Nothing new is begun. */
import { holderLost, wantsFailover } from './conditions.ts';
import type { EventCode } from './events.ts';
import { VIP_WORD_LIFE_MS } from './evidence.ts';
import type { DecisionRow } from './row.ts';
import { BLIND_MS, type Situation } from './situation.ts';

export const unclear: readonly DecisionRow[] = [
  {
    name: 'plan-in-flight',
    says: 'Memory holds a plan that has not ended, paused or not.',
    when: (s) => s.memory.plan !== null,
    measure: () => ({ kind: 'resume' }),
    does: ['resume'],
    reason:
      'A half-done plan is worse than either end of it, so nothing else is decided before it has ended. It goes on in a pause.',
    origin: 'pg_auto_failover: every transition can be repeated until it succeeds',
  },
  {
    name: 'misidentified',
    says: 'Both nodes answer with the same identity; or the holder answers with another than it had, and no person has acknowledged it.',
    when: (s) => s.identity !== null,
    measure: (s) => ({
      kind: 'stay',
      page: s.identity?.page ?? 'identity-changed',
      because: s.identity?.because ?? '',
    }),
    does: ['page same-identity', 'page identity-changed'],
    reason:
      'Who must be replaced, and by whom, is not known. A standby with another identity was rebuilt: that is alerted and remembered.',
    origin: 'mariadb-operator#1853, vitess ConnectedToWrongPrimary',
  },
  {
    name: 'blind',
    says: `All vantages have been blind for ${BLIND_MS / 1000} s; or both nodes are confirmed silent, while EC2 does not say that either has stopped.`,
    when: (s) => s.blind !== null,
    measure: (s) => ({ kind: 'stay', ...blindOrAway(s) }),
    does: ['page blind', 'page vip-unheld'],
    reason:
      'No evidence is no proof of death: the fault is likelier in our own view than in two servers at once. That neither node has the VIP is EC2’s word, and a loss that is sure.',
    origin: 'orchestrator holistic detection; keepalived pair killed by its own check',
  },
  {
    name: 'ec2-blind',
    says: `EC2 has not answered for ${BLIND_MS / 1000} s and its last word is older than ${VIP_WORD_LIFE_MS / 1000} s, and the holder is lost or a failover is wanted.`,
    when: (s) => s.ec2Blind !== null && (holderLost(s) || wantsFailover(s)),
    measure: (s) => ({ kind: 'stay', page: 'ec2-blind', because: s.ec2Blind ?? '' }),
    does: ['page ec2-blind'],
    reason: 'Without knowing who holds the VIP, it is not known who must be replaced.',
    origin: 'ClusterLabs awsvip acts without looking',
  },
  {
    name: 'vip-unknown',
    says: 'EC2 has not said yet where the VIP is, or has said fewer than three times in a row that neither node has it.',
    when: (s) => s.vip === 'unknown',
    measure: () => ({ kind: 'observe' }),
    does: ['observe'],
    reason: 'Who holds the VIP is not known yet, or EC2 has said only once that nobody does.',
    origin: 'EC2 API: reads are eventually consistent',
  },
];

/** A VIP that is on neither node is a loss of service, whatever is seen of the nodes. */
function blindOrAway({ vip, vipBecause, blind }: Situation): { page: EventCode; because: string } {
  return vip === 'unheld'
    ? { page: 'vip-unheld', because: `the VIP is ${vipBecause}; ${blind}` }
    : { page: 'blind', because: blind ?? '' };
}
