/** Who answers at the VIP, and whether a write gets through there: the API's word is not success. */
import type { Heartbeat } from '../../core/sighting.ts';
import type { Answered } from '../../shell/ports.ts';
import type { ProbeFailed } from '../probe-protocol.ts';
import { askPulse, type Command, carryOut } from './command.ts';
import type { Endpoint } from './connection.ts';
import { heartbeatOf, MysqlFailure } from './errors.ts';
import { commitHeartbeat } from './heartbeat.ts';
import { late, nowMs, pause, within } from './limit.ts';

/** How long one try may take before the next is made. Milliseconds. */
const TRY_MS = 500;
/** Time between two tries. Milliseconds. */
const RETRY_MS = 50;

/**
 * Connects to the VIP and asks who is there; with `writeProbe`, commits a heartbeat. Tries until the limit is
 * over, because a new route takes a moment. A server that is read-only, or has no table for it, answers without
 * a commit; a commit that does not return is a failure.
 */
export async function verify(
  vip: Endpoint,
  writeProbe: boolean,
  limitMs: number,
): Promise<Answered | ProbeFailed> {
  const deadlineMs = nowMs() + limitMs;
  for (;;) {
    const leftMs = deadlineMs - nowMs();
    const answer = await carryOut(vip, Math.min(TRY_MS, leftMs), (command) => ask(command, writeProbe));
    if (!('kind' in answer) || deadlineMs - nowMs() <= RETRY_MS) return answer;
    await pause(RETRY_MS);
  }
}

async function ask(command: Command, writeProbe: boolean): Promise<Answered> {
  const { identity, writable } = await askPulse(command);
  if (!writeProbe) return { identity, writable, heartbeat: { kind: 'not-tried' } };
  command.changing();
  return { identity, writable, heartbeat: await commit(command, keyOf(identity)) };
}

async function commit({ link, leftMs }: Command, key: string): Promise<Heartbeat> {
  const limitMs = leftMs();
  try {
    const stampMs = await within(commitHeartbeat(link, key), limitMs);
    if (stampMs !== late) return { kind: stampMs === null ? 'not-tried' : 'committed' };
  } catch (error) {
    if (!(error instanceof MysqlFailure)) throw error;
    const heartbeat = heartbeatOf(error, 0);
    if (heartbeat.kind === 'failed') throw error;
    return heartbeat;
  }
  link.destroy();
  throw new MysqlFailure('query', limitMs, 'timeout');
}

/**
 * The server's own row: the VIP does not say which node it is, and no two servers may make the same row. The
 * column holds 31 characters, one less than a UUID without its hyphens.
 */
function keyOf(identity: string): string {
  return identity.replaceAll('-', '').slice(0, 31);
}
