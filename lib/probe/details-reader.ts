/**
 * What a look reads of a server besides its pulse: replication, binary log, counters.
 *
 * These reads have a connection of their own. Their statements wait for locks that a stuck commit or a full disk can
 * hold for good (the binary log's, the relay log's). A server whose details are stuck still answers: it must be seen as
 * what it is, not as silent. At most one set of statements is under way; until it returns, the last answers stay.
 *
 * Every look at a node that may be a witness reads what its channel hears. All else is read once a second: the
 * conditions that it shows last for seconds, and with many pairs these statements are most of what the probe does. What
 * a channel hears is a short answer where the server has one (`Dialect.ear`); its whole row is read with all else, and
 * with every look that is urgent.
 */
import { noPlace } from '../core/evidence/log-place.ts';
import { ChannelReader, type ChannelWords, type Peer } from './channel-reader.ts';
import { isCaughtUp } from './channel-rows.ts';
import type { MysqlLink } from './connection.ts';
import { type Counters, readBinaryLog, readCounters } from './counter-rows.ts';
import { MysqlFailure, sawOf } from './errors.ts';
import { KeptConnection, type Lent } from './kept-connection.ts';
import { logEndAt } from './log-end.ts';
import type { Logins } from './logins.ts';
import type { Pulse } from './pulse-row.ts';
import { startSecondOf } from './start-second.ts';
import { noTroubles, TroubleReader, type Troubles } from './troubles.ts';
import { nowMs, within } from './waiting.ts';

export interface DetailWords extends ChannelWords {
  readonly binaryLog: { readonly file: string; readonly offset: number };
  /**
   * The server says that it has no binary log, even if `@@log_bin` is on: a server switches its log off when it cannot
   * write it.
   */
  readonly logIsOff: boolean;
  readonly counters: Counters;
  /** `Server.startSecond`; null while it is not known. */
  readonly startSecond: number | null;
  readonly troubles: Troubles;
}

/** What a look wants to know of its node. */
export interface Wanted {
  /** It may be a witness: what its channel hears is read with every look. */
  readonly witness: boolean;
  /** Its source commits heartbeats: their row is read here. */
  readonly follows: boolean;
  /** Something is suspected: everything must be read now, and in full. */
  readonly urgent: boolean;
}

/** How often all is read. Milliseconds: a little less than a second, because looks are not on the dot. */
const EVERY_MS = 900;

/** What the look has read before, and when that was answered. */
interface ReadPulse {
  readonly pulse: Pulse;
  readonly atMs: number;
}

/** The details of the node that these logins lead to, and which replicates from `peer`. */
export class DetailsReader {
  readonly #channel: ChannelReader;
  readonly #kept: KeptConnection;
  readonly #troubleReader = new TroubleReader();
  /** The statements that have not returned yet. */
  #underWay: Promise<void> | null = null;
  #refusal: MysqlFailure | null = null;
  #readAtMs = Number.NEGATIVE_INFINITY;

