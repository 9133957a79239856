/** One invocation of operate: a person's request, served by the same core and under the same lease. */
import type { Config, Pair } from '../core/config/config.ts';
import type { Safeguards } from '../core/decision/safeguards.ts';
import { renderFault, shownText } from '../core/fault.ts';
import { isHostOrder, isOrder } from '../core/operator/order.ts';
import { notDone, type Reply } from '../core/operator/reply.ts';
import { parseRequest } from '../core/operator/request.ts';
import { unknownNames } from '../core/operator/unknown-names.ts';
import { answerQuestion } from './answers.ts';
import { serveHostOrder } from './host-orders.ts';
import { hostUntil } from './host-until.ts';
import type { Ports } from './ports/ports.ts';
import { serveOrder } from './serve-order.ts';

export interface OperateOptions {
  readonly config: Config;
  readonly ports: Ports;
  /** The event as it came. */
  readonly raw: unknown;
  /** Our name, if we have to lead: the id of the invocation. */
  readonly owner: string;
  /** When the answer must be there, on the ports' clock. Milliseconds since 1970. */
  readonly deadlineMs: number;
  /** Only the simulator passes any. */
  readonly safeguards?: Safeguards;
}

/** Serves any event. The answer to a faulty one lists every fault, and what can be asked for. */
export async function operate(options: OperateOptions): Promise<Reply> {
  const parsed = parseRequest(options.raw);
  if (parsed.kind === 'faulty') return notDone('faulty', parsed.faults.map(renderFault));
  const request = parsed.value;
  const pairs = pairsFor(options.config, request.pair);
  if (pairs === null) return notDone('faulty', [unknownPair(options.config, String(request.pair))]);
  const unknown = unknownNames(pairs[0], request);
  if (unknown.length > 0) return notDone('faulty', unknown.map(renderFault));
  // The steps of a plan have limits of their own, and the next leader goes on with them.
  if (isOrder(request)) return serveOrder({ ...options, order: request });
  const { ports, deadlineMs } = options;
  const host = hostUntil(ports.host, ports.clock, deadlineMs);
  const timed = { ...options, ports: { ...ports, host } };
  return isHostOrder(request)
    ? serveHostOrder({ ...timed, order: request, pair: pairs[0] })
    : answerQuestion({ ...timed, pairs }, request);
}

/** The pair of this name; all pairs if no name is given; null when there is none. */
function pairsFor({ pairs }: Config, wanted: string | undefined): readonly [Pair, ...Pair[]] | null {
  const [first, ...more] = wanted === undefined ? pairs : pairs.filter(({ name }) => name === wanted);
  return first === undefined ? null : [first, ...more];
}

function unknownPair({ pairs }: Config, got: string): string {
  const want = `one of ${pairs.map(({ name }) => name).join(', ')}`;
  return renderFault({ path: 'pair', got: shownText(got), want, remedy: 'name a pair of this environment' });
}
