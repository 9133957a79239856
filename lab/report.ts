/** What a run prints for a person. */
import { writeFile } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import Table from 'cli-table3';
import { HISTORY_MAX } from '../lib/core/operator/request.ts';
import { type PageProps, renderPage } from '../lib/core/page/page.ts';
import type { HistoryEntry } from '../lib/watch/ports/store.ts';
import type { Message } from './aws/events.ts';
import { environmentName, pairName } from './deployment.ts';
import { LabError } from './errors.ts';
import type { Figures } from './experiment.ts';
import type { ExpectedOutcome } from './faults/fault.ts';
import { sentenceOf } from './sentence.ts';
import type { LabWorld } from './world.ts';

/** What the client saw, as a table. */
export function renderFigures(figures: Figures): string {
  const table = new Table({
    style: { head: [], border: [] },
    // No rules between the rows.
    chars: { mid: '', 'left-mid': '', 'mid-mid': '', 'right-mid': '' },
  });
  table.push(
    ['fault', figures.fault],
    ['server', `${figures.server}, settings: ${figures.serverSettings}`],
    ['CPU of functions', figures.functionCpu],
    ['VIP', `${figures.holderBefore ?? 'nobody'} → ${figures.holderAfter ?? 'nobody'}`],
    ['outcome', `${outcomeOf(figures.outcome, figures)} (expected: ${outcomeOf(figures.expected, figures)})`],
    ['verdicts on the holder', figures.verdicts.join(' → ')],
    ['first alert after', figures.detectMs === null ? 'none came' : `${figures.detectMs} ms`],
    ['longest time without a write', `${figures.outageMs} ms`],
    ['writes acknowledged', figures.acknowledged],
    ['of them lost', figures.lost],
    ['taken by two writers', figures.twoWriters],
    ['alerts', figures.alerts.join(', ')],
    ...figures.wrong.map((text) => ['WRONG', text]),
  );
  return table.toString();
}

/** A move that was asked for is no failover. */
function outcomeOf(outcome: ExpectedOutcome, { pauseMs }: Figures): string {
  return outcome === 'failover' && pauseMs !== undefined ? 'switchover' : outcome;
}

/** A mail as on-call gets it. */
export function renderMessage({ subject, message }: Message): string {
  const lines = [`Subject: ${subject ?? ''}`, '', ...message.trimEnd().split('\n')];
  return lines.map((line) => `  │ ${line}`).join('\n');
}

/** What the page says of a fault beside the rows of history: what clients saw. */
export function pageOf(figures: Figures): Omit<PageProps, 'place' | 'rows'> {
  const { fault, server, outageMs, acknowledged, lost } = figures;
  return {
    title: `Fault ${fault}`,
    verdict: sentenceOf(figures),
    facts: [
      ['Server', server],
      ['Longest time without a write', `${outageMs} ms`],
      ['Writes acknowledged', String(acknowledged)],
      ['Of them lost', String(lost)],
    ],
  };
}

/** How long what was seen may wait before it is in the history. Milliseconds. */
const LAST_PICTURE_MS = 2000;
/** What of the time before a fault is shown. Milliseconds. */
const BEFORE_MS = 1000;

/** Writes the page of `--report`: all that the pair's history holds since a moment. */
export async function writeReport(
  { report: file }: { readonly report?: string },
  { store }: LabWorld,
  page: Omit<PageProps, 'place' | 'rows'>,
  sinceMs = 0,
): Promise<void> {
  if (file === undefined) return;
  // What was seen last is written with the next tick.
  await delay(LAST_PICTURE_MS);
  const newest = await store.history(pairName, HISTORY_MAX);
  const all = newest.toReversed().toSorted((one, other) => one.atMs - other.atMs);
  const rows = rowsSince(all, sinceMs - BEFORE_MS);
  try {
    await writeFile(file, renderPage({ place: `${environmentName}/${pairName}`, ...page, rows }));
  } catch (error) {
    throw new LabError({
      got: `--report ${file}: ${(error as Error).message}`,
      want: 'a file that can be written',
      remedy: 'name another',
    });
  }
}

/** The rows since then, and how all was at that moment. */
function rowsSince(rows: readonly HistoryEntry[], fromMs: number): readonly HistoryEntry[] {
  const later = rows.filter(({ atMs }) => atMs >= fromMs);
  const before = rows.findLast(({ atMs, what }) => atMs < fromMs && what === 'seen');
  return before === undefined ? later : [{ ...before, atMs: fromMs }, ...later];
}
