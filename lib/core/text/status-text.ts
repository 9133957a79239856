/** A situation in words: the same for `status`, `check` and the CLI. */
import type { Incident } from '../alert/incident.ts';
import type { Decision, Measure } from '../decision/decision.ts';
import type { Situation } from '../decision/situation.ts';
import { faultsOfInbound } from '../evidence/check.ts';
import type { Inbound } from '../evidence/sighting.ts';
import { describeVerdict, type Verdict } from '../evidence/verdict.ts';
import { offlineText, writabilityOf, writesText } from '../evidence/writability.ts';
import { type Maintenance, workText } from '../maintain/maintenance.ts';
import type { Memory } from '../memory/memory.ts';
import type { NodeName } from '../names.ts';
import type { PairStatus } from '../operator/reply.ts';
import { planText } from './plan-text.ts';
import { lagText } from './sighting-text.ts';

/**
 * The VIP, the two nodes, whether the standby can take over, what is done and why, and what is special. `seenBy`: whose
 * evidence the situation is.
 */
export function renderStatus(
  situation: Situation,
  decision: Decision,
  seenBy: PairStatus['seenBy'],
): readonly string[] {
  const { pair, holder, standby, memory, vip, vipBecause } = situation;
  return [
    `${pair.name}: VIP ${pair.vip} ${vip === 'held' ? `on ${holder.node}` : vipBecause}`,
    `  ${renderNode(holder)}`,
    `  ${renderNode(standby)}`,
    ...fitnessLines(situation, seenBy),
    ...decisionLines(decision, memory),
    ...doubtOf({ pair: pair.name, row: decision.row.name, seenBy }).map((line) => `  ${line}`),
    ...specials(situation),
  ];
}

/** What one look of a pair that is not well does not prove: nothing at all, or a line. */
export function doubtOf({
  pair,
  row,
  seenBy,
}: Pick<PairStatus, 'pair' | 'row' | 'seenBy'>): readonly string[] {
  if (seenBy === 'leader' || row === 'steady') return [];
  return [`by one look, which confirms nothing: \`explain ${pair}\` asks the leader`];
}

/** What is done and why, in the words of the row and of its measure. */
function decisionLines({ row, measure }: Decision, { plan, incident }: Memory): readonly string[] {
  return [
    `  ${row.name}: ${measureText(measure, plan)}`,
    `    why: ${row.reason}`,
    ...(incident ? [`  incident ${incident.id} is open${takenText(incident)}`] : []),
  ];
}

function takenText({ acknowledged }: Incident): string {
  return acknowledged === undefined ? '' : `; ${acknowledged.by} has acknowledged it`;
}

/** What is done, in words. */
export function measureText(measure: Measure, plan: Memory['plan']): string {
  switch (measure.kind) {
    case 'observe':
      return 'no action and no alert, keepalambda looks again';
    case 'stay':
      return `nothing is moved, alert ${measure.page}: ${measure.because}`;
    case 'resume':
      return plan === null ? 'the plan goes on' : `the ${planText(plan)} goes on`;
    case 'act':
      return `${planText(measure.plan)}, because ${measure.because}`;
    case 'all-clear':
      return 'nothing to do';
  }
}

/**
 * The leader's memory decides, because the leader has watched for longer than one look. What is seen now is added where
 * it differs.
 */
function fitnessLines(
  { standby, fitness, memory, nowMs }: Situation,
  seenBy: PairStatus['seenBy'],
): readonly string[] {
  const seen = fitness.reasons.join('; ');
  const can = `  ${standby.node} can take over`;
  const cannot = `  ${standby.node} cannot take over: `;
  const { readiness } = memory;
  if (readiness?.node !== standby.node) return [fitness.fit ? can : `${cannot}${seen}`];
  const ago = `${Math.max(0, Math.round((nowMs - readiness.atMs) / 1000))} s ago`;
  if (readiness.fit) return [fitness.fit ? `${can} (as of ${ago})` : `${cannot}${seen} (it could ${ago})`];
  const reasons = readiness.reasons.join('; ');
  const noted = `${cannot}${reasons} (as of ${ago})`;
  if (!fitness.fit && seen === reasons) return [noted];
  const now = seenBy === 'leader' ? 'the last look' : 'this single look';
  return [noted, `  ${now} finds ${fitness.fit ? 'no fault with it' : `another reason: ${seen}`}`];
}

