/** Answers as people paste them into a chat, and times as people read them. */
import { offlineText, writesText } from '../../core/evidence/writability.ts';
import type { HistoryRow, PairStatus, Reply } from '../../core/operator/reply.ts';
import { renderReplica } from '../../core/text/replicas-text.ts';
import { doubtOf } from '../../core/text/status-text.ts';
import { type Paint, toneOf } from './paint.ts';

/** One short block for a pair: who has the VIP, who takes writes, who could take over, what is done and why not more. */
export function statusBlock(environment: string, status: PairStatus, paint: Paint): readonly string[] {
  const { pair, vip, vipIs, nodes, standby, canTakeOver, reasons, row, does, incident } = status;
  const ready = canTakeOver
    ? paint('good', `${standby} can take over`)
    : `${paint('bad', `${standby} cannot take over`)}: ${reasons.join('; ')}`;
  return [
    `${paint('bold', `${environment}/${pair}`)}  VIP ${vip} ${vipIs}${incident ? `  incident ${incident}` : ''}`,
    ...nodes.map((node) => `  ${nodeText(node, paint)}`),
    `  ${ready}`,
    ...status.replicas.map(renderReplica),
    `  ${row}: ${does}`,
    ...doubtOf(status).map((line) => `  ${paint('odd', line)}`),
    ...specialsOf(status).map((line) => `  ${paint('odd', line)}`),
  ];
}

function nodeText(
  { node, verdict, because, writes, offline, lagSeconds, replicates }: PairStatus['nodes'][number],
  paint: Paint,
): string {
  const is = `${node} ${paint(toneOf(verdict), verdict === 'unseen' ? 'no data yet' : verdict)}`;
  if (writes === null) return `${is}: ${because}`;
  const lag = lagSeconds === null ? 'lag unknown' : `lag ${lagSeconds} s`;
  const clients = offline ? [offlineText] : [];
  return [is, writesText[writes], ...clients, replicates ? lag : 'replication does not run'].join(', ');
}

/** What a person must know before anything else is done. */
export function specialsOf(status: PairStatus): readonly string[] {
  const { mode, pause, plan, flapGuard, quarantine, maintenance, atMs } = status;
  return [
    ...(mode === 'observe' ? ["mode observe: keepalambda changes nothing; mode: 'act' lets it"] : []),
    ...(pause
      ? [
          `paused by ${pause.by} until ${clockOf(pause.untilMs)} UTC (${Math.ceil((pause.untilMs - atMs) / 60_000)} min): ${pause.why}`,
        ]
      : []),
    ...(plan ? [planInFlightText(plan, atMs)] : []),
    ...(maintenance ? [maintenanceText(maintenance)] : []),
    ...(flapGuard ? [`flap guard: ${flapGuard}; acknowledge ends it`] : []),
    ...(quarantine ? [`${quarantine} is in quarantine; release ends it`] : []),
  ];
}

/** The watch that says so may be of another release, and know other kinds of plans: its steps name the nodes. */
function planInFlightText(
  { kind, to, by, startedAtMs, steps }: NonNullable<PairStatus['plan']>,
  atMs: number,
): string {
  const next = steps.find(({ outcome }) => outcome === null) ?? steps.at(-1);
  const at = next === undefined ? '' : `: ${next.step}`;
  const what = kind === 'failover' || kind === 'switchover' ? `a ${kind} to ${to}` : `the plan ${kind}`;
  return `${what} by ${by} is in flight, ${secondsOf(atMs - startedAtMs)}${at}`;
}

function maintenanceText({
  work,
  by,
  why,
  out,
  nodes,
  done,
}: NonNullable<PairStatus['maintenance']>): string {
  const now = out === null ? '' : `${out} is out, `;
  return `a maintenance (${work}) by ${by} is at work: ${now}${done.length} of ${nodes.length} nodes done: ${why}`;
}

/** A log book: the oldest first, a line for the day, then the time of each row. */
export function logBook(rows: readonly HistoryRow[], paint: Paint): readonly string[] {
  let day = '';
  return rows.toReversed().flatMap((row) => {
    const today = dayOf(row.atMs);
    const head = today === day ? [] : [paint('bold', `${row.pair}, ${today} UTC`)];
    day = today;
    const thread = row.incident === null ? '        ' : row.incident.padEnd(8);
    return [...head, `${clockOf(row.atMs)}  ${paint('dim', thread)}  ${row.what.padEnd(8)}  ${row.text}`];
  });
}

/** The status of one pair in a reply. Undefined where it is not there. */
export function statusIn({ data }: Reply, pair: string): PairStatus | undefined {
  return data?.action === 'status' ? data.pairs.find((status) => status.pair === pair) : undefined;
}

/** `1.9 s`. */
export function secondsOf(ms: number): string {
  return `${(ms / 1000).toFixed(1)} s`;
}

/** `12:01:33`, in UTC. */
export function clockOf(atMs: number): string {
  return new Date(atMs).toISOString().slice(11, 19);
}

/** `2026-11-25`, in UTC. */
export function dayOf(atMs: number): string {
  return new Date(atMs).toISOString().slice(0, 10);
}
