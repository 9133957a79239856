/** What a run prints for a person. */
import Table from 'cli-table3';
import type { Message } from './aws/events.ts';
import type { Figures } from './experiment.ts';

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
