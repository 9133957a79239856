/** One master: its host, its mysqld, and what it has committed. Plain state; `SimWorld` changes it. */
import type { Node } from '../../lib/core/config.ts';
import type { Obstacle } from '../../lib/core/probe-results.ts';
import type { InstanceState, Position, ScheduledEvents, Session } from '../../lib/core/sighting.ts';
import { Channel } from './channel.ts';
import type { CommitLog } from './log.ts';
import { Order } from './order.ts';

/** `hung`: the process is there, its sockets too, and nothing answers (SIGSTOP, dead storage). */
export type Mysqld = 'up' | 'hung' | 'down';

/** Who last made a master writable or read-only. `start`: mysqld came up as its configuration says. */
export type Writability = 'setup' | 'start' | 'keepalambda' | 'person';

/** Semi-synchronous replication of a source: whether its commits wait for the other's word. */
export interface SemiSyncState {
  readonly timeoutMs: number;
  /** Since when a commit has waited; null while none does. */
  waitingSinceMs: number | null;
  /** It waited for too long, and commits without until the standby has caught up again. */
  gaveUp: boolean;
}

export class Master {
  readonly node: Node;
  readonly name: string;
  readonly identity: string;
  readonly log: CommitLog;
  /** Replication from the other master into this one. */
  readonly channel: Channel;
  /** In which order it carried out its own transactions and the other's. */
  readonly order = new Order();
  hostUp = true;
  /** Nobody reaches it for a moment, and nothing of it has stopped: its network is gone. */
  offline = false;
  mysqld: Mysqld = 'up';
  writable = false;
  /** Who made it what `writable` says, and when. */
  writabilityBy: Writability = 'setup';
  writabilityAtMs = 0;
  /** `read_only` is on and `super_read_only` is not: closed to applications, not to privileged accounts. */
  halfClosed = false;
  /** Since when nothing can be committed although reads are answered (a full disk); null while all is well. */
  stuckSinceMs: number | null = null;
  /** The session that holds a global read lock, and since when: commits hang, and so does the applier. */
  globalLock: { readonly session: Session; readonly sinceMs: number } | null = null;
  /** The server is open by its own word and refuses every write. */
  refusal: { readonly errno: number; readonly message: string } | null = null;
  /** Our heartbeat's own table or row is in the way of it. */
  barred: { readonly because: string; readonly blocker: Session | null } | null = null;
  /** A session whose work keeps an order to close waiting. */
  blocker: Obstacle | null = null;
  /** Since when our order to close it has waited for a session, with every write behind it; null while none does. */
  closingSinceMs: number | null = null;
  /** A privileged account that writes whatever `read_only` says. */
  privilegedWriter = false;
  semiSync: SemiSyncState | null = null;
  /** Numbers of commits that wait for the other's word. */
  readonly pending: number[] = [];
  binaryLog: 'on' | 'off' = 'on';
  /** It took writes without a binary log: to a failover, the other one lacks them, and nobody can say which. */
  unlogged = false;
  events: ScheduledEvents | null = null;
  connectionsFull = false;
  /** Our account is refused: somebody changed the password. */
  lockedOut = false;
  /** While hung, its dump thread still sends heartbeats, so that the other believes to hear it. */
  dumpBeats = false;
  /** Its ENI is in the quarantine group alone: nobody reaches it, and it reaches nobody. */
  isolated = false;
  groups: readonly string[] = ['sg-0a0a0a0a'];
  /** Whether the host accepts the VIP as an address of its own. */
  bound = true;
  /** Whether the ENI takes one more address. */
  room = true;
  instance: InstanceState = 'running';
  /** It has been up for a day when the history begins. */
  startedMs = -86_400_000;
  /** Since when mysqld has been down or its host away; null while it is up. */
  downSinceMs: number | null = null;
  /** Whether mysqld comes up when it is started. */
  startable = true;
  /** How many of our documents its agent has begun. */
  documentsRun = 0;
  /** Transactions of a third origin that only this master has, and that replication cannot bring over. */
  errant = 0;
  /** Statements that a hung server has received and carries out when it wakes. */
  waiting: (() => void)[] = [];
  readonly #gtid: boolean;

