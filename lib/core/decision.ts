/**
 * The decision table: what to do about a situation. The first row that matches wins, the last matches all.
 * A row's id travels into log, history and alert. `docs/decisions.md` is printed from here by a test.
 */
import type { EventCode } from './events.ts';
import type { Plan } from './plan.ts';
import { closeStandbyPlan, failoverPlan, openHolderPlan, reattachPlan, repairPlan } from './plans.ts';
import { isSteady, type Situation } from './situation.ts';

/** What follows from a row. */
export type Measure =
  /** Nothing is done, nobody is told. */
  | { readonly kind: 'observe' }
  /** Nothing is done, a person is told. */
  | { readonly kind: 'stay'; readonly page: EventCode; readonly because: string }
  /** The plan in flight goes on (or is undone, if what it was made for is over). */
  | { readonly kind: 'resume' }
  | { readonly kind: 'act'; readonly plan: Plan; readonly because: string }
  /** The incident, if there is one, is over. */
  | { readonly kind: 'all-clear' };

export interface Row {
  readonly id: string;
  readonly name: string;
  readonly when: (situation: Situation) => boolean;
  readonly measure: (situation: Situation) => Measure;
  /** Why this is right. */
  readonly reason: string;
  /** Where the rule comes from. */
  readonly origin: string;
}

export interface Decision {
  readonly row: Pick<Row, 'id' | 'name'>;
  readonly measure: Measure;
}

const holderGone = ({ holder }: Situation) =>
  holder.confirmed && (holder.kind === 'stopped' || holder.kind === 'silent');
const holderStuck = ({ holder }: Situation) => holder.kind === 'stuck';
const holderLost = (s: Situation) => holderGone(s) || holderStuck(s);
const managed = ({ pair }: Situation) => pair.writability === 'managed';
const standbyDown = ({ standby }: Situation) =>
  standby.confirmed && (standby.kind === 'stopped' || standby.kind === 'silent');
const witnessed = (s: Situation) => s.holder.kind === 'silent' && s.witness === 'hears';
const holderFailsCheck = (s: Situation) => s.holder.kind === 'serving' && s.holderFaultsConfirmed;
const wantsFailover = (s: Situation) =>
  s.fitness.fit &&
  ((holderLost(s) && !witnessed(s)) ||
    (holderFailsCheck(s) && s.standbyPasses && s.pair.holderReplicationFault === 'failover'));
const told = (s: Situation, code: EventCode) => s.memory.incident?.told.includes(code) === true;
const repairable = (s: Situation) => s.pair.repair.length > 0 && !told(s, 'repaired');

/** How long the standby may hear a holder that we do not, before a person is told. Milliseconds. */
const WITNESSED_MS = 5000;

/** The terms of a failover from a holder that is gone: its return before the move makes it needless. */
const gone = { holderAnswers: false, acceptLoss: false, undoIfHolderServes: true } as const;

