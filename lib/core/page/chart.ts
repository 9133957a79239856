/** A part of the timeline as a table: a row for each lane, all tracks on one axis. */
import type { PlanEnded } from '../memory/history.ts';
import type { HistoryRow } from '../operator/reply.ts';
import { lengthText, offsetText, placeOn, type Span, ticksOf } from './axis.ts';
import { Html, html } from './html.ts';
import type { Lane, Stretch } from './lanes.ts';

/** A mark on the track of alerts, decisions or orders. */
interface Mark {
  readonly atMs: number;
  readonly text: string;
  readonly isCritical: boolean;
}

/** Stretches that are narrower than this are shown as one that changes. Percent. */
const NARROWEST = 0.25;

export interface ChartProps {
  readonly caption: string;
  readonly span: Span;
  readonly lanes: readonly Lane[];
  readonly rows: readonly HistoryRow[];
  /** The steps of this plan are shown below the lanes. */
  readonly plan?: PlanEnded;
}

export function chart({ caption, span, lanes, rows, plan }: ChartProps): Html {
  const within = lanes
    .map((lane) => ({ ...lane, stretches: inSpan(lane.stretches, span) }))
    .filter(({ stretches }) => stretches.some(({ tone }) => tone !== 'none'));
  const body = [
    axisRow(span, plan ? html`<td class="length soft">length</td>` : new Html('')),
    ...within.map((lane, index) =>
      row(
        label(lane, lane.group !== within[index - 1]?.group),
        lane.stretches.map((each) => stretch(each, span)),
        index > 0 && lane.group !== within[index - 1]?.group,
      ),
    ),
    ...markRows(rows, span),
    ...(plan ? plan.steps.map((step, index) => stepRow(step, plan, span, index === 0)) : []),
  ];
  const columns = plan
    ? html`<colgroup><col class="name"><col><col class="length"></colgroup>`
    : html`<colgroup><col class="name"><col></colgroup>`;
  return html`<table class="chart${plan ? ' steps' : ''}" aria-label="${caption}" style="${gridOf(span)}">${columns}<tbody>${body}</tbody></table>`;
}

/** Percent positions of a background refer to what is left of the width beside one step. */
function gridOf(span: Span): string {
  const [first, second] = ticksOf(span);
  if (first === undefined || second === undefined) return '--step:100%;--first:0';
  const step = ((second.atMs - first.atMs) / Math.max(1, span.toMs - span.fromMs)) * 100;
  const offset = placeOn(span, first.atMs);
  const position = step >= 100 ? 0 : (offset / (100 - step)) * 100;
  return `--step:${step.toFixed(3)}%;--first:${position.toFixed(3)}%`;
}

function axisRow(span: Span, cells: Html): Html {
  const ticks = ticksOf(span).map(({ atMs, text }) => {
    const place = placeOn(span, atMs);
    if (place > 94) return html`<span class="edge" style="right:0">${text}</span>`;
    return place < 4
      ? html`<span class="edge" style="left:0">${text}</span>`
      : html`<span style="left:${place}%">${text}</span>`;
  });
  return html`<tr><th scope="row" class="soft">time</th><td class="track-cell"><div class="track axis">${ticks}</div></td>${cells}</tr>`;
}

function row(name: Html, tracks: readonly Html[], isFirst: boolean, length = new Html('')): Html {
  return html`<tr${new Html(isFirst ? ' class="first"' : '')}><th scope="row">${name}</th><td class="track-cell"><div class="track">${tracks}</div></td>${length}</tr>`;
}

function label({ group, name }: Lane, isFirst: boolean): Html {
  const soft = name === '' ? new Html('') : html` <span class="soft">${name}</span>`;
  return isFirst ? html`<b>${group}</b>${soft}` : html`<span class="again">${group}</span>${soft}`;
}

function stretch({ fromMs, toMs, text, tone }: Stretch, span: Span): Html {
  const [left, right] = [placeOn(span, fromMs), placeOn(span, toMs)];
  const title = `${text}, ${offsetText(fromMs - span.zeroMs)} to ${offsetText(toMs - span.zeroMs)}`;
  return html`<span class="s ${tone}" style="left:${left}%;width:${round(right - left)}%" title="${title}"><b>${text}</b></span>`;
}

/** What of the stretches is in the span; many short ones beside each other are one. */
function inSpan(stretches: readonly Stretch[], span: Span): readonly Stretch[] {
  const all: Stretch[] = [];
  for (const each of stretches) {
    if (each.toMs < span.fromMs || each.fromMs > span.toMs) continue;
    const last = all.at(-1);
    const isNarrow = (one: Stretch) => placeOn(span, one.toMs) - placeOn(span, one.fromMs) < NARROWEST;
    if (last !== undefined && all.length > 40 && isNarrow(last))
      all[all.length - 1] = { ...last, toMs: each.toMs, text: 'changes', tone: 'odd' };
    else all.push(each);
  }
  return all;
}

const markKinds = [
  ['decision', 'decisions'],
  ['alert', 'alerts'],
  ['order', 'orders'],
] as const;

function markRows(rows: readonly HistoryRow[], span: Span): readonly Html[] {
  return markKinds.flatMap(([what, name], index) => {
    const marks = rows.flatMap((each) => (each.what === what ? markOf(each) : []));
    const shown = marks.filter(({ atMs }) => atMs >= span.fromMs && atMs <= span.toMs).slice(0, 400);
    if (shown.length === 0) return [];
    const tracks = shown.map(
      ({ atMs, text, isCritical }) =>
        html`<span class="m${isCritical ? ' critical' : ''}" style="left:${placeOn(span, atMs)}%" title="${text}"></span>`,
    );
    return [row(html`<b>${name}</b>`, tracks, index === 0)];
  });
}

function markOf({ atMs, detail, text }: HistoryRow): readonly Mark[] {
  const isCritical = detail?.kind === 'alert' && detail.severity === 'critical';
  const brief = detail?.kind === 'alert' ? detail.code : text.slice(0, 80);
  return [{ atMs, text: brief, isCritical }];
}

function stepRow(
  { step, outcome, says, beganAfterMs, tookMs }: PlanEnded['steps'][number],
  plan: PlanEnded,
  span: Span,
  isFirst: boolean,
): Html {
  const name = html`${step}<br><span class="soft">${says}</span>`;
  const length = html`<td class="length">${tookMs === null ? '' : lengthText(tookMs)}</td>`;
  if (beganAfterMs === null || tookMs === null) return row(name, [], isFirst, length);
  const fromMs = plan.startedAtMs + beganAfterMs;
  const tone = outcome === 'failed' || outcome === 'blocked' ? 'bad' : outcome === 'missed' ? 'odd' : 'step';
  return row(name, [stretch({ fromMs, toMs: fromMs + tookMs, text: '', tone }, span)], isFirst, length);
}

function round(value: number): number {
  return Math.round(value * 100) / 100;
}