  constructor(node: Node, log: CommitLog, sourceLog: CommitLog, gtid: boolean) {
    this.node = node;
    this.name = node.name;
    // As the address is unique, so is this: `10.0.1.11` → `00000011-…`.
    this.identity = `${(node.address.split('.')[3] ?? '').padStart(8, '0')}-0000-11f0-8000-0242ac110002`;
    this.log = log;
    this.#gtid = gtid;
    this.channel = new Channel(sourceLog);
  }

  /**
   * Changes whether it takes writes. A person who finds it so already has not made it so. Must be called within
   * `SimWorld.change`.
   */
  setWritable(nowMs: number, writable: boolean, by: Writability, halfClosed = false): void {
    const isSo = writable === this.writable && !halfClosed;
    this.writable = writable;
    this.halfClosed = halfClosed;
    if (isSo && by === 'person') return;
    this.writabilityBy = by;
    this.writabilityAtMs = nowMs;
  }

  /** Whether anything of it can be reached by network at all. */
  get reachable(): boolean {
    return this.hostUp && !this.isolated && !this.offline;
  }

  /** Whether it carries out statements. */
  get answers(): boolean {
    return this.reachable && this.mysqld === 'up';
  }

  /** Since when commits have hung, whatever the cause; null while they do not. */
  get hangsSinceMs(): number | null {
    return (
      this.stuckSinceMs ?? this.globalLock?.sinceMs ?? this.semiSync?.waitingSinceMs ?? this.closingSinceMs
    );
  }

  /** Whether a client's commit on it would succeed, once it gets there. */
  get commits(): boolean {
    return this.answers && this.writable && this.hangsSinceMs === null && this.refusal === null;
  }

  /** Whether it applies what it has received. */
  get applies(): boolean {
    return this.mysqld === 'up' && this.hostUp && this.stuckSinceMs === null && this.globalLock === null;
  }

  /** Whether clients that the network leads here can write: the host must take the VIP for its own, too. */
  get servesVip(): boolean {
    return this.commits && this.bound;
  }

  /** Where its own history ends, in the words of `Position`. */
  executed(nowMs: number, peer: Master): Position {
    const own = this.log.countAt(nowMs);
    if (!this.#gtid) return this.positionAt(own);
    let gtid = rangeOf(this.identity, own);
    const applied = rangeOf(peer.identity, this.channel.appliedCount);
    if (applied !== '') gtid = gtid === '' ? applied : `${gtid},${applied}`;
    if (this.errant > 0) {
      const errant = rangeOf(`ffff${this.identity.slice(4)}`, this.errant);
      gtid = gtid === '' ? errant : `${gtid},${errant}`;
    }
    return { gtid, file: binlog, offset: offsetOf(own) };
  }

  /** This master's log up to its own transaction of that number. */
  positionAt(count: number): Position {
    return {
      gtid: this.#gtid ? rangeOf(this.identity, count) : null,
      file: binlog,
      offset: offsetOf(count),
    };
  }

  /** How many of this master's own transactions a position covers. */
  countIn(position: Position): number {
    if (position.gtid === null) return Math.round((position.offset - 4) / bytesPerTransaction);
    const start = position.gtid.indexOf(`${this.identity}:1-`);
    return start < 0 ? 0 : Number.parseInt(position.gtid.slice(start + this.identity.length + 3), 10);
  }
}

const binlog = 'mysql-bin.000001';
const bytesPerTransaction = 100;

function offsetOf(count: number): number {
  return 4 + count * bytesPerTransaction;
}

function rangeOf(identity: string, count: number): string {
  return count === 0 ? '' : `${identity}:1-${count}`;
}
