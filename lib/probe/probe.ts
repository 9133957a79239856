/** The probe: answers every request of the protocol, on connections that it keeps between them. */
import { catchUp } from './catch-up.ts';
import { attach, detach } from './channel.ts';
import type { Source } from './channel-rows.ts';
import type { NodeEndpoint } from './connection.ts';
import { examine } from './examine.ts';
import { createHeartbeatLag, type HeartbeatLag } from './heartbeat-lag.ts';
import { holdLook } from './held-look.ts';
import { inspect } from './inspect.ts';
import type { ProbeTarget } from './look-schemas.ts';
import { NodeWatcher } from './node-watcher.ts';
import { createParking } from './parking.ts';
import type { ProbeRequest, ProbeResponse } from './protocol.ts';
import { replicate } from './replicate.ts';
import { askFed, askReplica, repoint } from './repoint.ts';
import { type Way, wayTo } from './statement-session.ts';
import { verify } from './verify.ts';
import { close, open } from './writability.ts';

/**
 * After so long without a look, nothing that was kept is trusted: connections may be dead without a word, and
 * ages that went on while Lambda froze the process mean nothing. Milliseconds.
 */
const STALE_MS = 5000;

/** A command to one of the pair's nodes, at its own address. */
type NodeRequest = Exclude<ProbeRequest, { kind: 'look' | 'verify' }>;

export interface Probe {
  /** Throws only for bugs: what a server or a network does is in the answer. */
  answer(request: ProbeRequest): Promise<ProbeResponse>;
  /** Throws all connections away. */
  drop(): void;
}

/**
 * Made once for each execution environment. `nowWallMs` is a clock that goes on while the process is frozen; `makeWay` is how
 * commands get to their server.
 */
