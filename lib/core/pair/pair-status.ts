/** A situation as data: what `status` gives to programs, and to the live view. */
import type { Decision } from '../decision/decision.ts';
import type { Situation } from '../decision/situation.ts';
import type { Verdict } from '../evidence/verdict.ts';
import { writabilityOf } from '../evidence/writability.ts';
import { type Maintenance, workText } from '../maintain/maintenance.ts';
import type { Memory } from '../memory/memory.ts';
import type { PairStatus } from '../operator/reply.ts';
import { outcomeKey, type PlanRecord } from '../plan/plan.ts';
import { measureText } from '../text/status-text.ts';
import { renderOutcome, renderStep } from '../text/steps-text.ts';

/** The pair as it is seen, with what is remembered of it. `seenBy`: whose evidence the situation is. */
export function pairStatusOf(
  situation: Situation,
  { row, measure }: Decision,
  { seenBy, replicas }: Pick<PairStatus, 'seenBy' | 'replicas'>,
): PairStatus {
  const { pair, vip, vipBecause, holder, standby, memory, flapGuard, nowMs } = situation;
  const { readiness } = memory;
  // The leader has watched the standby for longer than one look.
  const noted = readiness?.node === standby.node && !readiness.fit ? readiness.reasons : [];
  const reasons = noted.length > 0 ? noted : situation.fitness.reasons;
  return {
    pair: pair.name,
    mode: pair.mode,
    vip: pair.vip,
    holder: vip === 'held' ? holder.node : null,
    vipIs: vipBecause,
    nodes: [holder, standby].map(nodeStatusOf),
    standby: standby.node,
    canTakeOver: reasons.length === 0,
    reasons,
    row: row.name,
    does: measureText(measure, memory.plan),
    why: row.reason,
    incident: memory.incident?.id ?? null,
    pause: pauseOf(memory, nowMs),
    flapGuard,
    quarantine: memory.quarantine?.node ?? null,
    plan: memory.plan && planStatusOf(memory.plan),
    maintenance: memory.maintenance && maintenanceOf(memory.maintenance),
    replicas,
    seenBy,
    atMs: nowMs,
  };
}

function maintenanceOf(maintenance: Maintenance): PairStatus['maintenance'] {
  const { by, why, out, nodes, done, stopped = null } = maintenance;
  return { work: workText(maintenance), by, why, out: out?.node ?? null, nodes, done, stopped };
}

function pauseOf({ pause }: Memory, nowMs: number): Memory['pause'] {
  return pause !== null && nowMs < pause.untilMs ? pause : null;
}

function nodeStatusOf({ node, kind, because, server }: Verdict): PairStatus['nodes'][number] {
  const base = { node, verdict: kind, because };
  if (server === null) return { ...base, writes: null, lagSeconds: null, replicates: null, version: null };
  const { inbound } = server;
  const isConfigured = inbound.kind === 'configured';
  return {
    ...base,
    writes: writabilityOf(server),
    ...(server.offline ? { offline: true as const } : {}),
    lagSeconds: isConfigured ? inbound.lagSeconds : null,
    replicates: isConfigured && inbound.io === 'yes' && inbound.sql === 'yes',
    version: `${server.flavor} ${server.version}`,
  };
}

function planStatusOf(plan: PlanRecord): NonNullable<PairStatus['plan']> {
  const { id, kind, from, to, by, row, startedAtMs, phase, outcomes } = plan;
  const said = (key: string) => {
    const outcome = outcomes[key];
    return outcome ? renderOutcome(outcome) : null;
  };
  const steps = plan.stages.flatMap((stage, stageIndex) =>
    stage.map((step, index) => ({ step: renderStep(step), outcome: said(outcomeKey(stageIndex, index)) })),
  );
  const undo = plan.undo.map((step, index) => ({
    step: `undo: ${renderStep(step)}`,
    outcome: said(`undo.${index}`),
  }));
  return {
    id,
    kind,
    from,
    to,
    by,
    row,
    startedAtMs,
    phase,
    steps: phase === 'undoing' ? [...steps, ...undo] : steps,
  };
}
