/** A situation in words, for whoever asks: the same for `status`, `check` and the CLI. */
import { faultsOfInbound } from '../check.ts';
import type { Decision } from '../decision.ts';
import type { Inbound } from '../sighting.ts';
import type { Situation } from '../situation.ts';
import type { Verdict } from '../verdict.ts';

/** One line each: the VIP, the two nodes, the standby's fitness, what keepalambda makes of it, what is special. */
export function renderStatus(situation: Situation, decision: Decision): readonly string[] {
  const { pair, holder, standby, memory } = situation;
  return [
    `${pair.name}: VIP ${pair.vip} ${vipText(situation)}`,
    `  ${renderNode(holder)}`,
    `  ${renderNode(standby)}`,
    ...fitnessLines(situation),
    `  ${decision.row.name}${memory.incident ? `, incident ${memory.incident.id} is open` : ''}`,
    ...specials(situation),
  ];
}

/**
 * What the leader believes decides, because it has watched for longer than one look; what this look sees stands beside it
 * where it differs.
 */
function fitnessLines({ standby, fitness, memory, nowMs }: Situation): readonly string[] {
  const seen = fitness.fit ? 'fit' : `unfit: ${fitness.reasons.join('; ')}`;
  const { readiness } = memory;
  if (readiness?.node !== standby.node)
    return [
      `  ${standby.node} is ${fitness.fit ? 'fit to take over' : `unfit to take over: ${fitness.reasons.join('; ')}`}`,
    ];
  const age = `noted ${Math.max(0, Math.round((nowMs - readiness.atMs) / 1000))} s ago`;
  if (readiness.fit && fitness.fit) return [`  ${standby.node} is fit to take over (${age})`];
  if (readiness.fit)
    return [`  ${standby.node} is unfit to take over: ${fitness.reasons.join('; ')} (fit when ${age})`];
  const noted = `  ${standby.node} is unfit to take over: ${readiness.reasons.join('; ')} (${age})`;
  return seen === `unfit: ${readiness.reasons.join('; ')}`
    ? [noted]
    : [noted, `  this look alone would find it ${fitness.fit ? 'well' : seen}`];
}

/** The mysql_check verdict on both nodes: `db1 passes the check`, or why it fails. */
export function renderCheck({ pair, holder, standby }: Situation): readonly string[] {
  return [holder, standby].map((verdict) => {
    if (verdict.server === null)
      return `${verdict.node} fails the check: it is ${verdict.kind} (${verdict.because})`;
    const faults = faultsOfInbound(verdict.server.inbound, pair.settings.lagLimitSeconds);
    if (verdict.kind === 'stuck') return `${verdict.node} fails the check: ${verdict.because}`;
    return faults.length === 0
      ? `${verdict.node} passes the check`
      : `${verdict.node} fails the check: ${faults.join('; ')}`;
  });
}

function vipText({ vip, vipBecause, holder }: Situation): string {
  switch (vip) {
    case 'held':
      return `on ${holder.node}`;
    case 'unheld':
    case 'unknown':
    case 'blind':
      return vip === 'blind' ? `unknown: ${vipBecause}` : vipBecause;
  }
}

function renderNode({ node, kind, because, server }: Verdict): string {
  if (server === null) return `${node} ${kind}: ${because}`;
  const writes = server.halfClosed ? 'half closed' : server.writable ? 'takes writes' : 'read-only';
  return `${node} ${kind}, ${writes}, replication ${renderInbound(server.inbound)}, ${server.flavor} ${server.version}`;
}

function renderInbound(inbound: Inbound): string {
  if (inbound.kind === 'unconfigured') return 'not configured';
  const lag = inbound.lagSeconds === null ? 'lag unknown' : `lag ${inbound.lagSeconds} s`;
  const error = inbound.ioError ?? inbound.sqlError;
  const because = error ? ` (error ${error.errno}: ${error.message})` : '';
  return `from ${inbound.sourceAddress}: IO ${inbound.io}, SQL ${inbound.sql}, ${lag}${because}`;
}

function specials({ pair, memory, flapGuard, nowMs }: Situation): string[] {
  const lines: string[] = [];
  if (pair.mode === 'observe')
    lines.push("  mode observe: keepalambda changes nothing here; mode: 'act' lets it");
  if (memory.pause && nowMs < memory.pause.untilMs) {
    const minutes = Math.ceil((memory.pause.untilMs - nowMs) / 60_000);
    lines.push(`  paused by ${memory.pause.by} for ${minutes} more minutes: ${memory.pause.why}`);
  }
  if (memory.plan)
    lines.push(`  a ${memory.plan.kind} to ${memory.plan.to} is in flight (plan ${memory.plan.id})`);
  if (flapGuard) lines.push(`  flap guard: ${flapGuard}; {"action":"acknowledge"} lifts it`);
  if (memory.quarantine)
    lines.push(`  ${memory.quarantine.node} is in quarantine; {"action":"release"} ends it`);
  return lines;
}
