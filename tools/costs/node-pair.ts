/**
 * A healthy pair of dual masters as it would be seen at a moment: the first node is writable and writes all the
 * time, the second has all of it at once. Everything follows from the clock, so a thousand of them cost nothing
 * while nobody asks.
 */

/** Transactions a second that the pair's application commits on the first node. */
const TRANSACTIONS_A_SECOND = 50;
const BYTES_A_TRANSACTION = 512;
const FIRST_OFFSET = 157;
/** Above it a binary log is closed and the next one begun, as `max_binlog_size` has it. */
const BINARY_LOG_BYTES = 1_073_741_824;
/** What the pair had written before it was first looked at. */
const EARLIER_TRANSACTIONS = 1_000_000;
/** A source with nothing to send tells its replica once in this time that it is there. Milliseconds. */
const HEARTBEAT_MS = 500;

export type NodePlace = 'first' | 'second';

/** What a node has in its own history, and where it stands in its binary log. */
export interface History {
  readonly transactions: number;
  readonly file: string;
  readonly offset: number;
}

/** A pair of simulated nodes. */
export class NodePair {
  readonly addresses: Readonly<Record<NodePlace, string>>;
  readonly #index: number;
  readonly #bornAtMs: number;
  /** By the key of the row: when its last commit was. */
  readonly #heartbeats = new Map<string, number>();
  #commits = 0;

  constructor(index: number, addresses: Readonly<Record<NodePlace, string>>, bornAtMs: number) {
    this.#index = index;
    this.addresses = addresses;
    this.#bornAtMs = bornAtMs;
  }

  isWritable(place: NodePlace): boolean {
    return place === 'first';
  }

  /** `@@server_uuid`, of the form that mysqld makes at its first start. */
  identity(place: NodePlace): string {
    const last = (this.#index * 2 + (place === 'first' ? 1 : 2)).toString(16).padStart(12, '0');
    return `5ca1ab1e-0000-11f1-8000-${last}`;
  }

  serverId(place: NodePlace): number {
    return this.#index * 2 + (place === 'first' ? 1 : 2);
  }

  uptimeSeconds(nowMs: number): number {
    return 86_400 + Math.floor((nowMs - this.#bornAtMs) / 1000);
  }

  /** The second node writes nothing of its own after it was made. */
  history(place: NodePlace, nowMs: number): History {
    const transactions = place === 'first' ? this.#written(nowMs) : 3;
    const bytes = FIRST_OFFSET + transactions * BYTES_A_TRANSACTION;
    const number = 1 + Math.floor(bytes / BINARY_LOG_BYTES);
    const file = `binlog.${String(number).padStart(6, '0')}`;
    return { transactions, file, offset: bytes % BINARY_LOG_BYTES };
  }

  /** `gtid_executed`: the node's own history and its peer's, which it has applied. The same on both. */
  executed(nowMs: number): string {
    return [this.gtids('first', nowMs), this.gtids('second', nowMs)].join(',\n');
  }

  gtids(place: NodePlace, nowMs: number): string {
    return `${this.identity(place)}:1-${this.history(place, nowMs).transactions}`;
  }

  /** How often this node's channel was told that its source is there: only by one that has nothing to send. */
  heartbeatsReceived(place: NodePlace, nowMs: number): number {
    return place === 'first' ? Math.floor((nowMs - this.#bornAtMs) / HEARTBEAT_MS) : 0;
  }

  commitHeartbeat(key: string, nowMs: number): void {
    this.#commits += 1;
    this.#heartbeats.set(key, nowMs);
  }

  /** The rows of `keepalambda.heartbeat`: the same on both nodes, because they are replicated at once. */
  get heartbeats(): ReadonlyMap<string, number> {
    return this.#heartbeats;
  }

  #written(nowMs: number): number {
    const seconds = (nowMs - this.#bornAtMs) / 1000;
    return EARLIER_TRANSACTIONS + Math.floor(seconds * TRANSACTIONS_A_SECOND) + this.#commits;
  }
}
