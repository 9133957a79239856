/** One invocation of operate: a person's request, served by the same core and under the same lease. */

import type { Config, Pair } from '../core/config.ts';
import { decide } from '../core/decision.ts';
import { renderFault } from '../core/fault.ts';
import { exitCodeOf, type Finding, renderFindings } from '../core/finding.ts';
import { describeLoss } from '../core/loss.ts';
import { planFor } from '../core/orders.ts';
import { isOrder, type Order, parseRequest, type Request } from '../core/request.ts';
import type { Safeguards } from '../core/safeguards.ts';
import type { Situation } from '../core/situation.ts';
import { renderCheck, renderStatus } from '../core/text/status-text.ts';
import { renderStages } from '../core/text/steps-text.ts';
import { STATEMENT_LIMIT_MS } from '../core/time-budget.ts';
import { examinePair } from './doctor.ts';
import { lookOnce } from './look-once.ts';
import type { Ports } from './ports.ts';
import { serveOrder } from './serve-order.ts';
import { reason } from './step-context.ts';
import { renderObstacles } from './step-executors.ts';

/** The answer: whether it was done, and lines that a person can read. */
export interface Reply {
  readonly ok: boolean;
  readonly lines: readonly string[];
  /** Of `doctor`: what the lines say. `ok` is false when one of them is a danger. */
  readonly findings?: readonly Finding[];
}

export interface OperateOptions {
  readonly config: Config;
  readonly ports: Ports;
  /** The event as it came. */
  readonly raw: unknown;
  /** Who we are, should we have to lead: the id of the invocation. */
  readonly owner: string;
  /** When the answer must be there, on the ports' clock. Milliseconds since 1970. */
  readonly deadlineMs: number;
  /** Only the simulator passes any. */
  readonly safeguards?: Safeguards;
}

/** Serves any event: a faulty one is answered with every fault and what there is to ask for. */
export async function operate(options: OperateOptions): Promise<Reply> {
  const { config, raw } = options;
  const parsed = parseRequest(raw);
  if (parsed.kind === 'faulty') return { ok: false, lines: parsed.faults.map(renderFault) };
  const request = parsed.value;
  const wanted = request.pair;
  const pairs = wanted === undefined ? config.pairs : config.pairs.filter(({ name }) => name === wanted);
  if (pairs.length === 0) {
    const want = `one of ${config.pairs.map(({ name }) => name).join(', ')}`;
    return {
      ok: false,
      lines: [
        renderFault({ path: 'pair', got: String(wanted), want, remedy: 'name a pair of this environment' }),
      ],
    };
  }
  if (isOrder(request)) return serveOrder({ ...options, order: request });
  const answers = await Promise.all(pairs.map((pair) => look(options, pair, request)));
  const [only] = answers.length === 1 ? answers : [];
  if (only) return only;
  return { ok: answers.every(({ ok }) => ok), lines: answers.flatMap(({ lines }) => lines) };
}

async function look(
  { ports, config, safeguards }: OperateOptions,
  pair: Pair,
  request: Exclude<Request, Order>,
): Promise<Reply> {
  if (request.action === 'history') return history(ports, pair, request.limit);
  if (request.action === 'doctor') return examined(ports, pair);
  const situation = await lookOnce(ports, config, pair, safeguards);
  switch (request.action) {
    case 'status':
      return { ok: true, lines: renderStatus(situation, decide(situation)) };
    case 'check':
      return { ok: true, lines: renderCheck(situation) };
    case 'plan':
      return dryRun(ports, situation, request);
  }
}

async function examined(ports: Ports, pair: Pair): Promise<Reply> {
  const findings = await examinePair(ports, pair, 'full');
  const ok = exitCodeOf(findings) !== 1;
  return { ok, lines: renderFindings(findings).split('\n'), findings };
}

async function history(ports: Ports, pair: Pair, limit: number): Promise<Reply> {
  const entries = await ports.store.history(pair.name, limit);
  if (entries.length === 0) return { ok: true, lines: [`${pair.name}: no history yet`] };
  const lines = entries.map(({ atMs, incident, epoch, what, text }) => {
    const thread = incident ? `incident ${incident}` : 'no incident';
    return `${new Date(atMs).toISOString()} ${thread}, epoch ${epoch}, ${what}: ${text}`;
  });
  return { ok: true, lines };
}

/** The exact steps that the plan would take now, what stands in its way, and what it would lose. Changes nothing. */
async function dryRun(
  ports: Ports,
  situation: Situation,
  { of, force, killLong }: Extract<Request, { action: 'plan' }>,
): Promise<Reply> {
  const { pair, holder, standby } = situation;
  const planned = planFor(situation, of, standby.node, { force, acceptLoss: force, killLong });
  if ('refused' in planned) return { ok: false, lines: [`${pair.name}: ${planned.refused}`] };
  return {
    ok: true,
    lines: [
      `${pair.name}: a ${of} from ${holder.node} to ${standby.node} would now:`,
      ...renderStages(planned.plan),
      lossOf(situation, of, force),
      ...(of === 'switchover' ? [await obstaclesOn(ports, situation, killLong)] : []),
    ],
  };
}

/** What the plan could lose: that it is nothing is said only where the plan waits for the last write, or is undone. */
function lossOf(
  { pair, holder, standby, nowMs }: Situation,
  of: 'failover' | 'switchover',
  acceptLoss: boolean,
): string {
  if (of === 'switchover')
    return 'Data loss: none. It waits for the last write of the holder, or it is undone.';
  if (holder.kind === 'serving' && !acceptLoss)
    return `Data loss: none if ${holder.node} can be closed, because the plan then waits for its last write.`;
  const seen = {
    old: holder.node,
    lastSeen: holder.server?.executed ?? null,
    lastSeenAgoMs: holder.server === null ? null : Math.max(1, nowMs - holder.sinceMs),
    kept: standby.server?.executed ?? null,
    keptBy: standby.server?.identity ?? null,
  };
  const accepted = acceptLoss ? ` What ${standby.node} has not applied in time is lost.` : '';
  return `Data loss if it began now: ${describeLoss(seen, pair.settings.lookIntervalMs)}.${accepted}`;
}

async function obstaclesOn(ports: Ports, { pair, holder }: Situation, killLong: boolean): Promise<string> {
  try {
    const obstacles = await ports.database.inspect(pair, holder.node, STATEMENT_LIMIT_MS);
    if (obstacles.length === 0) return `No long session on ${holder.node} blocks it.`;
    const then = killLong ? 'They would be killed.' : 'So it would be refused. "killLong":true kills them.';
    return `Long sessions on ${holder.node}: ${renderObstacles(obstacles)}. ${then}`;
  } catch (error) {
    return `It is unknown whether ${holder.node} has long sessions: ${reason(error)}`;
  }
}
