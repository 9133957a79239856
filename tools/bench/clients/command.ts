/** `npm run bench -- --clients`: every fault once, with all clients in it. */
import { existsSync } from 'node:fs';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { LabError } from '../../../lab/errors.ts';
import { describeCpu } from '../../../lab/flags.ts';
import { requireNamespaces } from '../../../lab/network/netns/ip.ts';
import { type ClientName, type Prepared, prepare } from './catalogue.ts';
import { begin, end, renderFigures, renderPart, withPrinted } from './document.ts';
import {
  type BenchFigures,
  benchFigures,
  type ClientFault,
  type ClientFigures,
  clientRecord,
} from './figures.ts';
import { playFault, type RunTerms } from './run.ts';

export interface ClientsAsked extends Omit<RunTerms, 'network' | 'tell' | 'watchedMs'> {
  readonly only: readonly ClientName[];
  readonly forMs: number;
  readonly out: string;
  readonly json: boolean;
  readonly story: boolean;
}

/** Runs it; gives back the exit code. Throws a `LabError` for what a person can fix. */
export async function clientsCommand(asked: ClientsAsked, faults: readonly ClientFault[]): Promise<number> {
  const network = networkHere();
  const load = os.loadavg()[0] ?? 0;
  const prepared = await prepare(asked.only);
  const terms = { ...asked, network, watchedMs: asked.forMs, tell: asked.story ? console.error : () => {} };
  const measured: ClientFigures[] = [];
  let functionCpu = '';
  for (const fault of faults) {
    const played = await playFault(fault, prepared, terms);
    measured.push(...played.figures);
    functionCpu = played.functionCpu;
    const stuck = played.figures.filter(({ outageMs }) => outageMs === null).length;
    console.error(`${fault}: ${played.figures.length} clients, of which ${stuck} did not write again`);
  }
  const figures = benchFigures.parse({
    server: asked.server,
    serverSettings: asked.serverSettings,
    network,
    functionCpu,
    watchedMs: asked.forMs,
    measuredOn: new Date().toISOString().slice(0, 10),
    machine: { cpus: os.cpus().length, load },
    versions: versionsOf(prepared),
    clients: measured,
  });
  await writeDocument(asked.out, figures);
  present(asked, figures);
  return 0;
}

/** Namespaces where they can be made: there the kernel itself resets and repeats. */
function networkHere(): BenchFigures['network'] {
  try {
    requireNamespaces();
    return 'namespaces';
  } catch (error) {
    if (!(error instanceof LabError)) throw error;
    console.error(`on loopback addresses: ${error.message}`);
    return 'loopback';
  }
}

function versionsOf(prepared: ReadonlyMap<ClientName, Prepared>): Record<string, string> {
  return Object.fromEntries([...prepared].map(([name, { version }]) => [name, version]));
}

/** Keeps the figures beside those of other servers, and prints all into clients.md. */
export async function writeDocument(directory: string, figures: BenchFigures): Promise<void> {
  await mkdir(directory, { recursive: true });
  const kept = path.join(directory, 'clients.json');
  const before = existsSync(kept) ? clientRecord.parse(JSON.parse(await readFile(kept, 'utf8'))) : {};
  const record = { ...before, [figures.server]: figures };
  const document = path.join(directory, 'clients.md');
  const bare = `# Clients\n\n${begin}\n${end}\n`;
  const text = withPrinted(existsSync(document) ? await readFile(document, 'utf8') : bare, record);
  if (text === null) {
    throw new LabError({
      got: `${document} without the marks of its printed part`,
      want: `the lines ${begin} and ${end}`,
      remedy: `put them where this belongs: ${renderPart(record)}`,
    });
  }
  await writeFile(kept, `${JSON.stringify(record, null, 2)}\n`);
  await writeFile(document, text);
}

function present(asked: ClientsAsked, figures: BenchFigures): void {
  if (asked.json) {
    console.error(renderFigures(figures));
    console.log(JSON.stringify(figures));
    return;
  }
  console.log(renderFigures(figures));
  console.log(`${describeCpu(figures.functionCpu)}. Written: ${asked.out}/clients.md, clients.json`);
}
