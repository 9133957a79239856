/** The watchers of all nodes that this probe looks at, and what they know of each other. */
import type { NodeEndpoint } from './connection.ts';
import { HeartbeatLag } from './heartbeat-lag.ts';
import type { Lent } from './kept-connection.ts';
import type { ProbeTarget } from './look-schemas.ts';
import { NodeWatcher } from './node-watcher.ts';

interface Watched {
  /** As JSON. */
  readonly endpoint: string;
  readonly watcher: NodeWatcher;
}

/** Each map has the key `pair/node`. */
export class NodeWatchers {
  readonly #watched = new Map<string, Watched>();
  /** What was committed on a node. Its own watcher notes it; the lag of its peer is measured by it. */
  readonly #beats = new Map<string, HeartbeatLag>();
  /** Who answered at each node. It outlives the connections: as a rule, a server does not change while no look is under way. */
  readonly #identities = new Map<string, string>();

  /** The watcher of a node; a new one when its address or the credentials have changed. */
  of(target: ProbeTarget, name: string): NodeWatcher {
    const key = keyOf(target.pair, name);
    const endpoint = endpointOf(target, addressOf(target, name));
    const kept = this.#watched.get(key);
    if (kept?.endpoint === JSON.stringify(endpoint)) return kept.watcher;
    kept?.watcher.drop();
    const watcher = this.#make(target, name, endpoint);
    this.#watched.set(key, { endpoint: JSON.stringify(endpoint), watcher });
    return watcher;
  }

  /** A connection that the watcher of this node has kept, if it leads to this endpoint and one is free. */
  lend(pair: string, node: string, endpoint: NodeEndpoint): Lent | null {
    const kept = this.#watched.get(keyOf(pair, node));
    return kept !== undefined && isSameServer(kept.endpoint, endpoint) ? kept.watcher.lend() : null;
  }

  /** Who answered last at the other node of the pair; null while nobody has. */
  identityBeside(pair: string, node: string): string | null {
    const other = [...this.#identities].find(
      ([key]) => key.startsWith(`${pair}/`) && key !== keyOf(pair, node),
    );
    return other?.[1] ?? null;
  }

  /** Throws all connections away, and forgets the heartbeats that were committed on them. */
  drop(): void {
    for (const { watcher } of this.#watched.values()) watcher.drop();
    this.#watched.clear();
    this.#beats.clear();
  }

  #make(target: ProbeTarget, name: string, endpoint: NodeEndpoint): NodeWatcher {
    const { pair, nodes } = target;
    const peer = nodes.find((node) => node.name !== name) ?? { name: '', address: '' };
    return new NodeWatcher({
      node: name,
      endpoint,
      beats: this.#beatsOf(pair, name),
      peer: {
        node: peer.name,
        address: peer.address,
        beats: this.#beatsOf(pair, peer.name),
        identity: () => this.#identities.get(keyOf(pair, peer.name)) ?? null,
      },
      onIdentity: (identity) => this.#identify(pair, name, identity),
    });
  }

  #beatsOf(pair: string, node: string): HeartbeatLag {
    const key = keyOf(pair, node);
    const known = this.#beats.get(key) ?? new HeartbeatLag();
    this.#beats.set(key, known);
    return known;
  }

  /** If another server answers at the node than before, the heartbeats of the old one mean nothing there. */
  #identify(pair: string, node: string, identity: string): void {
    const key = keyOf(pair, node);
    const before = this.#identities.get(key);
    if (before !== undefined && before !== identity) this.#beatsOf(pair, node).forget();
    this.#identities.set(key, identity);
  }
}

/** The server of a pair at that address. */
export function endpointOf(from: Pick<ProbeTarget, 'port' | 'credentials'>, host: string): NodeEndpoint {
  return { host, port: from.port, credentials: from.credentials };
}

function keyOf(pair: string, node: string): string {
  return `${pair}/${node}`;
}

function addressOf(target: ProbeTarget, name: string): string {
  const node = target.nodes.find((candidate) => candidate.name === name);
  if (!node) throw new Error(`pair ${target.pair} has no node ${name}`);
  return node.address;
}

/** The password does not matter: the server let a kept connection in long ago. `kept` is an endpoint as JSON. */
function isSameServer(kept: string, { host, port, credentials }: NodeEndpoint): boolean {
  const other = JSON.parse(kept) as NodeEndpoint;
  return other.host === host && other.port === port && other.credentials.user === credentials.user;
}
