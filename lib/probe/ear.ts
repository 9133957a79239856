/** What a channel heard of its source between two reads of its whole row, by a short row of performance_schema. Pure. */
import { comparePlaces } from '../core/evidence/log-place.ts';
import type { ThreadState } from '../core/evidence/sighting.ts';
import type { Channel } from './channel-rows.ts';
import { compact, type StatusRow, spread } from './columns.ts';
import { isSubset } from './log-position.ts';
import type { Pulse } from './pulse-row.ts';

/** What a channel heard of its source, in the words of `Dialect.ear`. */
export interface Ear {
  readonly heartbeats: number;
  /** The UUID of the source; empty where the channel has never connected. */
  readonly source: string;
  readonly io: ThreadState;
  readonly errno: number;
  /** GTIDs that it has received; empty where they are not in use. */
  readonly received: string;
}

/** The row of `Dialect.ear`; null where there is none. */
export function readEar(row: StatusRow | undefined): Ear | null {
  if (row?.e === undefined || row.e === null) return null;
  const names = ['heartbeats', 'source', 'state', 'errno', 'received'] as const;
  const { heartbeats, source, state, errno, received } = spread(row.e, names);
  const io = { ON: 'yes', OFF: 'no' }[String(state)] as ThreadState | undefined;
  return {
    heartbeats: Number(heartbeats),
    source: String(source ?? ''),
    io: io ?? 'connecting',
    errno: Number(errno),
    received: compact(received),
  };
}

/**
 * The channel as it is now, from what was last known of it and what was heard since. Null where only a whole row can tell:
 * without GTIDs, when a thread does not run, or when something that it had received at the look before is still not
 * applied, as when the applier has stopped.
 *
 * What it received since that look does not count. While clients write, something is received at every moment, and each
 * look would read a whole row for it.
 */
export function byEar(last: Channel, ear: Ear | null, { executed }: Pulse): Channel | null {
  const { received, applied, io, sql } = last;
  if (ear === null || executed === null || received.gtid === null) return null;
  // A server may have forgotten what it received before it was started: then the offsets say whether all of it is applied.
  if (received.gtid === '' && comparePlaces(received, applied) !== 0) return null;
  if ((received.gtid === '') !== (ear.received === '')) return null;
  if (ear.source !== (last.sourceIdentity ?? '')) return null;
  if (io !== 'yes' || sql !== 'yes' || ear.io !== 'yes' || ear.errno !== 0) return null;
  if (!isSubset(received.gtid, executed)) return null;
  return {
    ...last,
    received: { ...received, gtid: ear.received },
    applied: { ...applied, gtid: executed },
    isByEar: true,
  };
}
