/**
 * Every plan, as ordered stages of idempotent steps; the steps of one stage run side by side. Why the order
 * is what it is stands above each. `docs/decisions.md` prints them.
 */
import { type Pair, peerOf } from '../config/config.ts';
import type { Attaching } from '../evidence/probe-results.ts';
import type { NodeName } from '../names.ts';
import { STATEMENT_LIMIT_MS } from '../time-budget.ts';
import type { Plan } from './plan.ts';
import type { Step } from './step.ts';

/** How long fencing waits for a holder that is gone, and has not answered several looks: clients are waiting too. Milliseconds. */
export const GONE_FENCE_MS = 60;

/** How a failover finds the old holder, and what the operator allowed. */
export interface FailoverTerms {
  /** Whether the old holder answers: then its last writes can be waited for. */
  readonly holderAnswers: boolean;
  readonly acceptLoss: boolean;
  /** Whether an old holder that serves again, before the VIP has moved, undoes the plan. */
  readonly undoIfHolderServes: boolean;
}

/**
 * Fence, then detach, then open, then move: at no time can clients reach two nodes that take writes, and nobody reaches
 * the new one before the VIP does. Catching up waits for the position of an old holder that answers; of one that does
 * not, there is nothing more to come, so fencing (which will likely time out) runs beside it. Where the old holder's end
 * was not reached, what it still has must not arrive over newer rows: the new one stops receiving before clients write to
 * it, also where both nodes always take writes.
 */
export function failoverPlan(pair: Pair, to: NodeName, terms: FailoverTerms): Plan {
  const from = peerOf(pair, to).name;
  const managed = pair.writability === 'managed';
  const fenceLimitMs = terms.undoIfHolderServes ? GONE_FENCE_MS : STATEMENT_LIMIT_MS;
  const fence: Step[] =
    managed || pair.fencing !== 'none' ? [{ kind: 'fence', node: from, limitMs: fenceLimitMs }] : [];
  const catchUp: Step = {
    kind: 'catch-up',
    node: to,
    source: terms.holderAnswers && managed ? from : null,
    ifFenced: false,
    // A holder that is gone has nothing to undo for: what makes progress goes on. One that answers is closed meanwhile.
    limitOf: terms.holderAnswers ? 'freeze' : terms.acceptLoss ? 'wait' : 'progress',
    limitMs: terms.holderAnswers ? pair.settings.freezeLimitMs : pair.settings.catchUpLimitMs,
    acceptLoss: terms.acceptLoss,
  };
  const late: Step[] = managed
    ? [
        {
          ...catchUp,
          source: from,
          ifFenced: true,
          limitOf: 'freeze',
          limitMs: pair.settings.freezeLimitMs,
        },
      ]
    : [];
  const detach: Step[] = [{ kind: 'detach', node: to, source: from }];
  const attach: Step[] = [{ kind: 'attach', node: to, source: from }];
  const first = terms.holderAnswers ? [fence, [catchUp]] : [[...fence, catchUp], late];
  // Who keeps the VIP after all must be reachable again.
  const release: Step[] = pair.fencing === 'isolate' ? [{ kind: 'release', node: from }] : [];
  const power: Step[] = pair.fencing === 'none' ? [] : [{ kind: pair.fencing, node: from }];
  return {
    kind: 'failover',
    from,
    to,
    stages: stages(
      ...first,
      power,
      detach,
      managed ? [{ kind: 'open', node: to }] : [],
      ...takeOver(pair, from, to),
    ),
    undo: managed ? undoOf(from, to, [...attach, ...release]) : [...attach, ...release],
    undoIfHolderServes: terms.undoIfHolderServes,
  };
}

/**
 * Look for sessions that a freeze would harm, before anything is done; catch up while the holder still takes writes, so
 * that the freeze is short; freeze; catch up to its exact end; only then open and move. Writes pause from the freeze until
 * the VIP leads to the open node. `killLong`: long sessions are ended, not a reason to refuse.
 */
