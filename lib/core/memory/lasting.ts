/**
 * What lasts as a leader gives the lease back: since when a standby is unready, a holder in doubt or a clock off. The next leader
 * goes on from there; else each change of leader would begin to count anew, and a pair whose leaders change every minute would
 * never come to the end of what must last.
 */
import type { Pair } from '../config/config.ts';
import type { Heartbeat } from '../evidence/sighting.ts';
import type { Uptime } from '../evidence/uptimes.ts';
import type { NodeName } from '../names.ts';
import { type Durations, noDurations } from './durations.ts';

/** The times among the durations that the next leader goes on from. */
const times = [
  'holderFaultsSinceMs',
  'ownFaultsSinceMs',
  'unreadySinceMs',
  'brokenSinceMs',
  'illAtMs',
  'readySinceMs',
  'stoppedAtMs',
  'untoldSinceMs',
  'hungSinceMs',
  'doubtSinceMs',
  'clockOffSinceMs',
  'resetSinceMs',
] as const satisfies readonly (keyof Durations)[];

type Time = (typeof times)[number];

/** All of it in milliseconds before the end of who noted it, because no two clocks are the same. */
export interface Lasting {
  /** Of who noted it: it is for the leader of the next epoch alone. */
  readonly epoch: number;
  readonly agoMs: Readonly<Partial<Record<Time, number>>>;
  readonly heartbeat: { readonly kind: Heartbeat['kind']; readonly agoMs: number } | null;
  readonly away: { readonly agoMs: number; readonly backAgoMs: number | null } | null;
  readonly uptimes: Readonly<Record<NodeName, AgedUptime>>;
}

type AgedUptime = Pick<Uptime, 'seconds' | 'clockOffMs' | 'startSecond'> & {
  readonly agoMs: number;
  readonly stoppedAgoMs?: number;
};

/** What is under way; null where nothing is, so that a steady pair costs no save. */
export function lastingOf(durations: Durations, epoch: number, nowMs: number): Lasting | null {
  const { heartbeat, away, uptimes } = durations;
  const known = times.flatMap((time) => {
    const atMs = durations[time];
    return atMs === null ? [] : [[time, nowMs - atMs] as const];
  });
  const isHeld = heartbeat !== null && heartbeat.kind !== 'committed' && heartbeat.kind !== 'not-tried';
  const isStopped = Object.values(uptimes).some(({ stoppedAtMs }) => stoppedAtMs !== undefined);
  const isSteady = known.every(([time]) => time === 'readySinceMs');
  if (isSteady && !isHeld && away === null && !isStopped) return null;
  return {
    epoch,
    agoMs: Object.fromEntries(known),
    heartbeat: heartbeat && { kind: heartbeat.kind, agoMs: nowMs - heartbeat.sinceMs },
    away: away && {
      agoMs: nowMs - away.sinceMs,
      backAgoMs: away.backAtMs === null ? null : nowMs - away.backAtMs,
    },
    uptimes: Object.fromEntries(
      Object.entries(uptimes).map(([node, uptime]) => [node, agedUptime(uptime, nowMs)]),
    ),
  };
}

/**
 * What a leader begins with. `unwatchedSinceMs`: since when nobody may have led. A standby that its first look finds unready may
 * have been so for as long as nobody watched.
 */
export function firstDurations(
  lasting: Lasting | null,
  { nodes }: Pick<Pair, 'nodes'>,
  epoch: number,
  unwatchedSinceMs: number,
): Durations {
  const first: Durations = {
    ...noDurations,
    unwatchedSinceMs,
    unreadySinceMs: unwatchedSinceMs,
    brokenSinceMs: unwatchedSinceMs,
  };
  if (lasting === null || lasting.epoch !== epoch - 1) return first;
  // Of a deployment with other nodes, it says nothing.
  if (!Object.keys(lasting.uptimes).every((node) => nodes.some(({ name }) => name === node))) return first;
  const { agoMs, heartbeat, away, uptimes } = lasting;
  const since = Object.entries(agoMs).map(([time, forMs]) => [time, unwatchedSinceMs - forMs]);
  return {
    ...first,
    ...Object.fromEntries(since),
    heartbeat: heartbeat && { kind: heartbeat.kind, sinceMs: unwatchedSinceMs - heartbeat.agoMs },
    away: away && {
      sinceMs: unwatchedSinceMs - away.agoMs,
      backAtMs: away.backAgoMs === null ? null : unwatchedSinceMs - away.backAgoMs,
    },
    uptimes: Object.fromEntries(
      Object.entries(uptimes).map(([node, uptime]) => [node, uptimeSince(uptime, unwatchedSinceMs)]),
    ),
  };
}

function agedUptime({ atMs, stoppedAtMs, ...process }: Uptime, nowMs: number): AgedUptime {
  const stopped = stoppedAtMs === undefined ? {} : { stoppedAgoMs: nowMs - stoppedAtMs };
  return { ...process, agoMs: nowMs - atMs, ...stopped };
}

function uptimeSince({ agoMs, stoppedAgoMs, ...process }: AgedUptime, endedMs: number): Uptime {
  const stopped = stoppedAgoMs === undefined ? {} : { stoppedAtMs: endedMs - stoppedAgoMs };
  return { ...process, atMs: endedMs - agoMs, ...stopped };
}
