/** `keepalambda incident ID`: the whole story of an incident, with a small timeline. */
import { writeFile } from 'node:fs/promises';
import type { Command } from 'commander';
import type { HistoryRow } from '../../core/operator/reply.ts';
import { HISTORY_MAX } from '../../core/operator/request.ts';
import { renderPage } from '../../core/page/page.ts';
import { reportOf } from '../../core/page/report.ts';
import { CliError, exitCodes, usage } from '../errors.ts';
import { type Paint, painter } from './paint.ts';
import { choosePair, type Target } from './target.ts';
import { clockOf, dayOf, secondsOf } from './texts.ts';
import { type Context, carryOut, exitCodeOfReply, verb } from './verb.ts';

export function incidentVerb(context: Context): Command {
  return verb(
    'incident',
    'The whole story of an incident: what was seen, decided, done and alerted, on a timeline.',
    [
      'incident 41c0ffee',
      'incident 41c0ffee --html incident.html   # one page for a browser, or to print',
      'incident 41c0ffee orders --env prod --json',
    ],
  )
    .argument('<id>', 'of the incident: in the alert, in status and in history')
    .argument('[pair]', 'the pair (default: the one that had it)')
    .option('--html <file>', 'write it as one page that needs no network')
    .action((id: string, given: string | undefined, flags: Flags) =>
      carryOut(context, flags, async ({ target, io, flags: { json, html } }) => {
        const rows = await rowsOf(target, id, given);
        if (rows.length === 0)
          throw usage(
            `got incident ${id}; want one of the last ${HISTORY_MAX} rows of history. To fix it: see history.`,
          );
        const { environment } = target;
        if (html !== undefined) await writePage(html, environment, id, rows);
        if (json) io.tell(JSON.stringify({ environment, incident: id, report: reportOf(rows), rows }));
        else if (html !== undefined) io.tell(`incident ${id} is written to ${html}`);
        else
          for (const line of incidentStory(environment, id, rows, io.columns(), painter(io.hasColour)))
            io.tell(line);
        return exitCodes.done;
      }),
    );
}

interface Flags {
  readonly html?: string;
}

async function writePage(
  file: string,
  environment: string,
  id: string,
  rows: readonly HistoryRow[],
): Promise<void> {
  const place = `${environment}/${rows[0]?.pair ?? ''}`;
  try {
    await writeFile(file, renderPage({ place, title: `Incident ${id}`, rows }));
  } catch (error) {
    const { message } = error as Error;
    throw usage(`--html: got ${file}: ${message}; want a file that can be written. To fix it: name another.`);
  }
}

/** The rows of the incident, the oldest first. What was seen before an alert may have been written after it. */
async function rowsOf(
  target: Target,
  incident: string,
  given: string | undefined,
): Promise<readonly HistoryRow[]> {
  const pairs =
    given === undefined && target.pairs !== null ? target.pairs : [await choosePair(target, given)];
  for (const pair of pairs) {
    const reply = await target.invoke({ action: 'history', pair, incident, limit: HISTORY_MAX });
    const { data } = reply;
    if (!reply.ok) throw new CliError(reply.lines, exitCodeOfReply(reply));
    if (data?.action === 'history' && data.rows.length > 0) return inOrder(data.rows);
  }
  return [];
}

/** The newest first → the oldest first, by when it was. */
function inOrder(rows: readonly HistoryRow[]): readonly HistoryRow[] {
  return rows.toReversed().toSorted((one, other) => one.atMs - other.atMs);
}

const BAR_MAX = 30;
/** The story begins this long before the incident. Milliseconds. */
const BEFORE_MS = 10_000;

/** Each row with its time since the first, its place on a bar, and its text in the columns that are left. */
export function incidentStory(
  environment: string,
  id: string,
  rows: readonly HistoryRow[],
  columns: number,
  paint: Paint,
): readonly string[] {
  const { beganAtMs } = reportOf(rows);
  const told = rows.filter(({ atMs }) => atMs >= beganAtMs - BEFORE_MS);
  const first = told[0]?.atMs ?? 0;
  const lengthMs = (told.at(-1)?.atMs ?? 0) - first;
  const width = columns >= 100 ? BAR_MAX : columns >= 70 ? 12 : 0;
  const head = `incident ${id} of ${environment}/${rows[0]?.pair ?? ''}: ${dayOf(first)} ${clockOf(first)} UTC, ${secondsOf(lengthMs)}`;
  const indent = width + 22;
  const lines = told.flatMap(({ atMs, what, text }) => {
    const lead = `${`+${secondsOf(atMs - first)}`.padStart(9)}  ${bar(atMs - first, lengthMs, width)}${what.padEnd(9)} `;
    const [line = '', ...more] = wrapped(text, Math.max(20, columns - indent));
    return [
      `${lead}${what === 'alert' ? paint('bold', line) : line}`,
      ...more.map((rest) => `${' '.repeat(lead.length)}${rest}`),
    ];
  });
  return [paint('bold', head), ...lines];
}

/** `───●──────`: where on the whole length it is. */
function bar(atMs: number, lengthMs: number, width: number): string {
  if (width === 0) return '';
  const place = lengthMs === 0 ? 0 : Math.round((atMs / lengthMs) * (width - 1));
  return `${'─'.repeat(place)}●${'─'.repeat(width - 1 - place)}  `;
}

/** The text in lines of this width, cut between words where it can be. */
function wrapped(text: string, width: number): readonly string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    if (line !== '' && line.length + 1 + word.length > width) {
      lines.push(line);
      line = word;
    } else line = line === '' ? word : `${line} ${word}`;
  }
  return [...lines, line];
}
