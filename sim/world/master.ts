/** One master: its host, its mysqld, and what it has committed. Plain state; `SimWorld` changes it. */
import type { Node } from '../../lib/core/config/config.ts';
import { originatedBy, parseSet, subtract } from '../../lib/core/evidence/gtid.ts';
import { comparePlaces } from '../../lib/core/evidence/log-place.ts';
import type { Obstacle } from '../../lib/core/evidence/probe-results.ts';
import type { InstanceState, Position, ScheduledEvents, Session } from '../../lib/core/evidence/sighting.ts';
import { Channel } from './channel.ts';
import type { CommitLog } from './log.ts';
import type { Known } from './names.ts';
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

/** A statement of ours to a hung server that got no answer. */
export interface Waiting {
  /** What the server does when it wakes. Null where the statement was lost on its way, which nobody can know until then. */
  readonly run: (() => void) | null;
  /** It is to make the server take writes. */
  readonly opens: boolean;
}

/** Its data are replaced by those of the other one. What is broken off leaves nothing that can be used. */
export interface Copy {
  phase: 'at-work' | 'broken-off' | 'copied';
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
  /** Since when `SHOW REPLICA STATUS` is not answered on it; null while it is. */
  statusHangsSinceMs: number | null = null;
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
  /** `offline_mode` is on: applications and replication are thrown out and refused, and we are let in. */
  refusesClients = false;
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
  /** By how much its host's clock is ahead of true time: now, and when mysqld started. Milliseconds. */
  clockOffMs = 0;
  clockOffAtStartMs = 0;
  /** Since when mysqld has been down or its host away; null while it is up. */
  downSinceMs: number | null = null;
  /** Whether mysqld comes up when it is started. */
  startable = true;
  /** How many of our documents its agent has begun. */
  documentsRun = 0;
  /** Transactions of a third origin that only this master has, and that replication cannot bring over. */
  errant = 0;
  /** How many of the other one's it has, because it was copied from there. */
  copiedErrant = 0;
  /** How far the copy has got that makes it anew; null while nobody does that. */
  copy: Copy | null = null;
  /** Statements that a hung server was sent; when it wakes, it carries out those that it has received. */
  waiting: Waiting[] = [];
  readonly #gtid: boolean;

  constructor(node: Node, log: CommitLog, sourceLog: CommitLog, gtid: boolean) {
    this.node = node;
    this.name = node.name;
    // As the address is unique, so is this: `10.0.1.11` → `00000011-…`.
    this.identity = `${(node.address.split('.')[3] ?? '').padStart(8, '0')}-0000-11f0-8000-0242ac110002`;
    this.log = log;
    this.#gtid = gtid;
    this.channel = new Channel(sourceLog, gtid);
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

  /** Whether a commit on it would succeed, by somebody whom it lets in. */
  get isOpen(): boolean {
    return this.answers && this.writable && this.hangsSinceMs === null && this.refusal === null;
  }

  /** Whether a client's commit on it would succeed, once it gets there. */
  get commits(): boolean {
    return this.isOpen && !this.refusesClients;
  }

  /** Whether it applies what it has received. */
  get applies(): boolean {
    return this.mysqld === 'up' && this.hostUp && this.stuckSinceMs === null && this.globalLock === null;
  }

  /** Whether clients that the network leads here can write: the host must take the VIP for its own, too. */
  get servesVip(): boolean {
    return this.commits && this.bound;
  }

  /** `Uptime`: by the clock of its host, so it jumps when that one is set; 0 where that gives none. Seconds. */
  uptimeSeconds(nowMs: number): number {
    const upMs = nowMs - this.startedMs + this.clockOffMs - this.clockOffAtStartMs;
    return Math.max(0, Math.floor(upMs / 1000));
  }

  /** When mysqld started, by the clock of its host as it was then. Seconds since 1970, after a beginning of our own. */
  get startSecond(): number {
    return beginningS + Math.floor((this.startedMs + this.clockOffAtStartMs) / 1000);
  }

  /** RESET BINARY LOGS AND GTIDS: it keeps its rows, and forgets by which GTIDs and places they were known. */
  resetLog(nowMs: number): void {
    this.log.reset(nowMs);
    this.channel.relayLog.forgetNames();
    this.errant = this.copiedErrant = 0;
  }

  /** Its data are removed, before those of the other one come. */
  empty(nowMs: number): void {
    this.log.empty(nowMs);
    this.channel.empty();
    this.order.empty();
    this.errant = this.copiedErrant = 0;
  }

  /** It is a copy of the other one as that is now. */
  fill(nowMs: number, source: Master): void {
    this.log.fill(nowMs, source.channel.relayLog.kept);
    this.channel.fill(nowMs);
    this.order.fill(source.order);
    this.errant = 0;
    this.copiedErrant = source.errant;
    this.unlogged = false;
    source.unlogged = false;
  }

  /** Whether it has transactions of a third origin that the other one lacks. */
  hasErrant(peer: Master): boolean {
    return this.errant > peer.copiedErrant || this.copiedErrant > peer.errant;
  }

  /** Where its own history ends, in the words of `Position`. */
  executed(nowMs: number, peer: Master): Position {
    const { names } = this.log;
    const count = this.log.countAt(nowMs);
    const place = placeIn(names.log, count - names.above);
    if (!this.#gtid) return { gtid: null, ...place };
    const { appliedCount, known } = this.channel.relayLog;
    const sets = [
      rangeOf(this.identity, names.nameOf(count), names.forgotten),
      rangeOf(peer.identity, peer.log.names.highest(appliedCount, known.since), known.forgotten),
      rangeOf(errantOf(this), this.errant),
      rangeOf(errantOf(peer), this.copiedErrant),
    ];
    return { gtid: sets.filter((set) => set !== '').join(','), ...place };
  }

  /** This master's log up to its own transaction of that number, by the names that one knows who has it. */
  positionAt(count: number, { forgotten, since }: Known): Position {
    const { names } = this.log;
    const { log, after } = names.placeOf(count);
    return {
      gtid: this.#gtid ? rangeOf(this.identity, names.highest(count, since), forgotten) : null,
      ...placeIn(log, after),
    };
  }

  /** Whether a position names nothing of this master's that one lacks who has all up to that number. */
  isReachedBy(count: number, position: Position, known: Known): boolean {
    const has = this.positionAt(count, known);
    if (position.gtid === null) return comparePlaces(has, position) >= 0;
    const own = originatedBy(parseSet(position.gtid), this.identity);
    return subtract(own, parseSet(has.gtid ?? '')).size === 0;
  }
}

function errantOf({ identity }: Master): string {
  return `ffff${identity.slice(4)}`;
}

/** When the histories begin. Seconds since 1970. */
const beginningS = 1_750_000_000;

/** The name of its binary log after so many that came before: one that has run for long has rotated it. */
const binlogs = ['mysql-bin.000007', 'mysql-bin.000001'] as const;
const bytesPerTransaction = 100;

function placeIn(log: number, count: number): Pick<Position, 'file' | 'offset'> {
  return { file: binlogs[log === 0 ? 0 : 1], offset: 4 + count * bytesPerTransaction };
}

function rangeOf(identity: string, count: number, above = 0): string {
  return count <= above ? '' : `${identity}:${above + 1}-${count}`;
}