export function switchoverPlan(pair: Pair, to: NodeName, killLong = false): Plan {
  const from = peerOf(pair, to).name;
  const { catchUpLimitMs, freezeLimitMs } = pair.settings;
  const catchUp = { kind: 'catch-up', node: to, acceptLoss: false, ifFenced: false } as const;
  const untouched = pair.writability === 'untouched';
  return {
    kind: 'switchover',
    from,
    to,
    stages: stages(
      [{ kind: 'inspect', node: from, killLong }],
      [{ ...catchUp, source: null, limitOf: 'wait', limitMs: catchUpLimitMs }],
      [{ kind: 'freeze', node: from, kills: killLong ? 'to-close' : 'once-closed' }],
      [{ ...catchUp, source: from, limitOf: 'freeze', limitMs: freezeLimitMs }],
      untouched ? [] : [{ kind: 'open', node: to }],
      ...takeOver(pair, from, to, untouched ? [{ kind: 'open', node: from }] : []),
    ),
    undo: untouched
      ? [
          { kind: 'open', node: from },
          { kind: 'verify', node: from },
        ]
      : undoOf(from, to),
    undoIfHolderServes: false,
  };
}

/**
 * The VIP is on neither node: nobody is reached through it, so nothing has to be fenced but a second writer. `wasElsewhere`:
 * somebody else had moved the VIP to this node, which has not been opened since; as in `openHolderPlan`. `isOpen`: it takes
 * writes already, so a second writer that cannot be closed is no reason to leave clients without the VIP.
 */
export function reattachPlan(
  pair: Pair,
  to: NodeName,
  otherIsWritable: boolean,
  { wasElsewhere = false, isOpen = false } = {},
): Plan {
  const from = peerOf(pair, to).name;
  const managed = pair.writability === 'managed';
  const close: Step = isOpen
    ? { kind: 'fence', node: from, limitMs: STATEMENT_LIMIT_MS }
    : { kind: 'close', node: from };
  return {
    kind: 'reattach-vip',
    from: null,
    to,
    stages: stages(
      ...(wasElsewhere ? succession(pair, from, to) : [managed && otherIsWritable ? [close] : []]),
      managed ? [{ kind: 'open', node: to }] : [],
      ...takeOver(pair, null, to),
    ),
    undo: [],
    undoIfHolderServes: false,
  };
}

/**
 * Verifying it through the VIP is the point of it. `wasElsewhere`: the other node took writes until now, as after somebody
 * moved the VIP by hand. So it is closed, and what it committed is applied first; if it cannot be asked what it wrote last,
 * nothing more is received from it before that is known. Who moved the VIP by hand has not told the host.
 */
export function openHolderPlan(pair: Pair, holder: NodeName, { wasElsewhere = false } = {}): Plan {
  const verify: Step = { kind: 'verify', node: holder };
  const from = peerOf(pair, holder).name;
  return {
    kind: 'open-holder',
    from,
    to: holder,
    stages: stages(
      ...(wasElsewhere ? succession(pair, from, holder) : []),
      [{ kind: 'open', node: holder }],
      wasElsewhere ? bind(pair, from, holder) : [],
      [verify],
    ),
    undo: [],
    undoIfHolderServes: false,
  };
}

/** Only the holder may take writes: the other node is closed. */
export function closeStandbyPlan(pair: Pair, standby: NodeName): Plan {
  return {
    kind: 'close-standby',
    from: standby,
    to: peerOf(pair, standby).name,
    stages: [[{ kind: 'close', node: standby }]],
    undo: [],
    undoIfHolderServes: false,
  };
}

/** One service after the other: keepalived may only start once mysqld answers. */
export function repairPlan(pair: Pair, node: NodeName): Plan {
  const steps = pair.repair.map((what): Step => ({ kind: 'repair', node, what }));
  return {
    kind: 'repair-node',
    from: null,
    to: node,
    stages: stages(...steps.map((step) => [step])),
    undo: [],
    undoIfHolderServes: false,
  };
}

