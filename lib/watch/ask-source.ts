/** Whether a holder that nobody of ours gets to answers its standby: the standby's channel is connected anew. */
import type { Pair } from '../core/config/config.ts';
import type { SourceAsked } from '../core/evidence/source-asked.ts';
import type { NodeName } from '../core/names.ts';
import { STATEMENT_LIMIT_MS } from '../core/time-budget.ts';
import { PortError } from './ports/port-error.ts';
import type { Ports } from './ports/ports.ts';

/**
 * Asks on the node. `source`: who the holder is (`Server.identity`). Null where the question did not get there, or its answer was
 * lost. Never rejects.
 */
export async function askSource(
  pair: Pair,
  { database, clock }: Pick<Ports, 'database' | 'clock'>,
  node: NodeName,
  source: string | null,
): Promise<SourceAsked | null> {
  const answer = (said: SourceAsked['said']): SourceAsked => ({ node, said, atMs: clock.nowMs() });
  try {
    const { answers } = await database.reconnect(pair, node, source, STATEMENT_LIMIT_MS);
    return answer(answers ? 'answers' : 'silent');
  } catch (error) {
    // As without the right to stop a channel. Whatever else went wrong, nobody was asked: the pair is not judged before this ends.
    const isRefusal = error instanceof PortError && ['unsuccessful', 'denied'].includes(error.kind);
    return isRefusal ? answer('cannot-say') : null;
  }
}
