/** The first rows: a plan is in flight, or it is unknown which server answers or which node holds the VIP. Nothing new begins. */
import type { EventCode } from '../alert/events.ts';
import { BLIND_MS, VIP_WORD_LIFE_MS } from '../evidence/evidence.ts';
import { holderLost, wantsFailover } from './conditions.ts';
import type { DecisionRow } from './row.ts';
import type { Situation } from './situation.ts';

export const unclear: readonly DecisionRow[] = [
  {
    name: 'plan-in-flight',
    says: 'Memory holds a plan that has not ended, paused or not.',
    when: (s) => s.memory.plan !== null,
    measure: () => ({ kind: 'resume' }),
    does: ['resume'],
    reason:
      'A plan that is half done is worse than one that ended either way, so nothing else is decided before it has ended. It goes on in a pause.',
    origin: 'pg_auto_failover: every transition can be repeated until it succeeds',
  },
  {
    name: 'misconfigured',
    says: 'EC2 shows the pair otherwise than its environment file describes it: an ENI is not the first interface of its instance, has another primary address or lies in another subnet, or the VIP cannot move. One such answer stops everything; three in a row are alerted.',
    when: (s) => s.misconfigured !== null,
    measure: (s) =>
      s.misconfigured?.confirmed === true
        ? { kind: 'stay', page: 'misconfigured', because: s.misconfigured.because }
        : { kind: 'observe' },
    does: ['observe', 'page misconfigured'],
    reason:
      'With wrong ids, the node that is closed or gets the VIP is another one than the one that was judged. A plan that began while the ids fitted goes on: cut off half way, it would leave clients without a node that takes writes.',
    origin: 'AWS review 2: two swapped ENI ids closed the live master within seconds of the first deployment',
  },
  {
    name: 'misidentified',
    says: 'Both nodes answer with the same identity. Or the holder answers with another identity than before, and no person has acknowledged that.',
    when: (s) => s.identity !== null,
    measure: (s) => ({
      kind: 'stay',
      page: s.identity?.page ?? 'identity-changed',
      because: s.identity?.because ?? '',
      ...(s.identity?.headline === undefined ? {} : { headline: s.identity.headline }),
    }),
    does: ['page same-identity', 'page identity-changed'],
    reason:
      'It is not known which server is which, so nothing is moved. A standby with another identity was rebuilt: that is alerted and remembered.',
    origin: 'mariadb-operator#1853, vitess ConnectedToWrongPrimary',
  },
  {
    name: 'blind',
    says: `All vantages have been blind for ${BLIND_MS / 1000} s. Or both nodes are confirmed silent, while EC2 does not report that either has stopped.`,
    when: (s) => s.blind !== null,
    measure: (s) => ({ kind: 'stay', ...blindOrAway(s) }),
    does: ['page blind', 'page vip-unheld'],
    reason:
      'Missing evidence does not prove a death: a fault of our own network is likelier than two dead servers at once. Where EC2 reports the VIP on neither node, clients are cut off for certain.',
    origin: 'orchestrator holistic detection; keepalived pair killed by its own check',
  },
  {
    name: 'ec2-blind',
    says: `EC2 has not answered for ${BLIND_MS / 1000} s, its last answer is older than ${VIP_WORD_LIFE_MS / 1000} s, and the holder is lost or a failover is wanted.`,
    when: (s) => s.ec2Blind !== null && (holderLost(s) || wantsFailover(s)),
    measure: (s) => ({
      kind: 'stay',
      page: 'ec2-blind',
      because: `EC2 does not say which node has the VIP: ${s.ec2Blind ?? ''}`,
    }),
    does: ['page ec2-blind'],
    reason: 'Unless it is known which node holds the VIP, it is not known which node must be replaced.',
    origin: 'ClusterLabs awsvip acts without looking',
  },
  {
    name: 'vip-unknown',
    says: 'EC2 has not reported yet where the VIP is, or has reported fewer than three times in a row that neither node has it.',
    when: (s) => s.vip === 'unknown',
    measure: () => ({ kind: 'observe' }),
    does: ['observe'],
    reason:
      'Wait for EC2 to report the VIP, or to confirm that neither node has it: a single read may be stale.',
    origin: 'EC2 API: reads are eventually consistent',
  },
];

/** A VIP that is on neither node is a loss of service, whatever is seen of the nodes. */
function blindOrAway({ vip, vipBecause, blind }: Situation): { page: EventCode; because: string } {
  return vip === 'unheld'
    ? { page: 'vip-unheld', because: `the VIP is ${vipBecause}; ${blind}` }
    : { page: 'blind', because: blind ?? '' };
}
