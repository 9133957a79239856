/**
 * The rows of the application: 50 keys, each written by every fiftieth transaction of either master, as whole rows
 * (row-based replication). Nothing is stored: what a row holds follows from the logs and from the order in which the
 * master carried transactions out. Asked for only when somebody judges.
 */
import type { NodeName } from '../../lib/core/names.ts';
import type { Transaction } from './log.ts';
import type { Master } from './master.ts';
import type { Run } from './order.ts';
import type { Held } from './received-numbers.ts';

/** How many rows there are. */
export const keyCount = 50;

/** A transaction of a client, or a row's content: which master it was committed on, and which it was. */
export interface Write extends Transaction {
  readonly origin: NodeName;
}

/** One row of a master. */
export interface TableRow {
  readonly key: number;
  /** Who wrote it last; null if nobody did since the history began. */
  readonly last: Write | null;
}

/** A row in which an acknowledged write was replaced by an older one. */
export interface Overwrite {
  readonly node: NodeName;
  readonly key: number;
  /** What stood there, and was acknowledged. */
  readonly newer: Write;
  /** What replaced it. */
  readonly older: Write;
}

/** Numbers of one origin that stand for two different transactions. */
export interface Collision {
  readonly origin: NodeName;
  readonly from: number;
  readonly to: number;
  /** Whether the other master has received transactions of the first kind: then the two differ for good. */
  readonly peerHasFirst: boolean;
  /** When the transactions of the first kind were lost, or a moment before, and how long before that the first was committed. */
  readonly lostAtMs: number;
  readonly lostForMs: number;
}

/** What a master lacks of all that was ever acknowledged to clients. */
export interface Lacking {
  readonly count: number;
  readonly first: Write | null;
  readonly last: Write | null;
}

/** The content of every row of the master. */
export function rowsOf(master: Master, peer: Master, nowMs: number): readonly TableRow[] {
  const found = new Map<number, Write>();
  for (const run of master.order.runs()) {
    if (found.size === keyCount) break;
    for (let number = run.to; number > run.from && found.size < keyCount; number--) {
      const key = number % keyCount;
      if (found.has(key) || isSkipped(run, number, master)) continue;
      const write = writeIn(run, number, master, peer, nowMs);
      if (isRowWrite(write)) found.set(key, write);
    }
  }
  return Array.from({ length: keyCount }, (_, key) => ({ key, last: found.get(key) ?? null }));
}

/** Each row in which an older transaction of the other master came after a newer acknowledged one of its own. */
export function overwrittenOn(master: Master, peer: Master, nowMs: number): readonly Overwrite[] {
  const found: Overwrite[] = [];
  for (const run of master.order.runs()) {
    if (run.of !== 'applied' || run.beside === 0) continue;
    const lastOwn = master.log.transaction(run.beside, nowMs);
    const least = Math.max(run.from, run.to - keyCount);
    for (let number = run.to; number > least; number--) {
      if (isSkipped(run, number, master)) continue;
      const older = writeIn(run, number, master, peer, nowMs);
      if (!isRowWrite(older)) continue;
      if (older.committedAtMs >= lastOwn.committedAtMs) continue;
      const newer = lastOwnOf(number % keyCount, run.beside, older.committedAtMs, master, nowMs);
      if (newer !== null) found.push({ node: master.name, key: number % keyCount, newer, older });
    }
  }
  return found;
}

/** Numbers of this master's own that it gave away twice, with different contents: from the first that no person took by hand. */
export function collisionsOf(master: Master, peer: Master, nowMs: number): readonly Collision[] {
  return master.log.reused(nowMs).flatMap(({ from: first, to, incarnation }) => {
    let from = first;
    while (from <= to && master.log.transaction(from, nowMs, incarnation).by === 'person') from++;
    if (from > to) return [];
    const { relayLog } = peer.channel;
    const peerHasFirst = relayLog.received >= from && relayLog.incarnationOf(from) < incarnation;
    const { log } = master;
    const lostAtMs = log.committedAtMs(log.endOf(incarnation - 1, nowMs), nowMs, incarnation - 1);
    const lostForMs = lostAtMs - log.committedAtMs(from, nowMs, incarnation - 1);
    return [{ origin: master.name, from, to, peerHasFirst, lostAtMs, lostForMs }];
  });
}

/** What clients were told is committed, on either master, and this one does not have. */
export function lackingOn(master: Master, peer: Master, nowMs: number): Lacking {
  let count = 0;
  let first: Write | null = null;
  let last: Write | null = null;
  for (const write of missingWrites(master, peer, nowMs)) {
    count++;
    if (first === null || write.committedAtMs < first.committedAtMs) first = write;
    if (last === null || write.committedAtMs > last.committedAtMs) last = write;
  }
  return { count, first, last };
}

function* missingWrites(master: Master, peer: Master, nowMs: number): Generator<Write> {
  for (const origin of [peer, master]) {
    const { log } = origin;
    for (let incarnation = 0; incarnation <= log.incarnation; incarnation++) {
      const held = heldOf(master, origin, incarnation);
      const end = log.endOf(incarnation, nowMs);
      for (let number = log.baseOf(incarnation) + 1; number <= end; number++) {
        if (number > held.above && number <= held.upTo)
          number = nextLacking(master, origin, number, held.upTo);
        if (number > end) break;
        const write = { origin: origin.name, ...log.transaction(number, nowMs, incarnation) };
        if (write.by === 'client' && write.acknowledgedAtMs !== null) yield write;
      }
    }
  }
}

/** Which numbers the master has of those that this life of the origin's log gave away. */
function heldOf(master: Master, origin: Master, incarnation: number): Held {
  return master === origin ? master.log.heldOf(incarnation) : master.channel.relayLog.heldOf(incarnation);
}

/** It has a name that the master knew already, or that the one knew of which it is a copy, so it was never carried out there. */
function isSkipped(run: Run, number: number, { channel, log }: Master): boolean {
  return run.of === 'applied' ? channel.relayLog.skipped(number) : log.isLeftOut(number);
}

/** The first number from that one on that the master lacks, of those that it was given up to `upTo`. */
function nextLacking(master: Master, origin: Master, number: number, upTo: number): number {
  if (master !== origin) return Math.min(upTo + 1, master.channel.relayLog.firstLackingAbove(number - 1));
  return Math.min(upTo + 1, master.log.firstLeftOutAbove(number - 1) ?? upTo + 1);
}

function writeIn(run: Run, number: number, master: Master, peer: Master, nowMs: number): Write {
  if (run.of === 'own') return { origin: master.name, ...master.log.transaction(number, nowMs) };
  const incarnation = master.channel.relayLog.incarnationOf(number);
  return { origin: peer.name, ...peer.log.transaction(number, nowMs, incarnation) };
}

/** Its own last acknowledged write of the row, up to that number, if it is newer than that. */
function lastOwnOf(
  key: number,
  upTo: number,
  newerThanMs: number,
  master: Master,
  nowMs: number,
): Write | null {
  for (let number = upTo - ((upTo - key) % keyCount); number > 0; number -= keyCount) {
    if (number > upTo) continue;
    const own = { origin: master.name, ...master.log.transaction(number, nowMs) };
    if (own.committedAtMs <= newerThanMs) return null;
    if (own.by === 'client' && own.acknowledgedAtMs !== null) return own;
  }
  return null;
}

function isRowWrite({ by }: Transaction): boolean {
  switch (by) {
    case 'client':
    case 'person':
      return true;
    // What there was before the history is the same everywhere.
    case 'old':
    case 'heartbeat':
      return false;
  }
}
