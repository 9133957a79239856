/** What a failover may have lost. */
import { countOf, parseSet, renderSet, subtract, withoutOrigin } from './gtid.ts';
import type { Position } from './sighting.ts';

/**
 * What the old holder had (as far as it was seen) and the new one had not received, in words.
 * `lastSeen` is the old holder's own position, `kept` the new one's when it was opened. `except` is the
 * identity of the new holder: what it wrote itself since is not lost.
 */
export function describeLoss(
  lastSeen: Position | null,
  kept: Position | null,
  except: string | null,
): string {
  if (lastSeen === null || kept === null)
    return 'what was lost cannot be told yet: a position was never seen';
  if (lastSeen.gtid === null || kept.gtid === null) {
    return `the old holder was last seen at ${lastSeen.file}:${lastSeen.offset} of its own log`;
  }
  const missing = subtract(parseSet(lastSeen.gtid), parseSet(kept.gtid));
  const lost = except === null ? missing : withoutOrigin(missing, except);
  const count = countOf(lost);
  return count === 0 ? '0 transactions lost' : `${count} transactions lost: ${renderSet(lost)}`;
}
