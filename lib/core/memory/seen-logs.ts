/**
 * What each node was last seen to have of its own history, and by which process. A binary log only grows: one that shows less
 * was reset (RESET MASTER) if it is the same process, also where nobody looked at that moment. One that restarted with less has
 * lost its last writes (`behind.ts`); if it takes writes all the same, it gives their names to others as well.
 */
import { changed, withEntry } from '../changed.ts';
import type { Situation } from '../decision/situation.ts';
import { originatedBy, parseSet } from '../evidence/gtid.ts';
import { isUnplaced } from '../evidence/log-place.ts';
import { type Process, processOf } from '../evidence/same-process.ts';
import type { Position } from '../evidence/sighting.ts';
import type { Verdict } from '../evidence/verdict.ts';
import type { NodeName } from '../names.ts';
import { bounded, fallBetween, hasLess, SET_MAX } from './log-fall.ts';
import type { Memory } from './memory.ts';

/** One look at a node that answered. */
export interface SeenLog {
  readonly identity: string;
  readonly executed: Position;
  readonly process: Process;
  readonly atMs: number;
}

/** What a node has forgotten, as far as the other one has it: names and places that it will give away again. */
export interface Fall {
  /** In words. */
  readonly lack: string;
  /** GTIDs of the node that the other one has; empty without GTIDs. */
  readonly had: string;
  /** The other one could not be asked, now or before: it may have all of them, or none. */
  readonly isAssumed: boolean;
  /** All GTIDs that the node has the rows of, and does not know any more; null where it may have lost the rows. */
  readonly forgotten: string | null;
  /** It lacked writes of its own before: it does not have the rows of all that the other node has of it. */
  readonly wasBehind: boolean;
  readonly sinceMs: number;
  /** The uptime that the first look which showed it gave. Seconds. */
  readonly sinceUptimeSeconds: number;
  /** When a look last showed it so. */
  readonly untilMs: number;
}

/** The last look before a fall, or the last of all where there is none. */
export interface LogSight {
  readonly seen: SeenLog;
  readonly fall: Fall | null;
}

type Logs = Readonly<Record<NodeName, LogSight>>;

/** Two looks from different vantages may come in the wrong order; what lasts is so. Milliseconds. */
const FALL_FOR_MS = 2000;
/** How often what a node has is written down while it is seen, if nothing else is written by then. Milliseconds. */
const REFRESH_MS = 90_000;

/** By node, after these looks. */
export function nextLogs(logs: Logs, situation: Situation): Logs {
  const { holder, standby } = situation;
  const ofHolder = nextSight(logs[holder.node], holder, standby, situation);
  const ofStandby = nextSight(logs[standby.node], standby, holder, situation);
  return withEntry(withEntry(logs, holder.node, ofHolder), standby.node, ofStandby);
}

/**
 * The same in memory, for the next leader: written with what else is written, because a save of its own would make the move away
 * from a dead holder wait.
 */
export function noteLogs(
  memory: Memory,
  { holder, standby, nowMs }: Situation,
  { logs }: { readonly logs: Logs },
  isWritten: boolean,
): Memory {
  const nextOf = ({ node }: Verdict) => {
    const noted = memory.logs[node];
    const isDue = isWritten || (noted !== undefined && nowMs - noted.atMs >= REFRESH_MS);
    return nextNoted(memory, node, logs[node]?.seen, isDue);
  };
  const ofHolder = withEntry(memory.logs, holder.node, nextOf(holder));
  return changed(memory, { logs: withEntry(ofHolder, standby.node, nextOf(standby)) });
}

/** What the node is known to have forgotten; null where nothing, or where it is closed and may have lost the rows themselves. */
export function fallOf(logs: Logs, { node, server }: Verdict): Fall | null {
  const fall = logs[node]?.fall ?? null;
  if (fall === null || !hasLasted(fall)) return null;
  return fall.forgotten !== null || server?.writable === true ? fall : null;
}

function nextSight(
  before: LogSight | undefined,
  verdict: Verdict,
  peer: Verdict,
  situation: Situation,
): LogSight | undefined {
  const { memory } = situation;
  const { node, server } = verdict;
  // What is known to be forgotten counts as there while that is remembered; and a copy of the other node begins anew.
  if (memory.logReset?.node === node || memory.aside?.node === node) return undefined;
  const noted = memory.logs[node];
  const known = before ?? (noted === undefined ? undefined : { seen: noted, fall: null });
  const process = processOf(verdict, peer);
  if (server === null || process === null) return known;
  const { identity, executed } = server;
  if (isUnplaced(executed)) return known;
  const now: LogSight = { seen: { identity, executed, process, atMs: verdict.seenAtMs }, fall: null };
  if (known === undefined || known.seen.identity !== identity) return now;
  if (!hasLess(executed, known.seen.executed)) {
    const isGivenAgain = server.writable && known.fall !== null && hasLasted(known.fall);
    return isGivenAgain ? known : now;
  }
  const isBehind = memory.behind[node] !== undefined;
  const fall = fallBetween(known, verdict, peer, { sent: situation.sent[node], isBehind });
  return fall === null ? now : { ...known, fall };
}

function hasLasted({ sinceMs, untilMs }: Fall): boolean {
  return untilMs - sinceMs >= FALL_FOR_MS;
}

function nextNoted(
  { logs, logReset, aside }: Memory,
  node: NodeName,
  seen: SeenLog | undefined,
  isDue: boolean,
): SeenLog | undefined {
  if (logReset?.node === node || aside?.node === node) return undefined;
  const noted = logs[node];
  if (seen === undefined || seen.atMs === noted?.atMs) return noted;
  const isAnother = noted !== undefined && noted.identity !== seen.identity;
  return isDue || isAnother ? ofBoundedSize(seen) : noted;
}

/** Of too long a set, the node's own part is what matters; places say the rest. */
function ofBoundedSize(seen: SeenLog): SeenLog {
  const { executed, identity } = seen;
  if (executed.gtid === null || executed.gtid.length <= SET_MAX) return seen;
  const own = bounded(originatedBy(parseSet(executed.gtid), identity));
  return { ...seen, executed: { ...executed, gtid: own === '' ? null : own } };
}
