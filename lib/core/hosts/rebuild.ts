/** `rebuild`: a node that has something of its own, or is broken, is made anew from the holder's data. */
import type { Aside } from '../decision/aside.ts';
import type { Situation } from '../decision/situation.ts';
import { cannotBeSent } from '../evidence/source-errors.ts';
import type { Refusal } from '../fault.ts';
import { detachedInto } from '../memory/detached.ts';
import type { NodeName } from '../names.ts';
import type { SetupFacts } from '../setup/facts.ts';
import { whyNoRoom } from '../setup/room.ts';
import { serverGoal, whyAnotherServer } from '../setup/server-goal.ts';
import { isWorthless, type Lack } from '../standby/divergence.ts';
import { lackLines } from '../text/divergence-text.ts';
import type { Goal } from './host-work.ts';
import { type SeedFacts, type Seeding, seedGoals } from './seed.ts';

/** What a look at the pair and its hosts shows. */
export interface RebuildFacts {
  readonly situation: Situation;
  readonly aside: Aside | null;
  /** What the node has and the holder lacks; null once it is set aside, and what it had is kept. */
  readonly lack: Lack | null;
  /** Null before the node is set aside; at the end, what was seen last. */
  readonly seed: SeedFacts | null;
  readonly seeding: Seeding | Refusal;
  /** Both hosts, before the copy is begun, and after it while the server does not answer; null otherwise. */
  readonly hosts: SetupFacts['hosts'] | null;
  /** This very work has ended before, in this invocation. */
  readonly isOver: boolean;
}

export interface RebuildTerms {
  readonly node: NodeName;
  readonly acceptLoss: boolean;
}

/** Every end state, in the order of the work. A refusal is one as well: nothing is done then. */
export function rebuildGoals(terms: RebuildTerms, facts: RebuildFacts): readonly Goal[] {
  const { node } = terms;
  const { aside, seed, seeding, isOver, situation } = facts;
  const isAside = aside?.node === node;
  const server = serverOf(node, facts);
  const refusal = isOver ? null : whyNot(terms, facts, server?.state === 'open');
  const setAside: Goal = {
    name: 'set-aside',
    node,
    state: refusal ?? (isAside || isOver ? 'met' : 'open'),
    does: `marks ${node} as unfit until it is whole again${ownText(facts)}`,
  };
  if ('got' in seeding) return [setAside];
  const copied = seedGoals(seeding, isOver ? { ...done, kept: seed?.kept ?? null } : seed);
  const isCopied = isOver || copied.every(({ state }) => state === 'met');
  const follows = isOver || (isCopied && hasCaughtUp(situation, node));
  const isHeard = follows && !wasCutOff(situation, node);
  return [
    ...(server === null ? [] : [server]),
    setAside,
    ...copied,
    {
      name: 'follows',
      node,
      state: follows ? 'met' : isCopied ? 'open' : 'unknown',
      does: `starts replication on ${node} and waits until it has caught up`,
    },
    {
      name: 'reinstated',
      node,
      state: isOver ? 'met' : follows ? 'open' : 'unknown',
      does: `takes the mark off ${node}`,
    },
    // Last of all: the node can take over without it.
    {
      name: 'followed',
      node: situation.holder.node,
      state: isHeard ? 'met' : isOver ? 'open' : 'unknown',
      does: `starts replication on ${situation.holder.node} again, where the new binary log of ${node} has ended it`,
    },
  ];
}

const done: SeedFacts = {
  phase: 'copied',
  kept: null,
  plugin: null,
  hash: null,
  position: null,
  because: null,
  atWorkKb: null,
  door: 'closed',
  place: 'none',
};

function ownText({ lack }: RebuildFacts): string {
  if (lack === null || isWorthless(lack)) return '';
  return `; kept as binary logs and lost to the pair: ${lackLines(lack)
    .map((line) => line.trim())
    .join('; ')}`;
}

/**
 * A copy needs a server that runs. It is started before the node is set aside: only then does it show what it has of its own.
 * Null where its host was not asked.
 */
function serverOf(node: NodeName, { hosts, situation }: RebuildFacts): Goal | null {
  const [host, known] = [hosts?.[node], situation.pair.nodes.find(({ name }) => name === node)];
  return host === undefined || known === undefined ? null : serverGoal(known, host, situation.pair.port);
}

