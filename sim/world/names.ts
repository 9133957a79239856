/**
 * By which names servers know the transactions of one master: GTIDs, or places in its binary log. Names count from 1 again when
 * somebody resets that log. After a copy of another server, GTIDs go on from what that one has, in a new log.
 */

/** Which names of another server's one knows that it has: those above `forgotten`, as the logs from `since` on gave them. */
export interface Known {
  readonly forgotten: number;
  readonly since: number;
}

export const knowsAll: Known = { forgotten: 0, since: 0 };

/** One binary log, from its beginning to the next one's. */
interface BinaryLog {
  /** Its first transaction has the number after this one. */
  readonly above: number;
  /** The name of the number `above`. */
  readonly from: number;
  /** The last number that the log before it has. */
  readonly lastBefore: number;
  /** Its server has no data: nobody else has anything of it. */
  readonly isEmpty: boolean;
  /** Names up to this one, given by earlier logs, are not known to its server: the copy came from one that had forgotten them. */
  readonly forgotten: number;
}

export class Names {
  readonly #logs: BinaryLog[] = [{ above: 0, from: 0, lastBefore: 0, isEmpty: false, forgotten: 0 }];

  /** A new log, whose names count from 1. */
  begin(above: number): void {
    this.#logs.push({ above, from: 0, lastBefore: above, isEmpty: false, forgotten: 0 });
  }

  /** The same on a server whose data are removed, so that numbers count from 1, too. */
  beginEmpty(lastBefore: number): void {
    if (this.#newest.isEmpty) return;
    this.#logs.push({ above: 0, from: 0, lastBefore, isEmpty: true, forgotten: 0 });
  }

  /** The log of a server that was empty goes on after that number and its name. */
  fill(above: number, name: number, forgotten: number): void {
    const { lastBefore } = this.#newest;
    this.#logs[this.log] = { above, from: name, lastBefore, isEmpty: false, forgotten };
  }

  /** Names up to this one are not known to its own server. */
  get forgotten(): number {
    return this.#newest.forgotten;
  }

  /** Which log is the newest: 0 for the first. */
  get log(): number {
    return this.#logs.length - 1;
  }

  /** The last number before the newest log. */
  get above(): number {
    return this.#newest.above;
  }

  /** The last number that this log has; infinite for the newest. */
  endOf(log: number): number {
    return this.#logs[log + 1]?.lastBefore ?? Number.POSITIVE_INFINITY;
  }

  /** The log that gave the transaction of that number to others, and after how many. */
  placeOf(number: number): { readonly log: number; readonly after: number } {
    let log = this.log;
    while (log > 0 && (this.#at(log).isEmpty || number <= this.#at(log).above)) log--;
    return { log, after: number - this.#at(log).above };
  }

  /** The name that the newest log gives to that number. */
  nameOf(number: number): number {
    const { above, from } = this.#newest;
    return number - above + from;
  }

  /** The number to which the newest log gives that name. */
  numberOf(name: number): number {
    const { above, from } = this.#newest;
    return name - from + above;
  }

  /** The highest name among the transactions up to that number that others have; with `since`, as the logs from that one on give them. */
  highest(number: number, since = 0): number {
    let highest = 0;
    for (let log = since; log <= this.log; log++) {
      const { above, from, isEmpty } = this.#at(log);
      if (isEmpty || number < above) continue;
      const next = this.#logs[log + 1];
      const last = next === undefined ? number : next.isEmpty ? next.lastBefore : next.above;
      highest = Math.max(highest, Math.min(number, last) - above + from);
    }
    return highest;
  }

  #at(log: number): BinaryLog {
    return this.#logs[log] as BinaryLog;
  }

  get #newest(): BinaryLog {
    return this.#at(this.log);
  }
}
