/** Whether one position in a source's history includes another. */
import { parseSet, subtract } from '../core/evidence/gtid.ts';
import { areOfOneSeries, comparePlaces } from '../core/evidence/log-place.ts';
import type { Position } from '../core/evidence/sighting.ts';

/** Where a node stands: in its source's history, and at the end of its own. */
export interface Standing {
  readonly applied: Position;
  readonly executed: Position;
}

/**
 * Whether a node that stands there has everything up to `goal`, a position in its source's history. GTIDs
 * decide where both have them, as `GTID_SUBSET` does; else file and offset in the source's binary log. An empty set is
 * no goal: what was received may have no GTIDs, or the server may have forgotten which it received.
 */
export function includes(standing: Standing, goal: Position, flavor: 'mysql' | 'mariadb'): boolean {
  const { applied, executed } = standing;
  if (applied.gtid !== null && goal.gtid !== null && goal.gtid !== '') {
    return flavor === 'mariadb'
      ? includesMariadb(applied.gtid, executed.gtid ?? '', goal.gtid)
      : isSubset(goal.gtid, applied.gtid);
  }
  return areOfOneSeries(goal, applied) && comparePlaces(applied, goal) >= 0;
}

/** Whether the second set of GTIDs has all of the first. MySQL manual: `GTID_SUBSET`. */
export function isSubset(part: string, whole: string): boolean {
  return subtract(parseSet(part), parseSet(whole)).size === 0;
}

/**
 * MariaDB: a domain is one stream in one order, so a replica that has applied a later number of a domain
 * (`gtid_slave_pos`) has the earlier ones too, whichever server they came from (MariaDB manual, "Global
 * Transaction ID"). What the node wrote itself says nothing about the stream: there, the origin must agree.
 */
function includesMariadb(applied: string, executed: string, goal: string): boolean {
  const stream = parts(applied);
  const own = parts(executed);
  return parts(goal).every(
    ({ domain, server, sequence }) =>
      stream.some((part) => part.domain === domain && part.sequence >= sequence) ||
      own.some((part) => part.domain === domain && part.server === server && part.sequence >= sequence),
  );
}

interface MariadbPart {
  readonly domain: string;
  readonly server: string;
  readonly sequence: number;
}

function parts(text: string): readonly MariadbPart[] {
  return [...text.matchAll(/(\d+)-(\d+)-(\d+)/g)].map(([, domain = '', server = '', sequence = '0']) => ({
    domain,
    server,
    sequence: Number(sequence),
  }));
}
