/** The figures of an incident, from its rows of history: what the page and `incident --json` both say. */
import type { Detail, PlanEnded } from '../memory/history.ts';
import type { HistoryRow } from '../operator/reply.ts';

export interface Report {
  /** Of the first row that is no picture, and of the last row. Milliseconds since 1970. */
  readonly beganAtMs: number;
  readonly endedAtMs: number;
  readonly lengthMs: number;
  readonly rows: number;
  /** Whether the last alert is an all-clear. */
  readonly isOver: boolean;
  /** Who had the VIP when it began, and who has it at the end; null where no row says. */
  readonly holderBefore: string | null;
  readonly holderAfter: string | null;
  readonly plans: readonly PlanFigures[];
  readonly alerts: number;
  readonly orders: number;
  /** The leaders that acted, by their epochs. */
  readonly epochs: readonly number[];
  /** The greatest lag that was seen, where any was. Seconds. */
  readonly lagMaxSeconds: number | null;
}

export interface PlanFigures
  extends Pick<PlanEnded, 'plan' | 'of' | 'from' | 'to' | 'by' | 'row' | 'ending'> {
  readonly startedAtMs: number;
  readonly tookMs: number;
  /** From the first sign of the fault to the end of the plan. */
  readonly sinceFaultMs: number;
  readonly steps: readonly {
    readonly step: string;
    readonly outcome: string;
    readonly tookMs: number | null;
  }[];
}

/** The rows, the oldest first → their figures. */
export function reportOf(rows: readonly HistoryRow[]): Report {
  const began = (rows.find(({ what }) => what !== 'seen') ?? rows[0])?.atMs ?? 0;
  const ended = rows.reduce((latest, { atMs }) => Math.max(latest, atMs), began);
  const details = rows.flatMap(({ detail }) => detail ?? []);
  const seen = details.filter((detail) => detail.kind === 'seen');
  const alerts = details.filter((detail) => detail.kind === 'alert');
  const plans = details.filter((detail) => detail.kind === 'plan');
  const holders = details.flatMap(holderIn);
  const lags = seen.flatMap(({ nodes }) => nodes.flatMap(({ lagSeconds }) => lagSeconds ?? []));
  return {
    beganAtMs: began,
    endedAtMs: ended,
    lengthMs: ended - began,
    rows: rows.length,
    isOver: alerts.at(-1)?.code === 'all-clear',
    holderBefore: holders[0] ?? plans[0]?.from ?? null,
    holderAfter: holders.at(-1) ?? null,
    plans: plans.map(figuresOf),
    alerts: rows.filter(({ what }) => what === 'alert').length,
    orders: rows.filter(({ what }) => what === 'order').length,
    epochs: [...new Set(rows.map(({ epoch }) => epoch))],
    lagMaxSeconds: lags.length === 0 ? null : lags.reduce((most, lag) => Math.max(most, lag), 0),
  };
}

/** Who has the VIP, by what was seen and by the plans that moved it. */
function holderIn(detail: Detail): readonly string[] {
  if (detail.kind === 'plan') return detail.vipMoved ? [detail.to] : [];
  if (detail.kind !== 'seen') return [];
  return detail.nodes.some(({ node }) => node === detail.vip) ? [detail.vip] : [];
}

function figuresOf({
  plan,
  of,
  from,
  to,
  by,
  row,
  ending,
  startedAtMs,
  endedAtMs,
  badSinceMs,
  steps,
}: PlanEnded) {
  return {
    plan,
    of,
    from,
    to,
    by,
    row,
    ending,
    startedAtMs,
    tookMs: endedAtMs - startedAtMs,
    sinceFaultMs: endedAtMs - badSinceMs,
    steps: steps.map(({ step, outcome, tookMs }) => ({ step, outcome, tookMs })),
  };
}