/** `isDown`: what the node has of its own is judged when its server runs. */
function whyNot(terms: RebuildTerms, facts: RebuildFacts, isDown: boolean): Refusal | null {
  const { seeding, situation } = facts;
  if (isDown) return whyNotAside(situation, terms.node);
  return whyNotRebuilt(terms, facts) ?? ('got' in seeding ? seeding : whyNotCopied(seeding, facts));
}

/** Why this node cannot be made anew now; null when it can. */
function whyNotRebuilt({ node, acceptLoss }: RebuildTerms, facts: RebuildFacts): Refusal | null {
  const { aside, lack, situation } = facts;
  const notNow = whyNotAside(situation, node);
  if (notNow !== null) return notNow;
  if (aside !== null || lack === null || acceptLoss || isWorthless(lack)) return null;
  return {
    got: lackLines(lack)
      .map((line) => line.trim())
      .join('; '),
    want: `a ${node} that has nothing of its own, or your word that it may be lost`,
    remedy: 'add --accept-loss: its binary logs are kept in a directory of its host',
  };
}

/** Why this node must not be set aside: it is, or may become, what clients use. */
export function whyNotAside(
  { pair, vip, vipBecause, holder, standby, memory, misconfigured }: Situation,
  node: NodeName,
): Refusal | null {
  const refuse = (got: string, want: string, remedy: string): Refusal => ({ got, want, remedy });
  const names = pair.nodes.map(({ name }) => name);
  if (!names.includes(node)) return refuse(`node ${node}`, `one of ${names.join(', ')}`, 'correct the name');
  if (misconfigured !== null)
    return refuse(misconfigured.because, 'a pair as its file says', 'correct it first');
  if (memory.aside !== null && memory.aside.node !== node)
    return refuse(`${memory.aside.node} set aside already`, 'one node at a time', 'end that work first');
  if (vip !== 'held')
    return refuse(`the VIP ${vipBecause}`, 'a VIP on the other node', 'wait, or see status');
  if (holder.node === node)
    return refuse(
      `${node}, which holds the VIP`,
      'the other node: the holder is never made anew',
      `name ${standby.node}, or move the VIP first`,
    );
  if (holder.kind !== 'serving' || holder.server === null)
    return refuse(
      `${holder.node}, which is ${holder.kind}`,
      'a holder that serves, to copy from',
      'wait until it serves',
    );
  if (pair.writability === 'managed' && standby.server?.writable === true)
    return refuse(`${node}, which takes writes`, 'a node that is read-only', 'wait until it is closed');
  return null;
}

/** What the hosts say against it: another server than the pair's, or no room. */
function whyNotCopied({ from, to }: Seeding, { hosts, seed, situation }: RebuildFacts): Refusal | null {
  const [source, target] = [hosts?.[from], hosts?.[to]];
  if (source === undefined || target === undefined) return null;
  const { port } = situation.pair;
  return (
    whyAnotherServer(from, source, port) ??
    whyAnotherServer(to, target, port) ??
    whyNoRoom({ from, to, source, target, isKept: (seed?.kept ?? null) !== null })
  );
}

/** It follows the holder, applies, and lacks nothing of what the holder had at that look. */
function hasCaughtUp({ standby, lead }: Situation, node: NodeName): boolean {
  const inbound = standby.node === node ? standby.server?.inbound : undefined;
  if (inbound?.kind !== 'configured') return false;
  const runs = inbound.io === 'yes' && inbound.sql === 'yes';
  return runs && inbound.caughtUp && lead.standbyLacksOwn === null && lead.holderLacksOthers === null;
}

/**
 * The node's binary log begins anew with its copy, and that has ended the holder's channel from it: nothing else would start it. One
 * that a failover detached is attached by its own rule.
 */
function wasCutOff({ holder, memory }: Situation, node: NodeName): boolean {
  if (holder.node === node || detachedInto(memory, holder.node) !== null) return false;
  const inbound = holder.server?.inbound;
  return inbound?.kind === 'configured' && inbound.io === 'no' && cannotBeSent(inbound.ioError);
}
