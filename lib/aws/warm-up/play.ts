/**
 * What happens in the play that warms a function up: both masters are well, then the holder dies, and the standby is made
 * the new holder. Times are the play's own.
 */
import type { Config, Pair } from '../../core/config/config.ts';
import type { Position, Saw, Server } from '../../core/evidence/sighting.ts';
import type { ProbeAnswer, ProbeRequest, ProbeResponse } from '../../probe/protocol.ts';

/** After how many looks the holder dies: enough for the standby to count as ready. */
const LIVES_FOR_LOOKS = 8;
/** What the standby has heard nothing for, once its source is dead: longer than any witness counts. Milliseconds. */
const DEAF_MS = 60_000;
/** How long a held look is held. Milliseconds. */
const HELD_MS = 1000;

/** The state of the play: who has the VIP, and which nodes take writes. */
export class Play {
  readonly config: Config;
  readonly #open: Set<string>;
  #looks = 0;
  /** The name of the node that has the VIP. */
  holder: string;
  /** The ids of the instances that were stopped. */
  readonly stopped = new Set<string>();
  /** The security groups of the ENIs that were given others. */
  readonly groups = new Map<string, string>();

  constructor(config: Config) {
    this.config = config;
    this.holder = this.pair.nodes[0].name;
    const areBothOpen = this.pair.writability === 'untouched';
    this.#open = new Set(areBothOpen ? this.pair.nodes.map(({ name }) => name) : [this.holder]);
  }

  /** The pair of the play: the environment's first. */
  get pair(): Pair {
    return this.config.pairs[0] as Pair;
  }

  /** The probe's answer, and after how long it comes. */
  answer(request: ProbeRequest): { readonly response: ProbeResponse; readonly afterMs: number } {
    const isHeld = request.kind === 'look' && request.targets.every(({ order }) => order.kind === 'held');
    return { response: this.#respond(request), afterMs: isHeld ? HELD_MS : 1 };
  }

  #respond(request: ProbeRequest): ProbeResponse {
    const position = this.#position();
    switch (request.kind) {
      case 'look':
        return this.#look();
      case 'close':
      case 'examine':
      case 'replica':
      case 'feeds':
      case 'repoint':
        return { kind: 'failed', failure: 'unreachable', because: 'connect: ECONNREFUSED' };
      case 'open':
        this.#open.add(request.node.name);
        return { kind: 'opened', wasWritable: false };
      case 'catch-up': {
        const at = { applied: position, received: position, executed: position };
        return { kind: 'caught-up', caughtUp: { reached: true, ...at, because: '' } };
      }
      case 'detach':
        return { kind: 'detached', detached: { was: 'running', received: position, outlasts: false } };
      case 'attach':
        return { kind: 'attached', wasRunning: false };
      case 'reconnect':
        return { kind: 'reconnected', answers: false };
      case 'replicate':
        return { kind: 'replicates' };
      case 'inspect':
        return { kind: 'inspected', obstacles: [] };
      case 'verify': {
        const answered = { identity: this.holder, writable: true, heartbeat: { kind: 'committed' } } as const;
        return { kind: 'verified', answered };
      }
    }
  }

  #look(): ProbeAnswer<'look'> {
    this.#looks += 1;
    const [first, second] = this.pair.nodes;
    const isDead = this.#looks > LIVES_FOR_LOOKS;
    const sightings = [
      { node: first.name, saw: isDead ? ({ kind: 'refused' } as const) : this.#answers(0, isDead) },
      { node: second.name, saw: this.#answers(1, isDead) },
    ];
    return { kind: 'looks', pairs: { [this.pair.name]: sightings } };
  }

  #answers(index: 0 | 1, isDeaf: boolean): Saw {
    const node = this.pair.nodes[index];
    const source = this.pair.nodes[index === 0 ? 1 : 0];
    const position = this.#position();
    const server: Server = {
      identity: node.name,
      version: '8.4.0',
      flavor: 'mysql',
      writable: this.#open.has(node.name),
      halfClosed: false,
      uptimeSeconds: 86_400,
      roundTripMs: 1,
      clockOffMs: 0,
      binaryLog: 'on',
      semiSync: null,
      events: null,
      globalLock: null,
      loginRefused: null,
      executed: position,
      heartbeat: { kind: this.holder === node.name ? 'committed' : 'not-tried' },
      inbound: {
        kind: 'configured',
        io: isDeaf ? 'connecting' : 'yes',
        sql: 'yes',
        lagSeconds: isDeaf ? null : 0,
        ioError: null,
        sqlError: null,
        sourceAddress: source.address,
        sourceIdentity: source.name,
        delaySeconds: 0,
        retrySeconds: 60,
        applierBlocked: null,
        received: position,
        applied: position,
        caughtUp: true,
        heardAgoMs: isDeaf ? DEAF_MS : 10,
        receivedAgoMs: isDeaf ? DEAF_MS : 10,
      },
    };
    return { kind: 'answered', server };
  }

  /** It grows while the holder lives, as on a server that is used. */
  #position(): Position {
    const count = Math.min(this.#looks, LIVES_FOR_LOOKS) + 1;
    const gtid = `3e11fa47-71ca-11e1-9e33-c80aa9429562:1-${count}`;
    return { gtid, file: 'binlog.000001', offset: 100 + count * 300 };
  }
}
