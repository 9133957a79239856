/** The rules of mysql_check.sh on a node's inbound replication, with the cases that it gets wrong put right. */
import type { Inbound, ReplicationError } from './sighting.ts';

/**
 * Every fault of the inbound replication; none means that the node passes the check.
 *
 * From the script: no status where replication is configured, a thread that says `No`, lag at or above the
 * limit. `Connecting` alone is no fault (its source may be the node that died), and an unknown lag is
 * neither a fault nor 0: fitness asks about it, the check does not.
 */
export function faultsOfInbound(inbound: Inbound, lagLimitSeconds: number): readonly string[] {
  if (inbound.kind === 'unconfigured') return ['replication is not configured'];
  const faults: string[] = [];
  if (inbound.io === 'no') faults.push(`the IO thread is stopped${causeOf(inbound.ioError)}`);
  if (inbound.sql === 'no') faults.push(`the SQL thread is stopped${causeOf(inbound.sqlError)}`);
  if (inbound.lagSeconds !== null && inbound.lagSeconds >= lagLimitSeconds) {
    faults.push(`it lags by ${inbound.lagSeconds} s (limit ${lagLimitSeconds} s)`);
  }
  return faults;
}

function causeOf(error: ReplicationError | null): string {
  return error ? ` (error ${error.errno}: ${error.message})` : '';
}
