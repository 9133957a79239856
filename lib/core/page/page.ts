/**
 * One incident as one page: a file that opens anywhere, asks for nothing over the network and runs no script. All its figures
 * are those of `reportOf`, which `incident --json` gives too.
 */
import type { PlanEnded } from '../memory/history.ts';
import type { HistoryRow } from '../operator/reply.ts';
import { plural } from '../plural.ts';
import { utcTime } from '../text/utc-time.ts';
import { lengthText, offsetText, type Span } from './axis.ts';
import { chart } from './chart.ts';
import { Html, html } from './html.ts';
import { lanesOf } from './lanes.ts';
import { bookOf, listOf } from './lists.ts';
import { type PlanFigures, type Report, reportOf } from './report.ts';
import { style } from './style.ts';

export interface PageProps {
  /** Such as `prod/orders`. */
  readonly place: string;
  /** Such as `Incident 41c0ffee`. */
  readonly title: string;
  /** What others have to say of it first: a lab of its clients, the simulator of a violation. @default nothing */
  readonly verdict?: string;
  /** More figures, beside those of the rows. @default none */
  readonly facts?: readonly (readonly [name: string, value: string])[];
  /** The oldest first. */
  readonly rows: readonly HistoryRow[];
}

/** Plans that are drawn closely. */
const CLOSE_UPS_MAX = 4;
/** What is shown before and after a plan, as a part of its length, and at least. Milliseconds. */
const MARGIN = 0.15;
const MARGIN_MIN_MS = 250;

/** What is shown of the time before an incident, as a part of its length, and at least. Milliseconds. */
const BEFORE = 0.08;
const BEFORE_MIN_MS = 1000;

export function renderPage(props: PageProps): string {
  const { place, title, rows } = props;
  const report = reportOf(rows);
  const parts = [
    head(props, report),
    timeline(rows, report),
    ...closeUps(rows, report),
    listOf(rows, report),
    bookOf(rows, report),
  ];
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; img-src data:">
<link rel="icon" href="data:,">
<title>${place} ${title}</title>
<style>${new Html(style)}</style>
</head>
<body>
<main>
${parts}
</main>
<footer>Made by keepalambda from ${report.rows} rows of history. Times are UTC; times with a sign count from the beginning.</footer>
</body>
</html>
`.text;
}

function head({ place, title, verdict, facts = [] }: PageProps, report: Report): Html {
  const { beganAtMs, lengthMs, holderBefore, holderAfter, isOver, lagMaxSeconds } = report;
  const vip =
    holderBefore === holderAfter
      ? (holderAfter ?? 'not known')
      : `${holderBefore ?? '?'} → ${holderAfter ?? '?'}`;
  const figures: readonly (readonly [string, string, string])[] = [
    ['began', 'Began', utcTime(beganAtMs)],
    ['length', 'Length', lengthText(lengthMs)],
    ['state', 'State', isOver ? 'over: all clear' : 'no all-clear in these rows'],
    ['vip', 'VIP', vip],
    ['plans', 'Plans', String(report.plans.length)],
    ['alerts', 'Alerts', String(report.alerts)],
    ['orders', 'Orders by people', String(report.orders)],
    ...(lagMaxSeconds === null ? [] : [['lag', 'Greatest lag', `${lagMaxSeconds} s`] as const]),
    ...facts.map(([name, value], index) => [`fact-${index}`, name, value] as const),
  ];
  const items = figures.map(
    ([id, name, value]) => html`<div><dt>${name}</dt><dd data-figure="${id}">${value}</dd></div>`,
  );
  return html`<header><p>${place}</p><h1>${title}</h1>${(verdict ? [verdict] : []).map((text) => html`<p class="lead">${text}</p>`)}<p class="lead">${leadOf(report)}</p></header><dl>${items}</dl>`;
}

/** What came of it, in a sentence. */
function leadOf({ plans, alerts }: Report): string {
  const last = plans.findLast(({ of }) => of === 'failover' || of === 'switchover') ?? plans.at(-1);
  if (last === undefined) return `Nothing was moved. ${plural(alerts, 'alert')} went out.`;
  return `${planText(last)}.`;
}

/** `failover from db1 to db2 completed in 1.1 s (1.9 s after the first sign of the fault)`. */
function planText({ of, from, to, ending, tookMs, sinceFaultMs }: PlanFigures): string {
  const way = from === null || from === to ? `of ${to}` : `from ${from} to ${to}`;
  const since =
    sinceFaultMs > tookMs ? `, ${lengthText(sinceFaultMs)} after the first sign of the fault` : '';
  return `${of.charAt(0).toUpperCase()}${of.slice(1)} ${way}: ${ending} in ${lengthText(tookMs)}${since}`;
}

function timeline(rows: readonly HistoryRow[], { beganAtMs, endedAtMs, lengthMs }: Report): Html {
  const leadMs = Math.max(BEFORE_MIN_MS, lengthMs * BEFORE);
  const fromMs = Math.max(rows[0]?.atMs ?? 0, beganAtMs - leadMs);
  const span: Span = { fromMs, toMs: Math.max(endedAtMs, fromMs + 1), zeroMs: beganAtMs };
  const lanes = lanesOf(rows, span.toMs);
  const picture = chart({ caption: 'The whole incident on its time axis', span, lanes, rows });
  return html`<section><h2>The whole of it</h2>${picture}<ul class="key"><li><i class="good"></i>as it should be</li><li><i class="calm"></i>neither good nor bad</li><li><i class="odd"></i>look at this</li><li><i class="bad"></i>not well</li><li><i class="none"></i>no data</li></ul></section>`;
}

/** Each plan with its steps, on an axis of its own. */
function closeUps(rows: readonly HistoryRow[], { beganAtMs }: Report): readonly Html[] {
  const plans = rows.flatMap(({ detail }) => (detail?.kind === 'plan' ? [detail] : []));
  return plans.slice(0, CLOSE_UPS_MAX).map((plan) => closeUp(plan, rows, beganAtMs));
}

function closeUp(plan: PlanEnded, rows: readonly HistoryRow[], zeroMs: number): Html {
  const fromMs = Math.min(plan.startedAtMs, Math.max(plan.badSinceMs, plan.startedAtMs - 10_000));
  const marginMs = Math.max(MARGIN_MIN_MS, (plan.endedAtMs - fromMs) * MARGIN);
  const span: Span = { fromMs: fromMs - marginMs, toMs: plan.endedAtMs + marginMs, zeroMs: plan.startedAtMs };
  const [figures] = reportOf(rows).plans.filter((each) => each.plan === plan.plan);
  const text = figures === undefined ? plan.of : planText(figures);
  const who = `Rule ${plan.row}, by ${plan.by}, begun at ${offsetText(plan.startedAtMs - zeroMs)}. Times here count from its beginning.`;
  const picture = chart({ caption: text, span, lanes: lanesOf(rows, span.toMs), rows, plan });
  return html`<section><h2>${text}</h2><p class="soft">${who}</p>${picture}</section>`;
}