/** A node in quarantine gets its security groups back. */
export function releasePlan(node: NodeName): Plan {
  return {
    kind: 'release-node',
    from: null,
    to: node,
    stages: [[{ kind: 'release', node }]],
    undo: [],
    undoIfHolderServes: false,
  };
}

/** The holder receives from the other node again: nothing that it lacks is there, or a person accepts what is. */
export function attachPlan(node: NodeName, source: NodeName, attaching: Attaching = 'as-it-is'): Plan {
  const afresh = attaching === 'afresh' ? { attaching } : {};
  return {
    kind: 'attach-channel',
    from: source,
    to: node,
    stages: [[{ kind: 'attach', node, source, ...afresh }]],
    undo: [],
    undoIfHolderServes: false,
  };
}

/**
 * The VIP was moved by hand to this node, which takes writes: what the other one still has must not arrive over newer rows.
 * `closesSource`: that one takes writes too, and is not to.
 */
export function detachPlan(node: NodeName, source: NodeName, { closesSource = false } = {}): Plan {
  return {
    kind: 'detach-channel',
    from: source,
    to: node,
    stages: stages(closesSource ? [{ kind: 'fence', node: source, limitMs: STATEMENT_LIMIT_MS }] : [], [
      { kind: 'detach', node, source },
    ]),
    undo: [],
    undoIfHolderServes: false,
  };
}

/**
 * The chain replicas of a lost node, one after the other: each is pointed at the holder only if that skips nothing of it,
 * and one that cannot be is no reason to leave the others.
 */
export function repointPlan(pair: Pair, holder: NodeName, lost: NodeName): Plan {
  const change = pair.replicasOfLost === 'repoint';
  const steps = pair.replicas.map(
    ({ name }): Step => ({ kind: 'repoint', replica: name, node: holder, source: lost, change }),
  );
  return {
    kind: 'repoint-replicas',
    from: lost,
    to: holder,
    stages: stages(...steps.map((step) => [step])),
    undo: [],
    undoIfHolderServes: false,
  };
}

/**
 * What every plan that moves the VIP ends with: move, bind on the host, verify through the VIP. `reopen`: the old
 * set-up keeps both writable, and a freeze was only for the move; it ends whatever verifying says.
 */
function takeOver(pair: Pair, from: NodeName | null, to: NodeName, reopen: Step[] = []): Step[][] {
  return [[{ kind: 'move-vip', to }], reopen, bind(pair, from, to), [{ kind: 'verify', node: to }]];
}

/** Its host must take the VIP for an address of its own: it may be the one that was told to give it up. */
function bind(pair: Pair, from: NodeName | null, to: NodeName): Step[] {
  return pair.hostAddress === 'ssm' ? [{ kind: 'bind-vip', to, from }] : [];
}

/** What comes before opening a node after another one that took writes until now: the end of that one's history. */
function succession(pair: Pair, from: NodeName, to: NodeName): Step[][] {
  const wait: Step = {
    kind: 'catch-up',
    node: to,
    source: from,
    ifFenced: false,
    limitOf: 'progress',
    limitMs: pair.settings.catchUpLimitMs,
    acceptLoss: false,
  };
  return [
    [{ kind: 'fence', node: from, limitMs: STATEMENT_LIMIT_MS }],
    [wait],
    [{ kind: 'detach', node: to, source: from }],
  ];
}

/** The new one is closed before the old one is opened, so that there are never two; a commit shows that all is well. */
function undoOf(from: NodeName, to: NodeName, between: readonly Step[] = []): Step[] {
  return [
    { kind: 'close', node: to },
    ...between,
    { kind: 'open', node: from },
    { kind: 'verify', node: from },
  ];
}

function stages(...all: (readonly Step[])[]): Plan['stages'] {
  return all.filter((stage) => stage.length > 0);
}