export const rows: readonly Row[] = [
  {
    id: 'D1',
    name: 'paused',
    when: (s) => s.paused,
    measure: () => ({ kind: 'observe' }),
    reason: 'An operator is at work; acting under their hands is how healthy masters get lost.',
    origin: 'patroni pause',
  },
  {
    id: 'D2',
    name: 'plan-in-flight',
    when: (s) => s.memory.plan !== null,
    measure: () => ({ kind: 'resume' }),
    reason:
      'A half-done plan is worse than either end of it, so nothing else is decided before it has ended.',
    origin: 'pg_auto_failover: every transition can be repeated until it succeeds',
  },
  {
    id: 'D3',
    name: 'blind',
    when: (s) => s.blind !== null,
    measure: (s) => ({ kind: 'stay', page: 'blind', because: s.blind ?? '' }),
    reason:
      'No evidence is no proof of death: the fault is likelier in our own view than in two servers at once.',
    origin: 'orchestrator holistic detection; keepalived pair killed by its own check',
  },
  {
    id: 'D4',
    name: 'ec2-blind',
    when: (s) => s.vip === 'blind' && holderLost(s),
    measure: (s) => ({ kind: 'stay', page: 'ec2-blind', because: s.vipBecause }),
    reason: 'Without knowing who holds the VIP, it is not known who must be replaced.',
    origin: 'ClusterLabs awsvip acts without looking',
  },
  {
    id: 'D5',
    name: 'vip-unknown',
    when: (s) => s.vip === 'unknown',
    measure: () => ({ kind: 'observe' }),
    reason: 'Who holds the VIP is not known yet, or EC2 has said only once that nobody does.',
    origin: 'EC2 API: reads are eventually consistent',
  },
  {
    id: 'D6',
    name: 'vip-unheld-holder-serves',
    when: (s) => s.vip === 'unheld' && s.holder.kind === 'serving',
    measure: (s) => ({
      kind: 'act',
      plan: reattachPlan(s.pair, s.holder.node, s.standby.server?.writable === true),
      because: `the VIP is ${s.vipBecause}, and ${s.holder.node} serves`,
    }),
    reason: 'The last holder has the newest writes; without one, the preferred node gets it.',
    origin: 'keepalived#950: compare and repair at every tick',
  },
  {
    id: 'D7',
    name: 'both-lost-repair',
    when: (s) => holderGone(s) && standbyDown(s) && repairable(s),
    measure: (s) => ({
      kind: 'act',
      plan: repairPlan(s.pair, s.holder.node),
      because: `both nodes are lost; ${s.holder.node} has the newest writes`,
    }),
    reason: 'The holder has the newest writes, so it is the one to bring back.',
    origin: 'mysql_check.sh kills both keepaliveds here',
  },
  {
    id: 'D8',
    name: 'both-lost',
    when: (s) => holderGone(s) && standbyDown(s),
    measure: (s) => ({
      kind: 'stay',
      page: 'both-lost',
      because: `${s.holder.node}: ${s.holder.because}; ${s.standby.node}: ${s.standby.because}`,
    }),
    reason: 'Moving the VIP to another dead node helps nobody.',
    origin: 'mysql_check.sh kills both keepaliveds here',
  },
  {
    id: 'D9',
    name: 'flap-guard',
    when: (s) => wantsFailover(s) && s.flapGuard !== null,
    measure: (s) => ({ kind: 'stay', page: 'flap-guard', because: s.flapGuard ?? '' }),
    reason: 'What fails over again and again has a cause that failing over does not mend.',
    origin: 'mysql-mmm: 3 an hour; orchestrator: recovery block',
  },
  {
    id: 'D10',
    name: 'holder-lost',
    when: (s) => wantsFailover(s) && holderGone(s),
    measure: (s) => ({
      kind: 'act',
      plan: failoverPlan(s.pair, s.standby.node, gone),
      because: `${s.holder.node} is ${s.holder.kind}: ${s.holder.because}`,
    }),
    reason: 'The holder is gone and the standby has what it sent: the case that all this is for.',
    origin: 'keepalived TCP_CHECK with notify_down',
  },
  {
    id: 'D11',
    name: 'holder-stuck',
    when: (s) => wantsFailover(s) && holderStuck(s),
    measure: (s) => ({
      kind: 'act',
      plan: failoverPlan(s.pair, s.standby.node, { ...gone, undoIfHolderServes: false }),
      because: `${s.holder.node} is stuck: ${s.holder.because}`,
    }),
    reason:
      'A master that answers reads and commits nothing is down for the application. It cannot be waited for.',
    origin: 'vtorc: disk stall and blocked semi-sync',
  },
  {
    id: 'D12',
    name: 'holder-fails-check',
    when: (s) => wantsFailover(s) && holderFailsCheck(s),
    measure: (s) => ({
      kind: 'act',
      plan: failoverPlan(s.pair, s.standby.node, { ...gone, holderAnswers: true, undoIfHolderServes: false }),
      because: `${s.holder.node} fails the check: ${s.holderFaults.join('; ')}`,
    }),
    reason: 'As mysql_check does, but only when the standby passes; its last writes are waited for.',
    origin: 'mysql_check.sh',
  },
  {
    id: 'D13',
    name: 'holder-lost-witnessed',
    when: (s) => holderGone(s) && witnessed(s),
    measure: (s) =>
      s.nowMs - s.holder.sinceMs < WITNESSED_MS
        ? { kind: 'observe' }
        : {
            kind: 'stay',
            page: 'blind',
            because: `${s.holder.node} does not answer us, but ${s.standby.node} still hears it`,
          },
    reason: 'While the standby hears the holder, the holder lives: it is our path to it that is broken.',
    origin: 'orchestrator: a dead master is one that its replicas have lost too',
  },
  {
    id: 'D14',
    name: 'holder-lost-standby-unfit',
    when: (s) => holderLost(s),
    measure: (s) => ({
      kind: 'stay',
      page: 'holder-lost',
      because: `${s.holder.node} is ${s.holder.kind}: ${s.holder.because}. ${s.standby.node} is unfit: ${s.fitness.reasons.join('; ')}`,
    }),
    reason: 'Losing writes is a decision for a person, who gets the command and its price.',
    origin: 'orchestrator#1342, resource-agents#1377',
  },
  {
    id: 'D15',
    name: 'vip-unheld',
    when: (s) => s.vip === 'unheld',
    measure: (s) => ({
      kind: 'stay',
      page: 'vip-unheld',
      because: `the VIP is ${s.vipBecause}; ${s.holder.node} is ${s.holder.kind}: ${s.holder.because}`,
    }),
    reason: 'The VIP goes only to a node that is known to be fit.',
    origin: 'mysql-mmm#1',
  },
  {
    id: 'D16',
    name: 'holder-locked-out',
    when: (s) => s.holder.kind === 'locked-out' && s.holder.confirmed,
    measure: (s) => ({ kind: 'stay', page: 'locked-out', because: `${s.holder.node}: ${s.holder.because}` }),
    reason: 'A server that refuses a login is alive. The fault is ours.',
    origin: 'mysql_check.sh reads it as a dead server',
  },
  {
    id: 'D17',
    name: 'holder-saturated',
    when: (s) => s.holder.kind === 'saturated' && s.holder.confirmed,
    measure: (s) => ({ kind: 'stay', page: 'saturated', because: `${s.holder.node}: ${s.holder.because}` }),
    reason: 'A full connection table moves with its clients to the next master.',
    origin: 'mysql_check.sh reads it as a dead server',
  },
  {
    id: 'D18',
    name: 'two-writers',
    when: (s) =>
      managed(s) && s.holder.kind === 'serving' && s.standby.server?.writable === true && s.vip === 'held',
    measure: (s) => ({
      kind: 'act',
      plan: closeStandbyPlan(s.pair, s.standby.node),
      because: `${s.standby.node} takes writes, and the VIP is on ${s.holder.node}`,
    }),
    reason: 'Exactly one node takes writes. Closed before a holder is opened, so that there are never two.',
    origin: 'orchestrator#1480, MaxScale enforce_read_only',
  },
  {
    id: 'D19',
    name: 'holder-read-only',
    when: (s) =>
      managed(s) && s.holder.server?.writable === false && s.holder.kind === 'serving' && s.vip === 'held',
    measure: (s) => ({
      kind: 'act',
      plan: openHolderPlan(s.pair, s.holder.node),
      because: `${s.holder.node} holds the VIP and is read-only`,
    }),
    reason: 'Nodes start read-only; writability is granted to the holder.',
    origin: 'orchestrator#494: read_only in my.cnf',
  },
  {
    id: 'D20',
    name: 'standby-repair',
    when: (s) => s.holder.kind === 'serving' && standbyDown(s) && repairable(s),
    measure: (s) => ({
      kind: 'act',
      plan: repairPlan(s.pair, s.standby.node),
      because: `${s.standby.node} is ${s.standby.kind}: ${s.standby.because}`,
    }),
    reason: 'Once an incident: a service that does not stay up needs a person.',
    origin: 'keepalived notify_down: mysql_down.sh',
  },
  {
    id: 'D21',
    name: 'holder-fails-check-stays',
    when: (s) => holderFailsCheck(s) && s.standbyPasses,
    measure: (s) => ({
      kind: 'stay',
      page: 'holder-fails-check',
      because: `${s.holder.node}: ${s.holderFaults.join('; ')}${s.fitness.fit ? '' : `. ${s.standby.node} is unfit: ${s.fitness.reasons.join('; ')}`}`,
    }),
    reason:
      'Replication into the holder is broken, but clients are served; the policy or the standby forbids more.',
    origin: 'mysql-mmm: replication failure on the active master is irrelevant',
  },
  {
    id: 'D22',
    name: 'standby-unfit',
    when: (s) =>
      s.holder.kind === 'serving' && s.memory.readiness?.node === s.standby.node && !s.memory.readiness.fit,
    measure: (s) => ({
      kind: 'stay',
      page: 'standby-unfit',
      because: `${s.standby.node}: ${(s.fitness.fit ? (s.memory.readiness?.reasons ?? []) : s.fitness.reasons).join('; ')}`,
    }),
    reason: 'A standby that cannot take over is told before it is needed.',
    origin: 'replication-manager: readiness at every tick; resource-agents#1377',
  },
  {
    id: 'D23',
    name: 'steady',
    when: isSteady,
    measure: () => ({ kind: 'all-clear' }),
    reason: 'The holder serves, the standby is fit, exactly one takes writes.',
    origin: 'orchestrator#377: every alert has its all-clear',
  },
  {
    id: 'D24',
    name: 'unsettled',
    when: () => true,
    measure: () => ({ kind: 'observe' }),
    reason: 'Something changed and is not yet confirmed: look again, sooner.',
    origin: 'orchestrator#1219: brief restarts failed over',
  },
];

/** The first row that matches. */
export function decide(situation: Situation): Decision {
  for (const row of rows) {
    if (row.when(situation)) return { row, measure: row.measure(situation) };
  }
  throw new Error('the last row of the decision table must match every situation');
}
