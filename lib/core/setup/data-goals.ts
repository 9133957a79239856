/** Replication both ways: only between servers whose data is known to be the same. */
import type { Pair } from '../config/config.ts';
import { countOf, parseSet, subtract } from '../evidence/gtid.ts';
import type { Refusal } from '../fault.ts';
import type { Goal } from '../hosts/host-work.ts';
import { copyAtWork, isCopiedBySetup, isCopyToFinish, isHalfCopied, runToGoOnWith } from './copy.ts';
import type { NodeView, SetupWishes } from './goals.ts';
import { whyNoRoom } from './room.ts';

/** The goals from data that may differ to channels both ways. `seeds`: whether this release can copy data. */
export function dataGoals(
  pair: Pair,
  views: readonly NodeView[],
  { from }: SetupWishes,
  seeds: boolean,
): readonly Goal[] {
  const needsData = views.some(hasNoData) && !views.every(hasNoData) && !views.every(isConnected);
  const needsSeed = needsData || views.some(isCopyToFinish);
  const target = targetOf(views, from);
  const source = views.find(({ node }) => node.name !== target)?.node.name;
  const refusal =
    whyNotConnected(pair, views, from, seeds) ?? (needsSeed ? whyNotCopied(views, source, target) : null);
  const atWork = views.map(({ node, host }) => copyAtWork(node.name, host)).find((text) => text !== null);
  return [
    // Named by a person, it is part of the work, and of the report on it.
    ...(needsSeed || refusal || from !== undefined
      ? [
          {
            name: 'seed',
            node: target,
            does: `Copies the data of ${source} to the other node.`,
            state: refusal ?? (needsSeed ? ('open' as const) : ('met' as const)),
            ...(atWork ? { atWork } : {}),
          },
        ]
      : []),
    ...views.map((view) => historyGoal(view, needsSeed)),
    ...views.map((view) => channelGoal(view, needsSeed)),
  ];
}

/** Who a copy goes, or went, to: where nothing shows it, the node that was not named. */
function targetOf(views: readonly NodeView[], from: string | undefined): string | null {
  const shown = views.find(isCopyToFinish) ?? (views.every(hasNoData) ? undefined : views.find(hasNoData));
  return (shown ?? views.find(({ node }) => node.name !== from))?.node.name ?? null;
}

/** A copy that is at work, or over, has found its room. */
function whyNotCopied(
  views: readonly NodeView[],
  from: string | undefined,
  to: string | null,
): Refusal | null {
  const view = views.find(({ node }) => node.name === to);
  if (view === undefined || from === undefined || to === null) return null;
  const { host: target, peerHost: source } = view;
  if (copyAtWork(to, target) !== null || isCopyToFinish(view)) return null;
  return whyNoRoom({ from, to, source, target, isKept: runToGoOnWith(view) !== null });
}

/** Nothing of its own: part of a copy is as good as nothing. */
function hasNoData(view: NodeView): boolean {
  return view.host.tables === 0 || isHalfCopied(view);
}

function isConnected({ host, peer }: NodeView): boolean {
  return host.sources.includes(peer.address);
}

/**
 * A node that has executed only what the other has too is a copy of it. Of a server whose GTIDs have just been turned on,
 * the copy has executed nothing: that setup itself copied it is the proof.
 */
function isCopy({ host, peerHost }: NodeView): boolean {
  if (host.executed === '') return isCopiedBySetup(host);
  return countOf(subtract(parseSet(host.executed), parseSet(peerHost.executed))) === 0;
}

function whyNotConnected(
  pair: Pair,
  views: readonly NodeView[],
  from: string | undefined,
  seeds: boolean,
): Refusal | null {
  const elsewhere = views.find(({ host, peer }) => host.sources.some((source) => source !== peer.address));
  if (elsewhere) return strangeSource(elsewhere);
  if (views.every(isConnected) || views.every(hasNoData)) return null;
  const full = views.filter((view) => !hasNoData(view)).map(({ node }) => node.name);
  if (full.length === 2) return views.some(isCopy) || views.some(isConnected) ? null : bothHaveData(full);
  const [only = ''] = full;
  if (from !== only) return oneHasData(pair, only, from);
  if (seeds) return null;
  return {
    got: `data on ${only} alone`,
    want: 'the same data on both nodes, with its GTIDs',
    remedy: `load a dump of ${only} (mysqldump --all-databases --set-gtid-purged=ON, or mariadb-dump --gtid --master-data) into the other node`,
  };
}

function strangeSource({ node, peer, host }: NodeView): Refusal {
  return {
    got: `a channel of ${node.name} from ${host.sources.join(', ')}`,
    want: `no channel, or one from ${peer.address}`,
    remedy: `end it on ${node.name} (STOP REPLICA; RESET REPLICA ALL), or point it at ${peer.address}`,
  };
}

function bothHaveData(names: readonly string[]): Refusal {
  return {
    got: `data on ${names.join(' and ')}, neither a copy of the other by its GTIDs, and no replication between them`,
    want: 'an empty node, or two that replicate from each other',
    remedy: 'empty the node whose data does not count, and give --from with the other',
  };
}

function oneHasData(pair: Pair, full: string, from: string | undefined): Refusal {
  return {
    got: `data on ${full}, none on the other node, and ${from === undefined ? 'no --from' : `--from ${from}`}`,
    want: 'to be given the node whose data counts',
    remedy: `keepalambda setup ${pair.name} --from ${full}`,
  };
}

/** Two empty servers have nothing in their past that the other needs, and may have much that it cannot apply. */
function historyGoal(view: NodeView, needsSeed: boolean): Goal {
  const { node, host, peerHost } = view;
  const isFresh = host.tables === 0 && peerHost.tables === 0;
  const isAlone = host.sources.length === 0 && peerHost.sources.length === 0;
  return {
    name: 'history',
    node: node.name,
    does: 'Empties the binary log of a server without data.',
    state: isFresh && isAlone && host.executed !== '' && !needsSeed ? 'open' : 'met',
  };
}

function channelGoal(view: NodeView, needsSeed: boolean): Goal {
  const { node, peer } = view;
  return {
    name: 'channel',
    node: node.name,
    does: `Replicates from ${peer.name}, by GTID.`,
    state: isConnected(view) ? 'met' : needsSeed ? 'unknown' : 'open',
  };
}
