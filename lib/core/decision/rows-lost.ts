/** Rows for when the VIP or the holder is lost, or the holder fails the check. */
import { describeVerdict } from '../evidence/verdict.ts';
import { isSignOfLife } from '../evidence/witness.ts';
import { detachedInto } from '../memory/detached.ts';
import { failoverPlan, reattachPlan, repairPlan } from '../plan/plans.ts';
import {
  holderGone,
  holderLost,
  holderStuck,
  mayLackMoved,
  pauseText,
  repairable,
  standbyDown,
  standbyOpen,
  staysClosed,
  succeeds,
  told,
  wantsFailover,
  witnessed,
} from './conditions.ts';
import type { DecisionRow, Measure } from './row.ts';
import type { Situation } from './situation.ts';

/** How long the standby may hear a holder that we do not, before an alert goes out. Milliseconds. */
export const WITNESSED_MS = 5000;

/** The terms of a failover from a holder that is gone: if it returns before the VIP moves, the failover is undone. */
const gone = { holderAnswers: false, acceptLoss: false, undoIfHolderServes: true } as const;

export const lost: readonly DecisionRow[] = [
  {
    name: 'vip-unheld-holder-closed',
    says: 'EC2 has reported three times in a row that neither node has the VIP. The last holder serves and is read-only, and the plan to open it has just failed. The standby is fit and has all that the holder has, and neither the flap guard nor a pause forbids a move.',
    when: (s) =>
      s.vip === 'unheld' && s.holder.kind === 'serving' && isToOpen(s) && staysClosed(s) && !standbyOpen(s),
    measure: (s) => ({
      kind: 'act',
      plan: failoverPlan(s.pair, s.standby.node, { ...gone, undoIfHolderServes: false }),
      because: `the VIP is ${s.vipBecause}, and ${s.holder.node} is read-only and cannot be opened`,
    }),
    does: ['plan failover'],
    reason:
      'As for `holder-stays-closed`: what keeps it from being opened may last, and a read-only holder writes nothing more.',
    origin:
      'a simulated history: the last holder had a full disk, and was to be opened for the VIP again and again',
  },
  {
    name: 'vip-unheld-holder-serves',
    says: 'EC2 has reported three times in a row that neither node has the VIP. The last holder (else the preferred node, else the first) serves. It lacks nothing that the other node has, or is the only node that takes writes (or writability is untouched), or was known to lack it before, or a failover to it gave that up. If it is to be opened after somebody else had moved the VIP to it, it must not be `vip-moved-by-hand`. No pause is on.',
    when: (s) =>
      s.safeguards.reattach &&
      s.vip === 'unheld' &&
      s.holder.kind === 'serving' &&
      (lacksOf(s) === null || isAsBefore(s)) &&
      !(isToOpen(s) && mayLackMoved(s)) &&
      !s.paused,
    measure: (s) => ({
      kind: 'act',
      plan: reattachPlan(s.pair, s.holder.node, s.standby.server?.writable === true, {
        wasElsewhere: isToOpen(s) && succeeds(s),
        isOpen: s.holder.server?.writable === true,
      }),
      because: `the VIP is ${s.vipBecause}, and ${s.holder.node} serves`,
    }),
    does: ['plan reattach-vip'],
    reason: 'The last holder has the newest writes. Without a last holder, the preferred node gets the VIP.',
    origin: 'keepalived#950: compare and repair at every tick',
  },
  {
    name: 'both-lost-repair',
    says: 'The holder and the standby are both confirmed stopped or silent (not both silent), repair is configured and was not tried in this incident, and no pause is on.',
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
    name: 'both-lost',
    says: 'The holder and the standby are both confirmed stopped or silent (not both silent).',
    when: (s) => holderGone(s) && standbyDown(s),
    measure: (s) => ({
      kind: 'stay',
      page: 'both-lost',
      because: `${describeVerdict(s.holder)}; ${describeVerdict(s.standby)}`,
    }),
    does: ['page both-lost'],
    reason: 'Moving the VIP to another dead node helps nobody.',
    origin: 'mysql_check.sh kills both keepaliveds here',
  },
  {
    name: 'flap-guard',
    says: 'A failover is wanted (the three rows below), and the flap guard forbids it.',
    when: (s) => wantsFailover(s) && s.flapGuard !== null,
    measure: (s) => ({
      kind: 'stay',
      page: 'flap-guard',
      because: `a failover is wanted, because ${wrongText(s)}, but the flap guard forbids it: ${s.flapGuard ?? ''}`,
      ...(s.isServed
        ? { headline: `${s.holder.node} fails the check, and no automatic failover follows for now` }
        : {}),
    }),
    does: ['page flap-guard'],
    reason: 'If failovers repeat, they have a cause that a failover does not fix.',
    origin: 'mysql-mmm: 3 an hour; orchestrator: recovery block',
  },
  {
    name: 'holder-lost',
    says: 'The holder is confirmed stopped or silent, and the standby does not hear it; the standby is fit, and no pause is on.',
    when: (s) => wantsFailover(s) && holderGone(s),
    measure: (s) => ({
      kind: 'act',
      plan: failoverPlan(s.pair, s.standby.node, gone),
      because: describeVerdict(s.holder),
    }),
    does: ['plan failover'],
    reason: 'The holder is gone and the standby has what the holder sent. This is the ordinary failover.',
    origin: 'keepalived TCP_CHECK with notify_down',
  },
  {
    name: 'holder-stuck',
    says: 'The holder answers, but has committed no heartbeat for the time that makes it stuck, or has refused every write for as long; the standby is fit, and no pause is on.',
    when: (s) => wantsFailover(s) && holderStuck(s),
    measure: (s) => ({
      kind: 'act',
      plan: failoverPlan(s.pair, s.standby.node, { ...gone, undoIfHolderServes: false }),
      because: `${s.holder.node} is stuck: ${s.holder.because}`,
    }),
    does: ['plan failover'],
    reason: 'A master that answers reads and commits nothing is down for the application, and may stay so.',
    origin: 'vtorc: disk stall and blocked semi-sync',
  },
  {
    name: 'holder-fails-check',
    says: 'The holder serves but has failed the check for long enough by a fault of its own, not of its source; the standby passes it and is fit, the policy is `failover`, and no pause is on.',
    when: wantsFailover,
    measure: (s) => ({
      kind: 'act',
      plan: failoverPlan(s.pair, s.standby.node, { ...gone, holderAnswers: true, undoIfHolderServes: false }),
      because: `${s.holder.node} fails the check: ${s.holderOwnFaults.join('; ')}. Until that is fixed, ${s.holder.node} cannot replicate from ${s.standby.node}, so ${s.standby.node} will have no standby`,
    }),
    does: ['plan failover'],
    reason:
      'As mysql_check.sh does, but only when the standby passes. The failover waits for the holder’s last writes.',
    origin: 'mysql_check.sh',
  },
  {
    name: 'holder-lost-witnessed',
    says: `One of the nodes has the VIP, as far as is known; the holder is confirmed stopped or silent, but the standby's channel has heard it just now (of a hung one: an event, not only replication's heartbeat), or has just been let in anew. A person is alerted after ${WITNESSED_MS / 1000} s.`,
    when: (s) => s.vip !== 'unheld' && holderGone(s) && witnessed(s) && isSignOfLife(s.witness),
    measure: (s) =>
      soonTold(
        s,
        `${s.holder.node} is alive and does not answer keepalambda, nothing is moved`,
        `${s.holder.node} does not answer keepalambda (${s.holder.because}), but ${s.standby.node} ${s.witness === 'answered' ? 'has just connected to it anew' : 'still receives from it'}, so it is alive`,
      ),
    does: ['observe', 'page blind'],
    reason:
      'While the standby receives from the holder, the holder is alive. Our own path to it is broken, or something on its host refuses our connections.',
    origin: 'orchestrator: a dead master is one that its replicas have lost too',
  },
  {
    name: 'holder-lost-unwitnessed',
    says: `One of the nodes has the VIP, as far as is known; the holder is confirmed silent, and the standby cannot say whether it lives: it does not let us ask it, or its channel was stopped, follows another server, is refused by its source, has heard nothing since the standby restarted, or has a heartbeat too slow to tell a silent source from an idle one, and is being connected anew. Or the holder is confirmed stopped, and its server turned the standby's channel away when that last tried to connect. A person is alerted after ${WITNESSED_MS / 1000} s.`,
    when: (s) => s.vip !== 'unheld' && holderGone(s) && witnessed(s),
    measure: (s) =>
      soonTold(
        s,
        `cannot see whether ${s.holder.node} is alive, nothing is moved`,
        `${s.holder.node} is ${s.holder.kind} (${s.holder.because}), ${untoldText(s)}${unfitText(s)}`,
      ),
    does: ['observe', 'page blind'],
    reason:
      'A channel that somebody stopped does not prove a death: when a source dies, the channel shows `Connecting`. And a server that answers the standby, if only to refuse it, runs behind a port that refuses us.',
    origin: 'safety review 10: STOP REPLICA on the standby made a failover from a live holder',
  },
  {
    name: 'holder-lost-standby-unfit',
    says: 'The holder is confirmed stopped or silent, or stuck, and the standby is not fit, or a pause is on; the standby does not hear the holder, or one of the two nodes has the VIP. Where people know that both are lost, the looks that confirm it of the standby for a new leader are waited for.',
    when: (s) => holderLost(s) && !(s.vip === 'unheld' && witnessed(s)),
    measure: (s) =>
      mayBothBeLost(s)
        ? { kind: 'observe', goesOn: 'both-lost' }
        : {
            kind: 'stay',
            page: 'holder-lost',
            because: `${describeVerdict(s.holder)}${unfitText(s)}${pausedText(s)}`,
          },
    does: ['observe', 'page holder-lost'],
    reason:
      'Only a person may decide to lose writes. The alert gives the command and says what it would lose. Moves in a pause are also for a person.',
    origin: 'orchestrator#1342, resource-agents#1377, patroni pause',
  },
  {
    name: 'vip-unheld',
    says: 'EC2 has reported three times in a row that neither node has the VIP. The last holder does not serve, or lacks transactions that the other node has, or a pause is on.',
    when: (s) => s.vip === 'unheld',
    measure: (s) => {
      const lacks = lacksOf(s);
      const ahead = lacks === null ? '' : `. It lacks transactions that ${s.standby.node} has: ${lacks}`;
      return {
        kind: 'stay',
        page: 'vip-unheld',
        because: `the VIP is ${s.vipBecause}; ${describeVerdict(s.holder)}${ahead}${pausedText(s)}`,
      };
    },
    does: ['page vip-unheld'],
    reason: 'The VIP goes only to a node that is known to have all writes.',
    origin: 'mysql-mmm#1',
  },
];