/** The mysql_check verdict on a node, in words: `db1 passes the check`, or why it fails. */
export function renderCheck({ node, faults }: Checked): string {
  return faults.length === 0 ? `${node} passes the check` : `${node} fails the check: ${faults.join('; ')}`;
}

/** What mysql_check finds wrong with a node. */
export interface Checked {
  readonly node: NodeName;
  readonly faults: readonly string[];
}

/** The mysql_check verdict on both nodes. */
export function checkedOf({ pair, holder, standby }: Situation): readonly Checked[] {
  return [holder, standby].map((verdict) => {
    const { node, kind, because, server } = verdict;
    if (server === null) return { node, faults: [describeVerdict(verdict)] };
    if (kind === 'stuck') return { node, faults: [because] };
    return { node, faults: faultsOfInbound(server.inbound, pair.settings.lagLimitSeconds) };
  });
}

function renderNode({ node, kind, because, server }: Verdict): string {
  if (server === null) return describeVerdict({ node, kind, because });
  const is = writesText[writabilityOf(server)];
  const writes = server.offline ? `${is}, ${offlineText}` : is;
  return `${node} ${kind}, ${writes}, replication ${renderInbound(server.inbound)}, ${server.flavor} ${server.version}`;
}

function renderInbound(inbound: Inbound): string {
  if (inbound.kind === 'unread') return 'not read yet';
  if (inbound.kind === 'unconfigured') return 'not configured';
  const lag = lagText(inbound);
  const error = inbound.ioError ?? inbound.sqlError;
  const because = error ? ` (error ${error.errno}: ${error.message})` : '';
  return `from ${inbound.sourceAddress}: IO ${inbound.io}, SQL ${inbound.sql}, ${lag}${because}`;
}

/** `a maintenance (restart) by ann is at work: db2 is out, 0 of 2 nodes done: new my.cnf`. */
function renderMaintenance(maintenance: Maintenance): string {
  const { by, why, out, nodes, done, stopped } = maintenance;
  const now = out === null ? '' : `${out.node} is out, `;
  const is = stopped ? `has stopped (${stopped})` : 'is at work';
  return `a maintenance (${workText(maintenance)}) by ${by} ${is}: ${now}${done.length} of ${nodes.length} nodes done: ${why}`;
}

function specials({ pair, memory, flapGuard, nowMs, misconfigured }: Situation): string[] {
  const lines: string[] = [];
  if (misconfigured) lines.push(`  misconfigured: ${misconfigured.because}`);
  if (pair.mode === 'observe')
    lines.push("  mode observe: keepalambda changes nothing here; mode: 'act' lets it");
  if (memory.pause && nowMs < memory.pause.untilMs) {
    const minutes = Math.ceil((memory.pause.untilMs - nowMs) / 60_000);
    lines.push(`  paused by ${memory.pause.by} for ${minutes} more minutes: ${memory.pause.why}`);
  }
  if (memory.plan) lines.push(`  in flight: ${planText(memory.plan)} (plan ${memory.plan.id})`);
  if (memory.maintenance) lines.push(`  ${renderMaintenance(memory.maintenance)}`);
  if (flapGuard) lines.push(`  flap guard: ${flapGuard}; \`acknowledge\` ends it`);
  if (memory.quarantine) lines.push(`  ${memory.quarantine.node} is in quarantine; \`release\` ends it`);
  return lines;
}