export function createProbe(nowWallMs: () => number = Date.now, makeWay: typeof wayTo = wayTo): Probe {
  const observers = new Map<string, { readonly endpoint: string; readonly observer: NodeWatcher }>();
  const beats = new Map<string, HeartbeatLag>();
  /** Who answered at each node. It outlives the connections: a server does not change while nobody looks, as a rule. */
  const identities = new Map<string, string>();
  const parking = createParking(nowWallMs);
  let looks = 0;
  /** When watch last looked from here. A look that is nobody's next one (operate's) keeps no connections. */
  let lastWatchedMs = Number.NEGATIVE_INFINITY;
  let lastLookMs = nowWallMs();

  function drop(): void {
    for (const { observer } of observers.values()) observer.drop();
    observers.clear();
    beats.clear();
  }

  /** What was committed on a node: its own observer notes it, its peer's is timed by it. */
  function beatsOf({ pair }: ProbeTarget, node: string): HeartbeatLag {
    const key = `${pair}/${node}`;
    const known = beats.get(key) ?? createHeartbeatLag();
    beats.set(key, known);
    return known;
  }

  /** Another server answers at the node: what was committed on the one before means nothing there. */
  function identify(target: ProbeTarget, node: string, identity: string): void {
    const key = `${target.pair}/${node}`;
    const before = identities.get(key);
    if (before !== undefined && before !== identity) beatsOf(target, node).forget();
    identities.set(key, identity);
  }

  /** The observer of a node; a new one when its address or the credentials have changed. */
  function observerOf(target: ProbeTarget, name: string): NodeWatcher {
    const key = `${target.pair}/${name}`;
    const endpoint = endpointOf(target, addressOf(target, name));
    const peer = target.nodes.find((node) => node.name !== name) ?? { name: '', address: '' };
    const kept = observers.get(key);
    if (kept?.endpoint === JSON.stringify(endpoint)) return kept.observer;
    kept?.observer.drop();
    const observer = new NodeWatcher({
      node: name,
      endpoint,
      beats: beatsOf(target, name),
      peer: {
        node: peer.name,
        address: peer.address,
        beats: beatsOf(target, peer.name),
        identity: () => identities.get(`${target.pair}/${peer.name}`) ?? null,
      },
      onIdentity: (identity) => identify(target, name, identity),
    });
    observers.set(key, { endpoint: JSON.stringify(endpoint), observer });
    return observer;
  }

  async function look(targets: readonly ProbeTarget[]): Promise<ProbeResponse> {
    if (looks === 0 && nowWallMs() - lastLookMs > STALE_MS) drop();
    looks += 1;
    const isWatched = targets.some(({ seen }) => seen !== null);
    try {
      return { kind: 'looks', pairs: await holdLook(targets, observerOf) };
    } finally {
      looks -= 1;
      lastLookMs = nowWallMs();
      // At its end: a held look may last as long as what makes the connections stale.
      if (isWatched) lastWatchedMs = lastLookMs;
      if (looks === 0 && lastLookMs - lastWatchedMs > STALE_MS) drop();
    }
  }

  /** By a fresh login, or what the command before has left; else on a connection that looks at this very node have kept. */
  function wayOf(request: NodeRequest): Way {
    const endpoint = endpointOf(request, request.node.address);
    const lend = () => {
      const kept = observers.get(`${request.pair}/${request.node.name}`);
      return kept !== undefined && isSameServer(kept.endpoint, endpoint) ? kept.observer.lend() : null;
    };
    return makeWay(endpoint, { lend, parking, leaves: isFollowed(request) });
  }

  /** Watch may not have seen the source yet, or be of an older version: who answered there is known here too. */
  function sourceOf({ pair, node, peer }: Extract<NodeRequest, { readonly peer: Source }>): Source {
    if (peer.identity !== null) return peer;
    const other = [...identities].find(
      ([key]) => key.startsWith(`${pair}/`) && key !== `${pair}/${node.name}`,
    );
    return { ...peer, identity: other?.[1] ?? null };
  }

  async function command(request: Exclude<ProbeRequest, { kind: 'look' }>): Promise<ProbeResponse> {
    switch (request.kind) {
      case 'close': {
        const { kills, events } = request;
        const closing = { peer: sourceOf(request), kills, events };
        const closed = await close(wayOf(request), closing, request.limitMs);
        return 'kind' in closed ? closed : { kind: 'closed', closed };
      }
      case 'open': {
        const opened = await open(wayOf(request), request.events, request.limitMs);
        return 'kind' in opened ? opened : { kind: 'opened', ...opened };
      }
      case 'catch-up': {
        const caughtUp = await catchUp(wayOf(request), sourceOf(request), request.upTo, request.limitMs);
        return 'kind' in caughtUp ? caughtUp : { kind: 'caught-up', caughtUp };
      }
      case 'detach': {
        const { threads, limitMs } = request;
        const detached = await detach(wayOf(request), sourceOf(request), threads, limitMs);
        return 'kind' in detached ? detached : { kind: 'detached', detached };
      }
      case 'attach': {
        const attached = await attach(wayOf(request), sourceOf(request), request.limitMs);
        return 'kind' in attached ? attached : { kind: 'attached', ...attached };
      }
      case 'replicate': {
        const { account, port, limitMs } = request;
        const made = await replicate(wayOf(request), { source: sourceOf(request), account, port }, limitMs);
        return 'kind' in made ? made : { kind: 'replicates' };
      }
      case 'inspect': {
        const obstacles = await inspect(wayOf(request), request.limitMs);
        return 'kind' in obstacles ? obstacles : { kind: 'inspected', obstacles: [...obstacles] };
      }
      case 'examine': {
        const facts = await examine(wayOf(request), request.depth, request.limitMs);
        return 'kind' in facts ? facts : { kind: 'examined', facts };
      }
      case 'replica': {
        const replica = await askReplica(wayOf(request), request.limitMs);
        return 'kind' in replica ? replica : { kind: 'replica-seen', replica };
      }
      case 'feeds': {
        const asked = await askFed(wayOf(request), request.peer.address, request.limitMs);
        return 'kind' in asked ? asked : { kind: 'fed', fed: [...asked.fed] };
      }
      case 'repoint': {
        const { from, to, port, limitMs } = request;
        const wayToSource = wayTo(endpointOf(request, to.address), { lend: () => null });
        const repointing = { from, to: { ...to, port }, wayToSource };
        const repointed = await repoint(wayOf(request), repointing, limitMs);
        return 'kind' in repointed ? repointed : { kind: 'repointed', repointed };
      }
      case 'verify': {
        const vip = endpointOf(request, request.vip);
        const answered = await verify(vip, request.writeProbe, request.limitMs);
        return 'kind' in answered ? answered : { kind: 'verified', answered };
      }
    }
  }

  return {
    drop() {
      drop();
      parking.drop();
    },
    answer: (request) => (request.kind === 'look' ? look(request.targets) : command(request)),
  };
}

/** Whatever the password: a kept connection has long been let in. `kept` is an endpoint as JSON. */
function isSameServer(kept: string, { host, port, credentials }: NodeEndpoint): boolean {
  const other = JSON.parse(kept) as NodeEndpoint;
  return other.host === host && other.port === port && other.credentials.user === credentials.user;
}

/** In a plan, another command to the same node comes next. */
function isFollowed({ kind }: NodeRequest): boolean {
  return kind === 'catch-up' || kind === 'detach';
}

function endpointOf(from: Pick<ProbeTarget, 'port' | 'credentials'>, host: string): NodeEndpoint {
  return { host, port: from.port, credentials: from.credentials };
}

function addressOf(target: ProbeTarget, name: string): string {
  const node = target.nodes.find((candidate) => candidate.name === name);
  if (!node) throw new Error(`pair ${target.pair} has no node ${name}`);
  return node.address;
}