/** The roles are as they were: what the other has beside is no reason to leave clients without a holder. */
function isAsBefore(s: Situation): boolean {
  const { holder, standby, memory } = s;
  if (memory.lastHolder !== holder.node || s.behind !== null) return false;
  if (standby.server === null) return false;
  // The failover to the holder gave up what the other has beside; the plan closes that one first.
  if (detachedInto(memory, holder.node)?.from === standby.node) return true;
  // Where writability is untouched, both nodes take writes all the time.
  if (standbyOpen(s) && s.pair.writability === 'managed') return false;
  // It was known before the loss that the standby has them.
  const wasKnown = memory.readiness?.node === standby.node && memory.readiness.ofHistory !== undefined;
  return holder.server?.writable === true || wasKnown;
}

/** People know that both are lost, and this leader has not confirmed it of the standby yet. */
function mayBothBeLost(s: Situation): boolean {
  return told(s, 'both-lost') && s.standby.server === null && !s.standby.confirmed;
}

/** The plan would open it: it is ours to open, and does not take writes. */
function isToOpen({ pair, holder }: Situation): boolean {
  return pair.writability === 'managed' && holder.server?.writable !== true;
}

/** What the holder lacks of what the standby has; null when nothing is known. */
function lacksOf({ lead, behind }: Situation): string | null {
  return behind ?? lead.holderLacksOthers;
}

