/** The rules of mysql_check.sh on a node's inbound replication, with its wrong cases corrected. */
import type { Inbound, ReplicationError } from './sighting.ts';
import { isOfSource } from './source-errors.ts';

interface ChannelFault {
  readonly text: string;
  /** Whether it is the source that must be fixed, and not the node. */
  readonly ofSource: boolean;
}

/** The lag at or above its limit, in words; null below it, and where it is unknown. */
export function lagFault(inbound: Inbound, lagLimitSeconds: number): string | null {
  if (inbound.kind !== 'configured' || inbound.lagSeconds === null) return null;
  return inbound.lagSeconds >= lagLimitSeconds
    ? `it lags by ${inbound.lagSeconds} s (limit ${lagLimitSeconds} s)`
    : null;
}

/**
 * Every fault of the inbound replication; none means that the node passes the check.
 *
 * From the script: no status where replication is configured, a thread that says `No`, lag at or above the
 * limit. `Connecting` alone is no fault (its source may be the node that died), and an unknown lag is
 * neither a fault nor 0: fitness asks about it, the check does not.
 */
export function faultsOfInbound(inbound: Inbound, lagLimitSeconds: number): readonly string[] {
  return faultsOf(inbound, lagLimitSeconds).map(({ text }) => text);
}

/**
 * The faults that are the node's own. A source that purged its binary log, refuses the login or is gone does not
 * make the node worse, and a move to that source would not help clients.
 */
export function ownFaultsOfInbound(inbound: Inbound, lagLimitSeconds: number): readonly string[] {
  return faultsOf(inbound, lagLimitSeconds).flatMap(({ text, ofSource }) => (ofSource ? [] : [text]));
}

/** Why it receives nothing, by its own word; null while it receives, or tries to connect. */
export function receiverFault(inbound: Inbound): string | null {
  if (inbound.kind !== 'configured' || inbound.io !== 'no') return null;
  return `the IO thread is stopped${causeOf(inbound.ioError)}`;
}

/** Why it applies nothing of what it received; null while its applier runs. */
export function applierFault(inbound: Inbound): string | null {
  if (inbound.kind !== 'configured' || inbound.sql !== 'no') return null;
  return `the SQL thread is stopped${causeOf(inbound.sqlError)}`;
}

function faultsOf(inbound: Inbound, lagLimitSeconds: number): readonly ChannelFault[] {
  if (inbound.kind === 'unconfigured') return [{ text: 'replication is not configured', ofSource: false }];
  if (inbound.kind === 'unread') return [];
  const faults: ChannelFault[] = [];
  const receiver = receiverFault(inbound);
  if (receiver !== null) faults.push({ text: receiver, ofSource: isOfSource(inbound.ioError) });
  const applier = applierFault(inbound);
  if (applier !== null) faults.push({ text: applier, ofSource: false });
  const lag = lagFault(inbound, lagLimitSeconds);
  if (lag !== null) faults.push({ text: lag, ofSource: false });
  return faults;
}

/** An error in words, as an appendix to what it caused; empty where there is none. */
export function causeOf(error: ReplicationError | null): string {
  return error ? ` (error ${error.errno}: ${error.message})` : '';
}
