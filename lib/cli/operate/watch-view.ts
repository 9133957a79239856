/** One picture of the live view: what is known now → the lines of a screen of this size. */
import { writesText } from '../../core/evidence/writability.ts';
import type { HistoryRow, PairStatus, Reply } from '../../core/operator/reply.ts';
import { type Paint, toneOf } from './paint.ts';
import { clockOf, secondsOf, specialsOf } from './texts.ts';

type Status = Extract<NonNullable<Reply['data']>, { action: 'status' }>;

export interface View {
  readonly environment: string;
  /** The newest answer; null before the first. */
  readonly status: Status | null;
  /** When that answer came, and since when the lease has had its version. */
  readonly atMs: number;
  readonly leaseSinceMs: number;
  /** Why there is no newer one. */
  readonly trouble: string | null;
  /** When each outcome of a plan was first seen here, by plan and step. */
  readonly stepsAtMs: ReadonlyMap<string, number>;
}

export interface Size {
  readonly columns: number;
  readonly rows: number;
}

/** At most `rows` lines, none wider than `columns`. */
export function renderView(
  view: View,
  { columns, rows }: Size,
  nowMs: number,
  paint: Paint,
): readonly string[] {
  const { environment, status, trouble } = view;
  const head = `keepalambda watch ${environment}  ${clockOf(nowMs)} UTC  ${leaseText(view, nowMs)}`;
  const body =
    status === null
      ? ['waiting for the first answer']
      : [...status.pairs.flatMap((pair) => pairLines(pair, view)), '', ...eventLines(status.events)];
  const lines = [
    line('bold', head),
    ...(trouble === null ? [] : [line('bad', `no answer for ${secondsOf(nowMs - view.atMs)}: ${trouble}`)]),
    '',
    ...body,
  ].slice(0, Math.max(1, rows - 1));
  return [...lines, line('dim', 'q leaves')].map((each) => drawn(each, columns, paint));
}

/** A line, or one in a tone. The tone is added when the line has been cut. */
type Line = string | { readonly tone: Parameters<Paint>[0]; readonly text: string };

function line(tone: Parameters<Paint>[0], text: string): Line {
  return { tone, text };
}

function drawn(each: Line, columns: number, paint: Paint): string {
  return typeof each === 'string' ? clipped(each, columns) : paint(each.tone, clipped(each.text, columns));
}

/** Cut at the width, with a mark that it is. */
function clipped(text: string, columns: number): string {
  return text.length <= columns ? text : `${text.slice(0, Math.max(0, columns - 1))}…`;
}

function leaseText({ status, leaseSinceMs }: View, nowMs: number): string {
  const lease = status?.lease ?? null;
  if (lease === null) return 'no leader';
  if (lease.released) return `epoch ${lease.epoch}, given back`;
  return `epoch ${lease.epoch}, renewed ${secondsOf(Math.max(0, nowMs - leaseSinceMs))} ago`;
}

function pairLines(status: PairStatus, view: View): readonly Line[] {
  const { pair, vip, vipIs, nodes, standby, canTakeOver, reasons, row, does, incident } = status;
  return [
    line('bold', `${pair}  VIP ${vip} ${vipIs}${incident ? `  incident ${incident}` : ''}`),
    ...nodes.map((node) => line(toneOf(node.verdict), `  ${nodeText(node)}`)),
    canTakeOver
      ? `  ${standby} can take over`
      : line('bad', `  ${standby} cannot take over: ${reasons.join('; ')}`),
    `  ${row}: ${does}`,
    ...specialsOf(status).map((text) => line('odd', `  ${text}`)),
    ...planLines(status, view),
  ];
}

function nodeText({
  node,
  verdict,
  because,
  writes,
  offline,
  lagSeconds,
}: PairStatus['nodes'][number]): string {
  const is = `${node.padEnd(10)} ${(verdict === 'unseen' ? 'no data' : verdict).padEnd(10)}`;
  if (writes === null) return `${is} ${because}`;
  return `${is} ${(offline ? 'offline_mode' : writesText[writes]).padEnd(12)} ${lagSeconds === null ? 'lag unknown' : `lag ${lagSeconds} s`}`;
}

function planLines({ plan }: PairStatus, { stepsAtMs }: View): readonly Line[] {
  if (plan === null) return [];
  return plan.steps.map(({ step, outcome }) => {
    const atMs = stepsAtMs.get(stepKey(plan.id, step));
    const when = atMs === undefined ? '        ' : `+${secondsOf(atMs - plan.startedAtMs)}`.padStart(8);
    return `  ${when}  ${step}${outcome === null ? '' : `: ${outcome}`}`;
  });
}

/** By what an outcome is remembered. */
export function stepKey(plan: string, step: string): string {
  return `${plan} ${step}`;
}

function eventLines(events: readonly HistoryRow[]): readonly Line[] {
  if (events.length === 0) return ['no event yet'];
  return events.map(({ atMs, pair, what, text }) => `${clockOf(atMs)}  ${pair}  ${what}  ${text}`);
}
