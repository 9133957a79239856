/** The whole state of a pair in its leader's hands: asked for through the inbox, answered through the store. */
import type { PairName } from '../core/names.ts';
import type { PairState } from '../core/pair/pair-state.ts';
import type { Ports } from './ports/ports.ts';
import { reason } from './step-context.ts';

/** A leader reads its inbox once a second. Milliseconds. */
const ANSWER_LIMIT_MS = 4000;
const ASK_EVERY_MS = 250;

/** What the leader had in mind when it answered. */
export interface LeaderState {
  readonly epoch: number;
  readonly atMs: number;
  readonly state: PairState;
}

/** The leader's state of the pair; null when no leader answers in time. Never rejects. */
export async function askLeader(ports: Ports, pair: PairName): Promise<LeaderState | null> {
  const { clock, ids, store, log } = ports;
  const id = ids.next();
  try {
    const lease = await store.readLease();
    if (lease === null || lease.released) return null;
    const before = await store.readState(pair);
    await store.submitOrder({ id, atMs: clock.nowMs(), order: { action: 'state', pair } });
    const answer = await awaitState(ports, pair, before?.id ?? null);
    if (answer === null) await store.removeOrder(id);
    return answer;
  } catch (error) {
    log.warn(`the leader could not be asked for its state: ${reason(error)}`, { pair });
    return null;
  }
}

/**
 * The first state that is printed after the one of this id. There is one record: a state that another request caused is
 * just as good.
 */
async function awaitState(
  { clock, store }: Ports,
  pair: PairName,
  beforeId: string | null,
): Promise<LeaderState | null> {
  const untilMs = clock.nowMs() + ANSWER_LIMIT_MS;
  while (clock.nowMs() < untilMs) {
    await clock.sleep(ASK_EVERY_MS);
    const printed = await store.readState(pair);
    if (printed === null || printed.id === beforeId) continue;
    const { epoch, atMs, json } = printed;
    return { epoch, atMs, state: JSON.parse(json) as PairState };
  }
  return null;
}
