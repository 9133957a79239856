/** What a run prints for a person. */
import { writeFile } from 'node:fs/promises';
import Table from 'cli-table3';
import { type PageProps, renderPage } from '../lib/core/page/page.ts';
import { HISTORY_MAX } from '../lib/core/request.ts';
import type { Message } from './aws/events.ts';
import { environmentName, pairName } from './deployment.ts';
import { LabError } from './errors.ts';
import type { Figures } from './experiment.ts';
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
    ['outcome', `${figures.outcome} (expected: ${figures.expected})`],
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

/** Writes the page of `--report`: all that the pair's history holds. */
export async function writeReport(
  { report: file }: { readonly report?: string },
  { store }: LabWorld,
  page: Omit<PageProps, 'place' | 'rows'>,
): Promise<void> {
  if (file === undefined) return;
  const newest = await store.history(pairName, HISTORY_MAX);
  const rows = newest.toReversed().toSorted((one, other) => one.atMs - other.atMs);
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
