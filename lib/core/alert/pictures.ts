/**
 * Pictures of a pair for the history of an incident: one whenever something of it has changed, with those of the minute
 * before the incident began. They are handed out with a tick, many at once, so that a failover does not wait for them.
 */
import { placeOf } from '../evidence/evidence.ts';
import type { Server } from '../evidence/sighting.ts';
import { judge } from '../evidence/verdict.ts';
import { writabilityOf, writesText } from '../evidence/writability.ts';
import type { Seen } from '../memory/history.ts';
import type { PairState } from '../pair/pair-state.ts';

/** A picture, and the incident that it belongs to. */
export interface Noted {
  readonly atMs: number;
  readonly incident: string;
  readonly seen: Seen;
}

interface Picture {
  readonly atMs: number;
  readonly seen: Seen;
}

/** What a leader has in mind of it. */
export interface Pictures {
  /** By which two pictures are the same: all of it, but for how great a lag is. */
  readonly key: string;
  readonly waiting: readonly Picture[];
  /** When the last one was taken, and how many there were in this incident. */
  readonly takenAtMs: number;
  readonly count: number;
}

export const noPictures: Pictures = { key: '', waiting: [], takenAtMs: 0, count: 0 };

/** Before an incident, this many are kept, for so long. Milliseconds. */
const BEFORE_MAX = 12;
const BEFORE_MS = 60_000;
/** In an incident they are this far apart at least; after so many, much further. Milliseconds. */
const GAP_MS = 100;
const MANY = 100;
const MANY_GAP_MS = 60_000;

/** Takes a picture, if something has changed since `before`. */
export function takePicture(before: PairState, state: PairState, nowMs: number): PairState {
  if (state.evidence === before.evidence && state.lastRow === before.lastRow) return state;
  const { pictures, memory } = state;
  const isOpen = memory.incident !== null;
  const gapMs = pictures.count < MANY ? GAP_MS : MANY_GAP_MS;
  if (isOpen && nowMs - pictures.takenAtMs < gapMs) return state;
  const key = keyOf(state, nowMs);
  if (key === pictures.key) return state;
  const waiting = [...pictures.waiting, { atMs: nowMs, seen: seenOf(state, nowMs) }];
  const count = isOpen ? pictures.count + 1 : 0;
  return {
    ...state,
    pictures: { key, takenAtMs: nowMs, count, waiting: isOpen ? waiting : beforeIncident(waiting, nowMs) },
  };
}

/** Hands out those of the incident that is open, or was until a moment ago. */
export function handOut(
  before: PairState,
  state: PairState,
  isTick: boolean,
): { readonly state: PairState; readonly pictures: readonly Noted[] } {
  const [was, is] = [before.memory.incident, state.memory.incident];
  const hasEnded = was !== null && was.id !== is?.id;
  const isDue = isTick && is !== null && state.work.kind !== 'plan';
  const incident = hasEnded ? was : isDue ? is : null;
  const { waiting } = state.pictures;
  if (incident === null || waiting.length === 0) return { state, pictures: [] };
  const pictures = waiting.map((picture) => ({ ...picture, incident: incident.id }));
  const left = { ...state.pictures, waiting: [], count: hasEnded ? 0 : state.pictures.count };
  return { state: { ...state, pictures: left }, pictures };
}

/** The newest, and of those that are older than a minute only the last: it is how all was before. */
function beforeIncident(waiting: readonly Picture[], nowMs: number): readonly Picture[] {
  const newest = waiting.slice(-BEFORE_MAX);
  const firstLate = newest.findIndex(({ atMs }) => nowMs - atMs < BEFORE_MS);
  return newest.slice(Math.max(0, firstLate - 1));
}

function seenOf({ evidence, pair, lastRow }: PairState, nowMs: number): Seen {
  return {
    kind: 'seen',
    vip: vipOf(evidence, nowMs),
    nodes: pair.nodes.map(({ name }) => {
      const { kind, server } = judge(evidence, name, pair.settings);
      return {
        node: name,
        verdict: kind,
        writes: server && writabilityOf(server),
        lagSeconds: lagOf(server),
        from: Object.fromEntries(
          Object.entries(evidence.words[name] ?? {}).map(([vantage, { saw }]) => [vantage, saw.kind]),
        ),
      };
    }),
    blind: Object.keys(evidence.blind),
    row: lastRow,
  };
}

function vipOf(evidence: PairState['evidence'], nowMs: number): string {
  if (evidence.wrong !== null) return 'unknown';
  const seen = placeOf(evidence, nowMs);
  if (seen === null) return 'unknown';
  return seen.place.kind === 'node' ? seen.place.node : 'on neither node';
}

function lagOf(server: Server | null): number | null {
  return server?.inbound.kind === 'configured' ? server.inbound.lagSeconds : null;
}

/**
 * The same for two moments of which one picture is enough. A lag counts by its order of magnitude: it changes with every look.
 * Every look asks for it, and few of them change it: so it is made without the picture.
 */
function keyOf({ evidence, pair, lastRow }: PairState, nowMs: number): string {
  let key = `${vipOf(evidence, nowMs)}|${lastRow}`;
  for (const { name } of pair.nodes) {
    const { kind, server } = judge(evidence, name, pair.settings);
    const lagSeconds = lagOf(server);
    const lag = lagSeconds === null ? '' : Math.floor(Math.log2(lagSeconds + 1));
    key += `|${kind} ${server && writabilityOf(server)} ${lag}`;
    const said = evidence.words[name] ?? {};
    for (const vantage in said) key += ` ${vantage} ${said[vantage]?.saw.kind}`;
  }
  for (const vantage in evidence.blind) key += `|${vantage}`;
  return key;
}

/** `VIP db1; db1 serving, takes writes, lag unknown; db2 stopped (holder-lost)`. */
export function seenText({ vip, nodes, row, blind }: Seen): string {
  const parts = nodes.map(({ node, verdict, writes, lagSeconds }) => {
    const lag = lagSeconds === null ? '' : `, lag ${lagSeconds} s`;
    return `${node} ${verdict === 'unseen' ? 'no data yet' : verdict}${writes === null ? '' : `, ${writesText[writes]}${lag}`}`;
  });
  const cannot = blind.length === 0 ? '' : `; blind: ${blind.join(', ')}`;
  return `VIP ${vip}; ${parts.join('; ')}${cannot}${row === '' ? '' : ` (${row})`}`;
}
