/** What a maintenance of both servers is, in the order of the work: the standby, a switchover, the other node. */
import type { Pair } from '../config/config.ts';
import type { Refusal } from '../fault.ts';
import type { Goal } from '../hosts/host-work.ts';
import type { NodeName } from '../names.ts';
import { type Maintenance, workText } from './maintenance.ts';

/** What a look shows. */
export interface MaintainFacts {
  /** It was ended by this run, so everything is met. */
  readonly isOver: boolean;
  readonly maintenance: Maintenance | null;
  readonly holder: NodeName | null;
  readonly standby: NodeName | null;
  /** The standby serves, and could take over now. */
  readonly isFit: boolean;
  /** The time for which a node is out is over: it counts as any other again, and may have become the holder. */
  readonly isOutOver: boolean;
  /** Why the pair is not as it must be before a node is taken out; empty when it is. */
  readonly unready: readonly string[];
  /** Findings above hint, as `db1 errors-skipped`. */
  readonly findings: readonly string[];
}

/** What was ordered. */
export interface MaintainTerms {
  readonly run: string;
  readonly work: Maintenance['work'];
  readonly command: string | null;
  /** Only this node; null for both. */
  readonly node: NodeName | null;
  /** Their order, once it is decided: the switchover must not change it. */
  readonly nodes: readonly NodeName[] | null;
  /** At the end, a switchover back to the node that held the VIP. */
  readonly back: boolean;
}

type State = Goal['state'];

/** Every goal in order. Those of a node are unknown before the nodes before it are done. */
export function maintainGoals(pair: Pair, terms: MaintainTerms, facts: MaintainFacts): readonly Goal[] {
  const { maintenance } = facts;
  const nodes = maintenance?.nodes ?? terms.nodes ?? nodesOf(pair, terms, facts);
  return [
    goal(
      'begun',
      null,
      `Remembers that a maintenance (${workText(terms)}) is at work.`,
      begunState(terms, facts),
    ),
    ...nodes.flatMap((node) => goalsOf(pair, node, facts, terms)),
    ...(terms.back ? [backGoal(nodes, facts)] : []),
    goal('over', null, 'Ends the maintenance.', facts.isOver ? 'met' : 'open'),
  ];
}

/** The standby first: then one switchover is enough for both. */
export function nodesOf(pair: Pair, { node }: MaintainTerms, { holder }: MaintainFacts): readonly NodeName[] {
  if (node !== null) return [node];
  const names = pair.nodes.map(({ name }) => name);
  return [...names.filter((name) => name !== holder), ...names.filter((name) => name === holder)];
}

function begunState(terms: MaintainTerms, { isOver, maintenance, holder, unready }: MaintainFacts): State {
  if (isOver) return 'met';
  if (maintenance !== null) return workText(maintenance) === workText(terms) ? 'met' : another(maintenance);
  if (holder === null || unready.length > 0)
    return {
      got: unready.join('; ') || 'no holder',
      want: 'a healthy pair: a maintenance takes its standby away for a while',
      remedy: 'see status and doctor; give the order again when the pair is healthy',
    };
  return 'open';
}

function another(maintenance: Maintenance): Refusal {
  return {
    got: `a maintenance (${workText(maintenance)}) by ${maintenance.by} that is not over`,
    want: 'one at a time',
    remedy: 'give the same order again to go on with it, or stop it with maintain PAIR --stop',
  };
}

function goalsOf(pair: Pair, node: NodeName, facts: MaintainFacts, terms: MaintainTerms): readonly Goal[] {
  const { maintenance, holder, isOver } = facts;
  const isChanged = isOver || maintenance?.changed.includes(node) === true;
  const isDone = isOver || maintenance?.done.includes(node) === true;
  const met = (is: boolean): State => (is ? 'met' : 'open');
  return [
    goal(
      'standby',
      node,
      `Switches over, so that ${node} is the standby.`,
      met(isChanged || holder !== node),
    ),
    goal(
      'out',
      node,
      `Takes ${node} out: no alert and no plan while it is changed.`,
      met(isChanged || isStillOut(node, facts)),
    ),
    goal('changed', node, `${doingOf(terms)}, and waits until it is up.`, met(isChanged)),
    goal(
      'caught-up',
      node,
      `Waits until ${node} could take over again.`,
      met(isDone || (isChanged && facts.isFit)),
    ),
    goal(
      'examined',
      node,
      'Doctor finds nothing that was not there before.',
      isDone ? 'met' : isChanged && facts.isFit ? examined(pair, facts) : 'unknown',
    ),
    goal('in', node, `${node} stands by again, watched as before.`, met(isDone)),
  ];
}

/**
 * An order that was broken off may go on much later. A node that could have become the holder meanwhile is taken out anew; one
 * that is down is in the middle of its change.
 */
function isStillOut(node: NodeName, { maintenance, holder, isOutOver, isFit }: MaintainFacts): boolean {
  return maintenance?.out?.node === node && holder !== node && !(isOutOver && isFit);
}

function doingOf({ work, command }: MaintainTerms): string {
  switch (work) {
    case 'restart':
      return 'Restarts the server';
    case 'reboot':
      return 'Reboots the host';
    case 'command':
      return `Runs ${command}`;
  }
}

/** That the two nodes differ counts only when both are done: until then it is the work itself. */
function examined({ nodes }: Pair, { maintenance, findings }: MaintainFacts): State {
  const isLast = (maintenance?.done.length ?? 0) + 1 >= (maintenance?.nodes.length ?? 0);
  const isOfNode = (finding: string) => nodes.some(({ name }) => finding.startsWith(`${name} `));
  const known = maintenance?.known ?? [];
  const fresh = findings.filter((finding) => !known.includes(finding) && (isLast || isOfNode(finding)));
  if (fresh.length === 0) return 'met';
  return {
    got: `new findings of doctor: ${fresh.join(', ')}`,
    want: 'nothing that was not there before',
    remedy: 'see doctor, fix it, and give the same order again: it goes on from here',
  };
}

function backGoal(nodes: readonly NodeName[], { isOver, holder }: MaintainFacts): Goal {
  const first = nodes.at(-1) ?? null;
  const does = `Switches over, back to ${first}.`;
  return goal('back', first, does, isOver || holder === first ? 'met' : 'open');
}

function goal(name: string, node: NodeName | null, does: string, state: State): Goal {
  return { name, node, does, state };
}

/** Why the pair has no such maintenance; null when it has. */
export function faultOfOrder({ name, mode }: Pair, { work, command }: MaintainTerms): Refusal | null {
  if (mode !== 'act')
    return {
      got: `${name}, which is only observed`,
      want: "mode: 'act' in its environment file: a maintenance switches over",
      remedy: 'set that and deploy, or do by hand what the dry run lists',
    };
  if ((work === 'command') === (command !== null)) return null;
  return {
    got: `${work}${command === null ? ' without a name' : ` ${command}`}`,
    want: 'restart, reboot, or command with its name',
    remedy: 'give one of the three',
  };
}
