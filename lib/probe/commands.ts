/** Commands: each request of the protocol but `look`, and the function that carries it out. */
import { catchUp } from './catch-up.ts';
import { attach, detach } from './channel.ts';
import type { Source } from './channel-rows.ts';
import { examine } from './examine.ts';
import { inspect } from './inspect.ts';
import { endpointOf, type NodeWatchers } from './node-watchers.ts';
import type { Parking } from './parking.ts';
import type { ProbeRequest, ProbeRequestOf, ProbeResponse } from './protocol.ts';
import { reconnect } from './reconnect.ts';
import { replicate } from './replicate.ts';
import { askFed, askReplica, repoint } from './repoint.ts';
import { type Way, wayTo } from './statement-session.ts';
import { verify } from './verify.ts';
import { close, open } from './writability.ts';

/** A command to one of the pair's nodes, at its own address. */
type NodeRequest = Exclude<ProbeRequest, { kind: 'look' | 'verify' }>;

/** Where commands find connections that others have made. */
interface Lenders {
  readonly watchers: NodeWatchers;
  readonly parking: Parking;
}

/** Carries out each command, on a connection that is there where possible. */
export class Commands {
  readonly #lenders: Lenders;
  readonly #makeWay: typeof wayTo;

  /** `makeWay` is how commands get to their server. */
  constructor(lenders: Lenders, makeWay: typeof wayTo) {
    this.#lenders = lenders;
    this.#makeWay = makeWay;
  }

  async answer(request: Exclude<ProbeRequest, { kind: 'look' }>): Promise<ProbeResponse> {
    switch (request.kind) {
      case 'close':
        return this.#close(request);
      case 'open':
        return this.#open(request);
      case 'catch-up':
        return this.#catchUp(request);
      case 'detach':
        return this.#detach(request);
      case 'attach':
        return this.#attach(request);
      case 'reconnect':
        return this.#reconnect(request);
      case 'replicate':
        return this.#replicate(request);
      case 'inspect':
        return this.#inspect(request);
      case 'examine':
        return this.#examine(request);
      case 'replica':
        return this.#replica(request);
      case 'feeds':
        return this.#feeds(request);
      case 'repoint':
        return this.#repoint(request);
      case 'verify':
        return this.#verify(request);
    }
  }

  async #close(request: ProbeRequestOf<'close'>): Promise<ProbeResponse> {
    const { kills, events } = request;
    const closing = { peer: this.#sourceOf(request), kills, events };
    const closed = await close(this.#wayOf(request), closing, request.limitMs);
    return 'kind' in closed ? closed : { kind: 'closed', closed };
  }

  async #open(request: ProbeRequestOf<'open'>): Promise<ProbeResponse> {
    const opened = await open(this.#wayOf(request), request.events, request.limitMs);
    return 'kind' in opened ? opened : { kind: 'opened', ...opened };
  }

  async #catchUp(request: ProbeRequestOf<'catch-up'>): Promise<ProbeResponse> {
    const { upTo, limitMs } = request;
    const caughtUp = await catchUp(this.#wayOf(request), this.#sourceOf(request), upTo, limitMs);
    return 'kind' in caughtUp ? caughtUp : { kind: 'caught-up', caughtUp };
  }

  async #detach(request: ProbeRequestOf<'detach'>): Promise<ProbeResponse> {
    const { threads, limitMs } = request;
    const detached = await detach(this.#wayOf(request), this.#sourceOf(request), threads, limitMs);
    return 'kind' in detached ? detached : { kind: 'detached', detached };
  }

  async #attach(request: ProbeRequestOf<'attach'>): Promise<ProbeResponse> {
    const { attaching, limitMs } = request;
    const attached = await attach(this.#wayOf(request), this.#sourceOf(request), attaching, limitMs);
    return 'kind' in attached ? attached : { kind: 'attached', ...attached };
  }

  async #reconnect(request: ProbeRequestOf<'reconnect'>): Promise<ProbeResponse> {
    const asked = await reconnect(this.#wayOf(request), this.#sourceOf(request), request.limitMs);
    return 'kind' in asked ? asked : { kind: 'reconnected', ...asked };
  }

  async #replicate(request: ProbeRequestOf<'replicate'>): Promise<ProbeResponse> {
    const { account, port, limitMs } = request;
    const sourcing = { source: this.#sourceOf(request), account, port };
    const made = await replicate(this.#wayOf(request), sourcing, limitMs);
    return 'kind' in made ? made : { kind: 'replicates' };
  }

  async #inspect(request: ProbeRequestOf<'inspect'>): Promise<ProbeResponse> {
    const obstacles = await inspect(this.#wayOf(request), request.limitMs);
    return 'kind' in obstacles ? obstacles : { kind: 'inspected', obstacles: [...obstacles] };
  }

  async #examine(request: ProbeRequestOf<'examine'>): Promise<ProbeResponse> {
    const facts = await examine(this.#wayOf(request), request.depth, request.limitMs);
    return 'kind' in facts ? facts : { kind: 'examined', facts };
  }

  async #replica(request: ProbeRequestOf<'replica'>): Promise<ProbeResponse> {
    const replica = await askReplica(this.#wayOf(request), request.limitMs);
    return 'kind' in replica ? replica : { kind: 'replica-seen', replica };
  }

  async #feeds(request: ProbeRequestOf<'feeds'>): Promise<ProbeResponse> {
    const asked = await askFed(this.#wayOf(request), request.peer.address, request.limitMs);
    return 'kind' in asked ? asked : { kind: 'fed', fed: [...asked.fed] };
  }

  async #repoint(request: ProbeRequestOf<'repoint'>): Promise<ProbeResponse> {
    const { from, to, port, limitMs } = request;
    const wayToSource = wayTo(endpointOf(request, to.address), { lend: () => null });
    const repointing = { from, to: { ...to, port }, wayToSource };
    const repointed = await repoint(this.#wayOf(request), repointing, limitMs);
    return 'kind' in repointed ? repointed : { kind: 'repointed', repointed };
  }

  async #verify(request: ProbeRequestOf<'verify'>): Promise<ProbeResponse> {
    const vip = endpointOf(request, request.vip);
    const answered = await verify(vip, request.writeProbe, request.limitMs);
    return 'kind' in answered ? answered : { kind: 'verified', answered };
  }

  /** By the connection that the command before has left, or a fresh login; else by one that looks at this very node have kept. */
  #wayOf(request: NodeRequest): Way {
    const { watchers, parking } = this.#lenders;
    const endpoint = endpointOf(request, request.node.address);
    const lend = () => watchers.lend(request.pair, request.node.name, endpoint);
    return this.#makeWay(endpoint, { lend, parking, leaves: isFollowed(request) });
  }

  /** Watch may not have seen the source yet, or be of an older version: who answered there is known here too. */
  #sourceOf({ pair, node, peer }: Extract<NodeRequest, { readonly peer: Source }>): Source {
    if (peer.identity !== null) return peer;
    return { ...peer, identity: this.#lenders.watchers.identityBeside(pair, node.name) };
  }
}

/** In a plan, another command to the same node comes next. */
function isFollowed({ kind }: NodeRequest): boolean {
  return kind === 'catch-up' || kind === 'detach';
}
