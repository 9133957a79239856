/** The printed part of docs/clients.md, and the same table for a terminal. Pure. */
import { describeCpu } from '../../../lab/flags.ts';
import { markdownTable, terminalTable } from '../table.ts';
import { clientNames, clients } from './catalogue.ts';
import { type BenchFigures, type ClientFigures, type ClientRecord, clientFaults } from './figures.ts';
import { limits, PAUSE_MS } from './words.ts';

/** What is between these two lines is printed. */
export const begin = '<!-- begin: printed by npm run bench -- --clients; do not edit -->';
export const end = '<!-- end of what is printed -->';

export const columns = ['fault', 'client', 'settings', 'outage', 'failed', 'errors', 'writes lost'] as const;

/** One row for each fault, client and kind of settings, as text. */
export function rowsOf({ clients: all, watchedMs }: BenchFigures): readonly (readonly string[])[] {
  return clientFaults.flatMap((fault) =>
    all
      .filter((figures) => figures.fault === fault)
      .map((figures) => [
        fault,
        figures.client,
        figures.settings,
        outageText(figures.outageMs, watchedMs),
        String(figures.failed),
        errorsText(figures),
        String(figures.lost),
      ]),
  );
}

/** For a terminal. */
export function renderFigures(figures: BenchFigures): string {
  return terminalTable(columns, rowsOf(figures));
}

/** The document with the part between its marks printed anew; null when it has no marks. */
export function withPrinted(text: string, record: ClientRecord): string | null {
  const from = text.indexOf(begin);
  const to = text.indexOf(end);
  if (from < 0 || to < from) return null;
  return `${text.slice(0, from + begin.length)}\n\n${renderPart(record)}\n\n${text.slice(to)}`;
}

export function renderPart(record: ClientRecord): string {
  const names = clientNames.filter((name) =>
    Object.values(record).some((figures) => figures.clients.some(({ client }) => client === name)),
  );
  const legend = names.map(
    (name) => `- **${name}**: ${clients[name].about}. Recommended: ${clients[name].recommended}.`,
  );
  return `All clients write side by side through the VIP, in one pair for each fault. A driver begins a write ${clients.mysql2.everyMs} ms after the
one before, a program ${clients['mysql-program'].everyMs} ms after it; after a failure each tries again ${PAUSE_MS} ms later, so that an outage is up to that much
longer than the move. Statements take milliseconds, so the limits of the recommended settings are ${limits.connectSeconds} s for a connection and
${limits.statementSeconds} s for a statement. Kernel settings are those of Linux.

${legend.join('\n')}

An outage is the longest time between two acknowledged writes. "Failed" counts statements, and attempts to connect for
one, since the fault; "writes lost" those that were acknowledged and are not on the new holder.

${Object.values(record).map(renderServer).join('\n\n')}`;
}

function renderServer(figures: BenchFigures): string {
  const { server, serverSettings, measuredOn, machine, network, functionCpu } = figures;
  const busy = machine.load > machine.cpus ? `, which were busy (load ${machine.load.toFixed(0)})` : '';
  const versions = Object.entries(figures.versions).map(([name, version]) => `${name} ${version}`);
  const seats =
    network === 'namespaces'
      ? 'Hosts and clients are network namespaces'
      : 'Hosts are loopback addresses: the relay between them greets a client where a dead host says nothing';
  const settings = serverSettings === 'vendor' ? "their vendor's defaults" : 'the settings that we recommend';
  return `### On ${server}

Measured on ${measuredOn}, one run of each fault, on ${machine.cpus} CPUs${busy}. ${seats}; ${describeCpu(functionCpu)}.
Servers have ${settings}. Versions of the clients: ${versions.join(', ')}.

${markdownTable(columns, rowsOf(figures))}`;
}

function outageText(outageMs: number | null, watchedMs: number): string {
  return outageMs === null ? `**no end within ${watchedMs / 1000} s**` : `${(outageMs / 1000).toFixed(2)} s`;
}

function errorsText({ errors }: ClientFigures): string {
  return (
    Object.entries(errors)
      .map(([code, times]) => `${code}${times > 1 ? ` (${times})` : ''}`)
      .join(', ') || 'none'
  );
}
