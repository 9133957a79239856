/** A channel whose receiver gave up trying: the way to its source was cut for too long, and nobody stopped it. */
import type { Inbound } from './sighting.ts';
import { isOfSource, isRefusal } from './source-errors.ts';

/**
 * MySQL 8 counts its tries in the error, `This was attempt 10/10, with a delay of 60 seconds between attempts`, and stops after
 * the last (`SOURCE_RETRY_COUNT`: 10 by default in 9.x). A person who stops the channel leaves it before the last. Where the
 * server does not count, nothing is known, and nothing is started.
 */
export function hasGivenUp(inbound: Inbound): boolean {
  if (inbound.kind !== 'configured' || inbound.io !== 'no') return false;
  const { ioError, sqlError, sql } = inbound;
  if (sql !== 'yes' || sqlError !== null || !isOfSource(ioError) || isRefusal(ioError)) return false;
  const [, tries, most] = /\battempt (\d+)\/(\d+)\b/.exec(ioError?.message ?? '') ?? [];
  return tries !== undefined && tries === most;
}