/** Of a holder that serves, a failover is wanted for what the check finds. */
function wrongText({ holder, holderOwnFaults }: Situation): string {
  return holder.kind === 'serving'
    ? `${holder.node} fails the check: ${holderOwnFaults.join('; ')}`
    : describeVerdict(holder);
}

function soonTold({ nowMs, holder }: Situation, headline: string, because: string): Measure {
  return nowMs - holder.sinceMs < WITNESSED_MS
    ? { kind: 'observe', goesOn: 'blind' }
    : { kind: 'stay', page: 'blind', because, headline };
}

function untoldText({ witness, standby, life }: Situation): string {
  const cannot = `and ${standby.node} cannot show whether it is alive, because`;
  switch (witness) {
    case 'turned-away':
      return life === 'lives'
        ? `but its server answers the channel of ${standby.node}, and refuses it`
        : `${cannot} its channel was refused when it last tried to connect`;
    case 'unasked':
      return `${cannot} we cannot ask it`;
    case 'unheard':
      return `${cannot} its channel hears little of a source to which nobody writes (its heartbeat is slow), and is being connected anew`;
    case 'hears':
    case 'answered':
    case 'does-not-hear':
    case 'unknown':
    case 'not-yet':
      return `${cannot} its channel does not run or follows another server`;
  }
}

function unfitText({ fitness, standby }: Situation): string {
  return fitness.fit ? '' : `. ${standby.node} cannot take over: ${fitness.reasons.join('; ')}`;
}

function pausedText(s: Situation): string {
  const text = pauseText(s);
  return text === '' ? '' : `. ${text}`;
}
