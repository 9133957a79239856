/** How the page looks: one column, calm colours, a time axis that all tracks share. Light, dark, narrow and printed. */

const light = `
  --paper: #ffffff; --ink: #1b1f24; --soft: #57606a; --line: #d9dee4; --faint: #eceff2;
  --good: #d3eadd; --good-ink: #0f4a31; --bad: #a8322d; --bad-ink: #ffffff;
  --odd: #f4e1b5; --odd-ink: #563f00; --calm: #dfe7f1; --calm-ink: #24374f; --mark: #1b1f24; --pace: #5b7da8;`;

const dark = `
  --paper: #14171a; --ink: #e5e8eb; --soft: #a1abb5; --line: #333a42; --faint: #22272d;
  --good: #1d4836; --good-ink: #c6ecd8; --bad: #b23c36; --bad-ink: #ffffff;
  --odd: #5b4713; --odd-ink: #f8e3ae; --calm: #2b3849; --calm-ink: #cfdcee; --mark: #e5e8eb; --pace: #7b9cc6;`;

export const style = `
:root { color-scheme: light dark; ${light} }
@media (prefers-color-scheme: dark) { :root { ${dark} } }
@media print { :root { ${light} } }
* { box-sizing: border-box; }
body { margin: 0 auto; padding: 2.5rem 1.5rem 4rem; max-width: 66rem; background: var(--paper); color: var(--ink);
  font: 15px/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", "DejaVu Sans", sans-serif;
  font-variant-numeric: tabular-nums; overflow-wrap: anywhere; }
header p { margin: 0; color: var(--soft); }
h1 { margin: 0 0 .25rem; font-size: 1.6rem; font-weight: 600; line-height: 1.25; letter-spacing: -.01em; }
h2 { margin: 2.75rem 0 .75rem; font-size: 1.05rem; font-weight: 600; }
p { margin: 0 0 .75rem; max-width: 46rem; }
.lead { margin-top: 1rem; font-size: 1.1rem; color: var(--ink); }
dl { display: grid; grid-template-columns: repeat(auto-fit, minmax(9.5rem, 1fr)); gap: 1rem 1.5rem; margin: 1.5rem 0 0;
  padding: 1rem 0; border: solid var(--line); border-width: 1px 0; }
dt { font-size: .8rem; color: var(--soft); }
dd { margin: 0; font-weight: 500; }
table { width: 100%; border-collapse: collapse; }
th, td { padding: .3rem .75rem .3rem 0; text-align: left; vertical-align: top; font-weight: 400; }
thead th { font-size: .8rem; color: var(--soft); border-bottom: 1px solid var(--line); }
.list tbody tr + tr > * { border-top: 1px solid var(--faint); }
.when { white-space: nowrap; color: var(--soft); }
.soft { color: var(--soft); }
.small { font-size: .85rem; }
.chart { table-layout: fixed; font-size: .82rem; line-height: 1.35; }
.chart .name { width: 8.5rem; }
.chart.steps .name { width: 17rem; }
.chart th { padding: .15rem .75rem .15rem 0; }
.chart td { padding: .15rem 0; }
.chart .length { width: 5rem; text-align: right; white-space: nowrap; }
.chart .first > * { padding-top: .7rem; }
.again { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
.track { position: relative; height: 1.35rem; overflow: hidden;
  background: linear-gradient(to right, var(--line) 1px, transparent 1px) var(--first) 0 / var(--step) 100%; }
.axis { height: 1.2rem; overflow: visible; background: none; color: var(--soft); }
.axis span { position: absolute; transform: translateX(-50%); white-space: nowrap; }
.axis .edge { transform: none; }
.s { position: absolute; top: .1rem; bottom: .1rem; min-width: 2px; border-radius: 2px; overflow: hidden;
  container-type: inline-size; box-shadow: 0 0 0 .5px var(--paper); }
.s b { display: block; padding: 0 .35rem; font-weight: 400; line-height: 1.15rem; white-space: nowrap; overflow: hidden;
  text-overflow: ellipsis; }
@container (max-width: 2.6rem) { .s b { display: none; } }
.good { background: var(--good); color: var(--good-ink); }
.bad { background: var(--bad); color: var(--bad-ink); }
.odd { background: var(--odd); color: var(--odd-ink); }
.calm { background: var(--calm); color: var(--calm-ink); }
.step { background: var(--pace); }
.none { background: repeating-linear-gradient(135deg, var(--line) 0 1px, var(--paper) 1px 5px); color: var(--soft); }
.none b { display: none; }
.m { position: absolute; top: .1rem; bottom: .1rem; width: 3px; margin-left: -1px; background: var(--mark); }
.m.critical { background: var(--bad); }
.key { display: flex; flex-wrap: wrap; gap: .35rem 1.1rem; margin: .9rem 0 0; padding: 0; list-style: none; font-size: .8rem;
  color: var(--soft); }
.key i { display: inline-block; width: .9rem; height: .8rem; margin-right: .4rem; border-radius: 2px; vertical-align: -1px; }
.bar { display: inline-block; min-width: 4.5rem; padding: 0 .4rem; border-radius: 2px; font-size: .85rem; text-align: center; }
footer { margin-top: 3rem; padding-top: .75rem; border-top: 1px solid var(--line); color: var(--soft); font-size: .85rem; }
@media (max-width: 40rem) {
  body { padding: 1.5rem 1rem 3rem; }
  .chart, .chart tbody { display: block; }
  .chart colgroup { display: none; }
  .chart tr { display: flex; flex-wrap: wrap; }
  .chart tr > * { flex: 0 0 100%; }
  .chart th { flex: 1 1 0; padding: .35rem 0 0; }
  .chart .length { order: 1; flex: 0 0 auto; width: auto; }
  .chart .track-cell { order: 2; }
  .axis span:nth-child(even) { display: none; }
  .list, .list tbody, .list tr, .list td { display: block; padding: 0; }
  .list thead { position: absolute; clip-path: inset(50%); }
  .list tr { padding: .5rem 0; }
  .list tbody tr + tr > * { border-top: 0; }
  .list tbody tr + tr { border-top: 1px solid var(--faint); }
  .list td.when { display: inline; margin-right: .75rem; }
}
@media print {
  body { padding: 0; max-width: none; font-size: 9.5pt; }
  h2 { break-after: avoid; }
  tr, dl { break-inside: avoid; }
  * { print-color-adjust: exact; -webkit-print-color-adjust: exact; }
}
`;