  #binaryLog = noPlace;
  #logIsOff = false;
  #logAtMs = Number.NEGATIVE_INFINITY;
  #countersAtMs = Number.NEGATIVE_INFINITY;
  #counters: Counters = {
    uptimeSeconds: 0,
    ageSeconds: null,
    connections: 0,
    heartbeats: null,
    heartbeatSeconds: null,
    semiSync: null,
  };
  #startSecond: number | null = null;
  /** A connection is to one process. */
  #startSecondBy: MysqlLink | null = null;
  #troubles = noTroubles;

  constructor(logins: Logins, peer: Peer) {
    this.#kept = new KeptConnection(logins);
    this.#channel = new ChannelReader(peer);
  }

  /**
   * Reads what is due of the details, waiting at most `limitMs`. Throws a `MysqlFailure` only when the server refuses
   * to tell (a missing grant).
   */
  async read(pulse: Pulse, wanted: Wanted, limitMs: number): Promise<DetailWords> {
    const beganAtMs = nowMs();
    const begunEarlier = this.#underWay !== null;
    if (begunEarlier || wanted.witness || this.#isDue) {
      this.#underWay ??= this.#begin({ pulse, atMs: beganAtMs }, wanted, limitMs);
      // Statements that are stuck since an earlier look are not waited for again, but their answer may just have come.
      await within(this.#underWay, begunEarlier ? 0 : limitMs);
    }
    if (this.#refusal !== null) throw this.#refusal;
    const atMs = nowMs();
    return {
      ...this.#channel.words(atMs),
      binaryLog: logEndAt(pulse, this.#binaryLog, this.#logAtMs, { beganAtMs, atMs }),
      logIsOff: this.#logIsOff,
      counters: this.#countersAt(atMs),
      startSecond: this.#startSecond,
      troubles: this.#troubles,
    };
  }

  /** Its connection for a command, unless statements are under way on it. */
  lend(): Lent | null {
    return this.#underWay === null ? this.#kept.lend() : null;
  }

  drop(): void {
    this.#kept.drop();
  }

  /**
   * The uptime goes on while a statement is stuck: its connection is to the process that said it. One that stood still would look
   * like that of a process which has started since.
   */
  #countersAt(atMs: number): Counters {
    const { uptimeSeconds } = this.#counters;
    if (this.#underWay === null || uptimeSeconds === 0) return this.#counters;
    const sinceSeconds = Math.floor((atMs - this.#countersAtMs) / 1000);
    return { ...this.#counters, uptimeSeconds: uptimeSeconds + sinceSeconds };
  }

  async #refreshCounters({ pulse, atMs }: ReadPulse, link: MysqlLink): Promise<void> {
    const askedAtMs = nowMs();
    this.#counters = readCounters(await link.queryAgain(link.dialect.counters, [], null));
    this.#countersAtMs = nowMs();
    const { ageSeconds } = this.#counters;
    const [sinceMs, tookMs] = [this.#countersAtMs - atMs, this.#countersAtMs - askedAtMs];
    const known = this.#startSecondBy === link ? this.#startSecond : null;
    this.#startSecond = known ?? startSecondOf(pulse, { ageSeconds, sinceMs, tookMs });
    this.#startSecondBy = link;
  }

  get #isDue(): boolean {
    return nowMs() - this.#readAtMs >= EVERY_MS;
  }

  /** Begins a set of statements. A refusal is remembered until the server answers again. */
  #begin(read: ReadPulse, wanted: Wanted, limitMs: number): Promise<void> {
    return this.#kept
      .use(limitMs, (link) => this.#refresh(read, wanted, link))
      .then(
        () => {
          this.#refusal = null;
        },
        (error: unknown) => {
          this.#refusal = isRefusal(error) ? error : null;
        },
      )
      .finally(() => {
        this.#underWay = null;
      });
  }

  async #refresh(read: ReadPulse, { follows, urgent }: Wanted, link: MysqlLink): Promise<void> {
    const { dialect } = link;
    const { pulse } = read;
    const all = this.#isDue;
    // Where the server has nothing better, the counters show whether the channel heard its source.
    if (all || dialect.ear === null) await this.#refreshCounters(read, link);
    const wholeMs = this.#channel.wholeMs(dialect, pulse);
    const part = { follows, all, isWhole: urgent || (all && this.#channel.wholeAgoMs >= wholeMs) };
    const seen = await this.#channel.read(pulse, part, this.#counters, link);
    if (!all) return;
    if (urgent || nowMs() - this.#logAtMs >= wholeMs) {
      const log = await link.queryWithoutLimit(dialect.binaryLogStatus, []);
      this.#binaryLog = readBinaryLog(log);
      this.#logIsOff = log.length === 0;
      this.#logAtMs = nowMs();
    }
    this.#readAtMs = nowMs();
    const caughtUp = seen === null || isCaughtUp(seen, pulse.workers);
    this.#troubles = await this.#troubleReader.read(link, seen, this.#counters, caughtUp);
  }
}

/** The server lets us in, but refuses to answer a question: a missing grant. A refused login is reported elsewhere. */
function isRefusal(error: unknown): error is MysqlFailure {
  return error instanceof MysqlFailure && error.during === 'query' && sawOf(error).kind === 'locked-out';
}
