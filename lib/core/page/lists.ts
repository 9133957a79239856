/** What was alerted, what people did, and every row in order. */
import type { Detail } from '../memory/history.ts';
import type { HistoryRow } from '../operator/reply.ts';
import { utcTime } from '../text/utc-time.ts';
import { lengthText, offsetText } from './axis.ts';
import { Html, html } from './html.ts';
import type { Report } from './report.ts';

/** How much of one row's text is shown, and how much all rows take together. Characters. */
const TEXT_MAX = 600;
const BOOK_MAX = 900_000;
/** What a row takes beside its text. Characters. */
const ROW_LENGTH = 120;
const ALERTS_MAX = 200;

const tones = { critical: 'bad', warning: 'odd', info: 'calm' } as const;
const decisions = { act: 'carried out', note: 'noted', refuse: 'refused' } as const;

export function listOf(rows: readonly HistoryRow[], { beganAtMs }: Report): Html {
  return html`${alerts(rows, beganAtMs)}${plans(rows, beganAtMs)}${orders(rows, beganAtMs)}`;
}

function alerts(rows: readonly HistoryRow[], beganAtMs: number): Html {
  const all = rows.filter(({ what }) => what === 'alert');
  if (all.length === 0) return new Html('<section><h2>Alerts</h2><p>None.</p></section>');
  const lines = all.slice(0, ALERTS_MAX).map(({ atMs, detail, text }) => {
    const when = html`<td class="when">${offsetText(atMs - beganAtMs)}</td>`;
    if (detail?.kind !== 'alert') return html`<tr>${when}<td></td><td>${shortened(text)}</td></tr>`;
    const { severity, code, happened, done, cost } = detail;
    return html`<tr>${when}<td><span class="bar ${tones[severity]}">${severity}</span></td><td><b>${code}</b><br>${happened}${[done, cost].filter((each) => each !== '').map((each) => html`<br><span class="soft">${each}</span>`)}</td></tr>`;
  });
  const rest = all.length > lines.length ? `${all.length - lines.length} more are in the rows below.` : '';
  return html`<section><h2>Alerts</h2><table class="list"><thead><tr><th scope="col">When</th><th scope="col">Severity</th><th scope="col">What it said</th></tr></thead><tbody>${lines}</tbody></table><p>${rest}</p></section>`;
}

/** Every plan in a line, also those that are drawn above. */
function plans(rows: readonly HistoryRow[], beganAtMs: number): Html {
  const all = rows.flatMap(({ detail }) => (detail?.kind === 'plan' ? [detail] : []));
  if (all.length === 0) return new Html('');
  const lines = all.map(
    ({ plan, of, from, to, by, row, ending, startedAtMs, endedAtMs }) =>
      html`<tr data-plan="${plan}"><td class="when">${offsetText(startedAtMs - beganAtMs)}</td><td>${of} ${from === null || from === to ? to : `${from} → ${to}`}</td><td>${ending}</td><td data-figure="took">${lengthText(endedAtMs - startedAtMs)}</td><td class="soft">${row}, by ${by}</td></tr>`,
  );
  return html`<section><h2>Plans</h2><table class="list"><thead><tr><th scope="col">When</th><th scope="col">Plan</th><th scope="col">Ending</th><th scope="col">Length</th><th scope="col">Why</th></tr></thead><tbody>${lines}</tbody></table></section>`;
}

type Order = Extract<Detail, { kind: 'order' }>;

function orders(rows: readonly HistoryRow[], beganAtMs: number): Html {
  const all = rows.filter(({ what }) => what === 'order');
  if (all.length === 0)
    return new Html('<section><h2>What people did</h2><p>Nobody gave an order.</p></section>');
  const said = ({ action, by, why, decided }: Order) =>
    html`<td><b>${action}</b> by ${by}: ${decisions[decided]}<br><span class="soft">${why}</span></td>`;
  const lines = all.map(
    ({ atMs, detail, text }) =>
      html`<tr><td class="when">${offsetText(atMs - beganAtMs)}</td>${detail?.kind === 'order' ? said(detail) : html`<td>${shortened(text)}</td>`}</tr>`,
  );
  return html`<section><h2>What people did</h2><table class="list"><thead><tr><th scope="col">When</th><th scope="col">Order</th></tr></thead><tbody>${lines}</tbody></table></section>`;
}

/** Every row; where there are too many, the first ones and the last ones. */
export function bookOf(rows: readonly HistoryRow[], { beganAtMs }: Report): Html {
  const [first, last] = fitting(rows);
  const line = ({ atMs, what, text, epoch }: HistoryRow) =>
    html`<tr><td class="when">${utcTime(atMs).slice(11, 19)}</td><td class="when">${offsetText(atMs - beganAtMs)}</td><td class="when">${what}</td><td>${shortened(text)}</td><td class="when small">epoch ${epoch}</td></tr>`;
  const left = rows.length - first.length - last.length;
  const gap =
    left === 0
      ? []
      : [
          html`<tr><td colspan="5" class="soft">${left} rows are not shown here; incident --json has them.</td></tr>`,
        ];
  return html`<section><h2>Every row</h2><table class="list small"><thead><tr><th scope="col">UTC</th><th scope="col">After</th><th scope="col">What</th><th scope="col">Text</th><th scope="col">Leader</th></tr></thead><tbody>${[...first.map(line), ...gap, ...last.map(line)]}</tbody></table></section>`;
}

function fitting(rows: readonly HistoryRow[]): readonly [readonly HistoryRow[], readonly HistoryRow[]] {
  const lengthOf = ({ text }: HistoryRow) => Math.min(text.length, TEXT_MAX) + ROW_LENGTH;
  const total = rows.reduce((sum, each) => sum + lengthOf(each), 0);
  if (total <= BOOK_MAX) return [rows, []];
  const upTo = (some: readonly HistoryRow[]) => {
    let room = BOOK_MAX / 2;
    const end = some.findIndex((each) => {
      room -= lengthOf(each);
      return room < 0;
    });
    return some.slice(0, end);
  };
  return [upTo(rows), upTo(rows.toReversed()).toReversed()];
}

function shortened(text: string): string {
  return text.length <= TEXT_MAX ? text : `${text.slice(0, TEXT_MAX)} …`;
}
