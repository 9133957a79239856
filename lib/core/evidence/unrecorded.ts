/**
 * A standby whose own binary log was reset (RESET MASTER, RESET BINARY LOGS AND GTIDS): it has the rows of all that it had applied,
 * and not their GTIDs. Its channel shows it: what it has received and applied is not among what it says it has executed.
 */
import {
  common,
  originatedBy,
  parseSet,
  renderSet,
  subtract,
  type TransactionSet,
  withoutOrigin,
} from './gtid.ts';
import { executedOf } from './history-sets.ts';
import { areOfOneSeries, comparePlaces } from './log-place.ts';
import type { Position, Server } from './sighting.ts';
import type { Verdict } from './verdict.ts';

/** What a standby had received at a look, and did not say it had executed: mostly, it is about to. */
export interface Unrecorded {
  readonly node: string;
  readonly identity: string;
  readonly gtid: string;
  /** Where in its source's log it was received up to then: once it has applied that, all of these are applied. */
  readonly upTo: Position;
}

/** The same at this look: what is still so of an earlier one goes on, so that a busy server shows it as well. */
export function nextUnrecorded(was: Unrecorded | null, standby: Verdict): Unrecorded | null {
  const { server, node } = standby;
  if (server === null) return was;
  const now = unrecordedNow(server);
  if (now === null) return null;
  const { received } = now;
  if (was?.node === node && was.identity === server.identity && areOfOneSeries(was.upTo, received)) {
    const earlier = parseSet(was.gtid);
    const stays = common(earlier, now.missing);
    if (stays.size > 0) return { ...was, gtid: renderSet(stays) };
  }
  return { node, identity: server.identity, gtid: renderSet(now.missing), upTo: received };
}

/** Whether all of these are applied, as the place in the source's log says, and still not recorded. */
export function isApplied(unrecorded: Unrecorded | null, { node, server }: Verdict): boolean {
  if (unrecorded === null || unrecorded.node !== node || server === null) return false;
  const { inbound } = server;
  if (inbound.kind !== 'configured' || !areOfOneSeries(unrecorded.upTo, inbound.applied)) return false;
  return comparePlaces(inbound.applied, unrecorded.upTo) >= 0;
}

/**
 * The GTIDs of its source and of others that such a standby has forgotten: what the holder has, without what may be on its way. Of
 * its own it says nothing: it will give those to other rows.
 */
export function forgottenByStandby(standby: Server, holder: Server): TransactionSet {
  const executed = executedOf(standby);
  const lacks = withoutOrigin(subtract(executedOf(holder), executed), standby.identity);
  const below = new Map(
    [...lacks].map(([origin, intervals]) => {
      const last = Math.max(0, ...(executed.get(origin) ?? []).map(([, to]) => to));
      const isOfHolder = originatedBy(new Map([[origin, intervals]]), holder.identity).size > 0;
      return [origin, isOfHolder ? intervals.filter(([, to]) => to < last) : intervals] as const;
    }),
  );
  return new Map([...below].filter(([, intervals]) => intervals.length > 0));
}

function unrecordedNow({
  inbound,
  identity,
}: Server): { missing: TransactionSet; received: Position } | null {
  if (inbound.kind !== 'configured') return null;
  const { received, applied } = inbound;
  // MariaDB's place of a channel outlasts a RESET MASTER.
  if (!received.gtid?.includes(':') || applied.gtid === null || received.file === '') return null;
  const missing = withoutOrigin(subtract(parseSet(received.gtid), parseSet(applied.gtid)), identity);
  return missing.size === 0 ? null : { missing, received };
}
