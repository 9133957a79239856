/**
 * Arithmetic on sets of transactions, for errant transactions and for loss accounting.
 *
 * MySQL writes sets of intervals, `uuid:1-5:8,uuid2:1-3` (MySQL manual, "GTID Format and Storage"). MariaDB
 * writes the last of each domain and server, `0-1-100,0-2-150`; it is read here as the interval from 1 on,
 * because MariaDB has no gaps within one origin's order. Sequence numbers of a MariaDB domain are shared by
 * its servers, so a difference counted on them is an upper bound.
 */
import { remembered } from '../remembered.ts';

type Interval = readonly [from: number, to: number];
export type TransactionSet = ReadonlyMap<string, readonly Interval[]>;

/** The sets last parsed: a look brings the same few texts again and again. */
const parsed = new Map<string, TransactionSet>();
const PARSED_MAX = 64;

/** Text as the server prints it → the set, by origin. An empty text is the empty set. */
export function parseSet(text: string): TransactionSet {
  const known = parsed.get(text);
  if (known) return known;
  if (parsed.size >= PARSED_MAX) parsed.clear();
  const set = parseText(text);
  parsed.set(text, set);
  return set;
}

function parseText(text: string): TransactionSet {
  const set = new Map<string, Interval[]>();
  for (const part of text.replace(/\s/g, '').split(',')) {
    if (part === '') continue;
    const [origin = '', ...ranges] = part.toLowerCase().split(':');
    const mariadb = ranges.length > 0 ? null : /^(\d+-\d+)-(\d+)$/.exec(origin);
    if (mariadb) add(set, mariadb[1] ?? '', [1, Number(mariadb[2])]);
    let key = origin;
    for (const range of ranges) {
      // A tag (8.3 and later, `uuid:tag:1-5`) makes an origin of its own.
      if (!/^\d+(-\d+)?$/.test(range)) key = `${origin}:${range}`;
      else add(set, key, intervalOf(range));
    }
  }
  return set;
}

/** `1-5`, or `8` alone. */
function intervalOf(range: string): Interval {
  const dash = range.indexOf('-');
  if (dash < 0) return [Number(range), Number(range)];
  return [Number(range.slice(0, dash)), Number(range.slice(dash + 1))];
}

/** What the first set has and the second has not. */
export function subtract(from: TransactionSet, taken: TransactionSet): TransactionSet {
  return from === taken ? nothing : difference(from, taken);
}

/** One judgement asks for the same few up to six times. */
const difference = remembered((from: TransactionSet, taken: TransactionSet): TransactionSet => {
  const rest = new Map<string, readonly Interval[]>();
  for (const [origin, intervals] of from) {
    const left = without(intervals, taken.get(origin) ?? []);
    if (left.length > 0) rest.set(origin, left);
  }
  return rest;
}, 8);

const nothing: TransactionSet = new Map();

/** Mostly there are no gaps, and all of it is covered: that is found without making anything. */
function without(intervals: readonly Interval[], holes: readonly Interval[]): readonly Interval[] {
  if (holes.length === 0) return intervals;
  const uncovered = intervals.filter((interval) => !isCovered(interval, holes));
  if (uncovered.length === 0) return uncovered;
  return holes.reduce<readonly Interval[]>(
    (left, hole) => (left.length === 0 ? left : left.flatMap((interval) => cut(interval, hole))),
    uncovered,
  );
}

/** The set without the transactions of this server (an identity as in `Server.identity`). */
export function withoutOrigin(set: TransactionSet, identity: string): TransactionSet {
  return filtered(set, identity, false);
}

/** The transactions of this server alone. */
export function originatedBy(set: TransactionSet, identity: string): TransactionSet {
  return filtered(set, identity, true);
}

/** The same set comes back where all of it is kept. */
function filtered(set: TransactionSet, identity: string, isOwn: boolean): TransactionSet {
  const isOrigin = originOf(identity);
  const kept = new Map<string, readonly Interval[]>();
  for (const [origin, intervals] of set) if (isOrigin(origin) === isOwn) kept.set(origin, intervals);
  return kept.size === set.size ? set : kept;
}

/** What both sets have. */
export function common(one: TransactionSet, other: TransactionSet): TransactionSet {
  return subtract(one, subtract(one, other));
}

/** What either set has. */
export function union(one: TransactionSet, other: TransactionSet): TransactionSet {
  const rest = subtract(other, one);
  if (rest.size === 0) return one;
  const both = new Map<string, Interval[]>([...one].map(([origin, intervals]) => [origin, [...intervals]]));
  for (const [origin, intervals] of rest) for (const each of intervals) add(both, origin, each);
  return both;
}

/** How many transactions it has. */
export function countOf(set: TransactionSet): number {
  let count = 0;
  for (const intervals of set.values()) for (const [from, to] of intervals) count += to - from + 1;
  return count;
}

/** For people: how many there are, and which. */
export function describeSet(set: TransactionSet): string {
  return `${countOf(set)} transactions: ${renderSet(set)}`;
}

/** As MySQL prints it: `uuid:1-5:8,uuid2:1-3`. */
export function renderSet(set: TransactionSet): string {
  return [...set]
    .map(([origin, intervals]) =>
      [origin, ...intervals.map(([from, to]) => (from === to ? `${from}` : `${from}-${to}`))].join(':'),
    )
    .join(',');
}

/** Which origins are of that server. Each look asks for the same two servers. */
const originOf = remembered((identity: string): ((origin: string) => boolean) => {
  const serverId = /^server_id:(\d+)$/.exec(identity);
  if (serverId) return (origin) => origin.endsWith(`-${serverId[1]}`);
  const uuid = identity.toLowerCase();
  return (origin) =>
    origin.startsWith(uuid) && (origin.length === uuid.length || origin[uuid.length] === ':');
});

function add(set: Map<string, Interval[]>, origin: string, interval: Interval): void {
  const intervals = set.get(origin);
  if (intervals) intervals.push(interval);
  else set.set(origin, [interval]);
}

function isCovered([from, to]: Interval, holes: readonly Interval[]): boolean {
  for (const hole of holes) if (hole[0] <= from && to <= hole[1]) return true;
  return false;
}

function cut([from, to]: Interval, [holeFrom, holeTo]: Interval): Interval[] {
  if (holeTo < from || holeFrom > to) return [[from, to]];
  const rest: Interval[] = [];
  if (from < holeFrom) rest.push([from, holeFrom - 1]);
  if (to > holeTo) rest.push([holeTo + 1, to]);
  return rest;
}
