/** The answers of operate to a question: from one look, from what is stored, and from the leader. Nothing is changed. */
import { renderFindings } from '../core/alert/finding.ts';
import type { Pair } from '../core/config/config.ts';
import { explain } from '../core/decision/explain.ts';
import type { Situation } from '../core/decision/situation.ts';
import { planFor } from '../core/operator/move-orders.ts';
import type { HostOrder, Order } from '../core/operator/order.ts';
import { done, notDone, type Reply } from '../core/operator/reply.ts';
import { HISTORY_MAX, type Request } from '../core/operator/request.ts';
import { describePlanLoss } from '../core/standby/plan-loss.ts';
import { lackLines } from '../core/text/divergence-text.ts';
import { renderExplanation } from '../core/text/explain-text.ts';
import { checkedOf, renderCheck } from '../core/text/status-text.ts';
import { renderStages, renderStep } from '../core/text/steps-text.ts';
import { STATEMENT_LIMIT_MS } from '../core/time-budget.ts';
import { type Asked, answerStatus } from './answer-status.ts';
import { divergenceOf } from './divergence.ts';
import { examinePair } from './doctor.ts';
import { askLeader } from './leader-state.ts';
import { lookOnce } from './look-once.ts';
import type { Ports } from './ports/ports.ts';
import type { HistoryEntry } from './ports/store.ts';
import { reason } from './step-context.ts';
import { renderObstacles } from './step-executors.ts';

/** What the rows of an answer may take. Characters. */
const ANSWER_MAX = 5_000_000;

/** Answers a question about these pairs. */
export function answerQuestion(asked: Asked, request: Exclude<Request, Order | HostOrder>): Promise<Reply> {
  switch (request.action) {
    case 'status':
      return answerStatus(asked, request);
    case 'explain':
      return explained(asked);
    case 'check':
      return check(asked);
    case 'doctor':
      return examined(asked);
    case 'divergence':
      return diverged(asked);
    case 'plan':
      return dryRun(asked, request);
    case 'history':
      return history(asked, request);
  }
}

function lookAt({ ports, config, safeguards }: Asked, pair: Pair): ReturnType<typeof lookOnce> {
  return lookOnce(ports, config, pair, safeguards);
}

/** The leader's own evidence decides; if no leader answers, the evidence of one look. */
async function explained(asked: Asked): Promise<Reply> {
  const pairs = await Promise.all(
    asked.pairs.map(async (pair) => {
      const asLeader = await askLeader(asked.ports, pair.name);
      if (asLeader !== null) return explain(asLeader.state, 'leader', asLeader.atMs);
      return explain(await lookAt(asked, pair), 'one look', asked.ports.clock.nowMs());
    }),
  );
  return done(pairs.flatMap(renderExplanation), { action: 'explain', pairs });
}

async function check(asked: Asked): Promise<Reply> {
  const [pair] = asked.pairs;
  const checked = checkedOf((await lookAt(asked, pair)).situation);
  const nodes = checked.map(({ node, faults }) => ({
    pair: pair.name,
    node,
    faults,
    passes: faults.length === 0,
  }));
  return done(checked.map(renderCheck), { action: 'check', nodes });
}

async function examined({ ports, pairs: [pair] }: Asked): Promise<Reply> {
  const findings = await examinePair(ports, pair, 'full');
  return done(renderFindings(findings).split('\n'), { action: 'doctor', pair: pair.name, findings });
}

/** What each node has and the other lacks, read from the binary logs on the hosts. */
async function diverged(asked: Asked): Promise<Reply> {
  const { ports, pairs } = asked;
  const [pair] = pairs;
  const { situation } = await lookAt(asked, pair);
  const lacks = await divergenceOf(ports, situation);
  return done(lacks.flatMap(lackLines), { action: 'divergence', pair: pair.name, lacks });
}

async function history(
  { ports, pairs: [pair] }: Asked,
  { limit, incident }: Extract<Request, { action: 'history' }>,
): Promise<Reply> {
  const newest = await ports.store.history(pair.name, incident === undefined ? limit : HISTORY_MAX);
  const wanted = newest.filter((entry) => incident === undefined || entry.incident === incident);
  const rows = fitting(wanted.slice(0, limit));
  const none = incident === undefined ? 'no history yet' : `no row of incident ${incident} in the history`;
  const lines = rows.map(({ atMs, incident: of, epoch, what, text }) => {
    const thread = of ? `incident ${of}` : 'no incident';
    return `${new Date(atMs).toISOString()} ${thread}, epoch ${epoch}, ${what}: ${text}`;
  });
  return done(rows.length > 0 ? lines : [`${pair.name}: ${none}`], { action: 'history', rows });
}

/** What Lambda can answer: it has a limit of 6 MB, and each row is in it twice. The newest rows stay. */
function fitting(rows: readonly HistoryEntry[]): readonly HistoryEntry[] {
  let room = ANSWER_MAX;
  return rows.filter((row) => {
    room -= 2 * JSON.stringify(row).length;
    return room > 0;
  });
}

/** The exact steps that the plan would take now, what stands in its way, and what it would lose. */
async function dryRun(
  asked: Asked,
  { of, force, killLong }: Extract<Request, { action: 'plan' }>,
): Promise<Reply> {
  const { situation } = await lookAt(asked, asked.pairs[0]);
  const { pair, holder, standby } = situation;
  const planned = planFor(situation, of, standby.node, { force, acceptLoss: force, killLong });
  if ('refused' in planned) return notDone('refused', [`${pair.name}: ${planned.refused}`]);
  const loss = describePlanLoss(situation, of, force);
  const sessions = of === 'switchover' ? await obstaclesOn(asked.ports, situation, killLong) : null;
  const lines = [
    `${pair.name}: a ${of} from ${holder.node} to ${standby.node} would now:`,
    ...renderStages(planned.plan),
    loss,
    ...(sessions === null ? [] : [sessions]),
  ];
  const stages = planned.plan.stages.map((stage) => stage.map(renderStep));
  const direction = { pair: pair.name, of, from: holder.node, to: standby.node };
  return done(lines, { action: 'plan', ...direction, stages, loss, sessions });
}

async function obstaclesOn(ports: Ports, { pair, holder }: Situation, killLong: boolean): Promise<string> {
  try {
    const obstacles = await ports.database.inspect(pair, holder.node, STATEMENT_LIMIT_MS);
    if (obstacles.length === 0) return `No long session on ${holder.node} blocks it.`;
    const then = killLong ? 'They would be killed.' : 'So it would be refused. --kill-long kills them.';
    return `Long sessions on ${holder.node}: ${renderObstacles(obstacles)}. ${then}`;
  } catch (error) {
    return `It is unknown whether ${holder.node} has long sessions: ${reason(error)}`;
  }
}
