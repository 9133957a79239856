/** Every fault on every server of the catalogue, one after the other, and whether each came out right. */
import { Command } from 'commander';
import {
  addLatencyOptions,
  type LatencyFlags,
  type LatencyTerms,
  latencyTermsOf,
  renderTerms,
  termsOfRun,
} from '../aws/flags.ts';
import { LabError } from '../errors.ts';
import type { Figures } from '../experiment.ts';
import { whyNotOn } from '../faults/fault.ts';
import { faults } from '../faults/index.ts';
import { cpuOption, parseWith, serverSettingsOption } from '../flags.ts';
import { catalogue, findProduct } from '../servers/catalogue.ts';
import { type CellTerms, runCell } from './cell.ts';
import { renderMatrix } from './render.ts';

interface Flags extends LatencyFlags, CellTerms {
  readonly matrix?: true;
  readonly faults: readonly string[];
  readonly servers: readonly string[];
  readonly runs: number;
  readonly json?: true;
}

/** What is to be played, and how slow AWS is meanwhile. */
type Asked = Flags & { readonly terms: LatencyTerms };

/** What a cell of the matrix tells: the worst of its runs, or why the fault cannot be played on that server. */
export type Cell = Ran | { readonly notApplicable: string };
export type Ran = Partial<Figures> & { readonly ok: boolean; readonly because?: string };

export interface Matrix {
  readonly servers: Readonly<Record<string, Readonly<Record<string, Cell>>>>;
  readonly ok: boolean;
}

/** Runs the command; gives back its exit code. Throws a `LabError` for what a person can fix. */
export async function matrixCommand(args: readonly string[]): Promise<number> {
  const flags = parseFlags(args);
  if (flags === null) return 0;
  expectOneToPlay(flags);
  // Fetches them all, so that a missing one is known before an hour has gone by.
  for (const server of flags.servers) await findProduct(server);
  const ended = new AbortController();
  const onSignal = () => ended.abort();
  process.once('SIGINT', onSignal).once('SIGTERM', onSignal);
  try {
    const terms = latencyTermsOf(flags);
    (flags.json ? console.error : console.log)(`${renderTerms(terms)}.`);
    const matrix = await fill({ ...flags, terms }, ended.signal);
    if (ended.signal.aborted) return 130;
    console.log(flags.json ? JSON.stringify(matrix) : renderMatrix(matrix));
    return matrix.ok ? 0 : 1;
  } finally {
    process.off('SIGINT', onSignal).off('SIGTERM', onSignal);
  }
}

async function fill(flags: Asked, signal: AbortSignal): Promise<Matrix> {
  const servers: Record<string, Record<string, Cell>> = {};
  for (const server of flags.servers) {
    const row: Record<string, Cell> = {};
    servers[server] = row;
    for (const fault of flags.faults) row[fault] = await fillCell(server, fault, flags, signal);
  }
  const cells = Object.values(servers).flatMap((row) => Object.values(row));
  return { servers, ok: cells.every((cell) => 'notApplicable' in cell || cell.ok) };
}

async function fillCell(server: string, fault: string, flags: Asked, signal: AbortSignal): Promise<Cell> {
  const notApplicable = whyNot(fault, server);
  if (notApplicable === null) return runTold(server, fault, flags, signal);
  tell(flags, 'n/a', server, fault, notApplicable);
  return { notApplicable };
}

/** Stops at the first run that is not right: that is the one to tell of. */
async function runTold(server: string, fault: string, flags: Asked, signal: AbortSignal): Promise<Ran> {
  let cell: Ran = { ok: false, because: 'interrupted' };
  for (let run = 0; run < flags.runs && !signal.aborted; run += 1) {
    cell = await runCell(server, fault, flags, termsOfRun(flags.terms, run), signal);
    const outage = cell.outageMs === undefined ? '' : `${cell.outageMs} ms without a write`;
    tell(flags, cell.ok ? 'ok' : 'FAILED', server, fault, cell.because ?? outage);
    if (!cell.ok) break;
  }
  return cell;
}

function tell({ json }: Flags, word: string, server: string, fault: string, text: string): void {
  (json ? console.error : console.log)(`${word.padEnd(6)} ${server.padEnd(14)} ${fault.padEnd(18)} ${text}`);
}

function whyNot(name: string, server: string): string | null {
  const fault = faults[name];
  return fault ? whyNotOn(fault, server) : null;
}

/** A matrix in which nothing is played would be right without having shown anything. */
function expectOneToPlay({ faults, servers }: Flags): void {
  const reasons = servers.flatMap((server) => faults.map((fault) => whyNot(fault, server)));
  if (reasons.includes(null)) return;
  throw new LabError({
    got: `${faults.join(', ')} on ${servers.join(', ')}: ${reasons[0] ?? 'nothing to play'}`,
    want: 'one at least that can be played there',
    remedy: 'name other servers with --servers',
  });
}

function parseFlags(args: readonly string[]): Flags | null {
  const command = new Command('npm run lab -- --matrix')
    .description('Every fault on every server.')
    .option('--matrix', 'this')
    .option('--faults <names>', 'only these, with commas', names(Object.keys(faults)), Object.keys(faults))
    .option('--servers <names>', 'only these, with commas', list, Object.keys(catalogue))
    .option('--runs <count>', 'how often each', count, 1)
    .addOption(cpuOption())
    .addOption(serverSettingsOption())
    .option('--json', 'the matrix as one line of JSON; the story goes to standard error');
  return parseWith<Flags>(addLatencyOptions(command), args);
}

/** Names with commas between, each of which must be known. */
function names(known: readonly string[]): (text: string) => readonly string[] {
  return (text) => {
    const unknown = list(text).find((name) => !known.includes(name));
    if (unknown === undefined) return list(text);
    const want = `one of ${known.join(', ')}`;
    throw new LabError({ got: `fault ${unknown}`, want, remedy: 'see npm run lab -- --list' });
  };
}

function list(text: string): readonly string[] {
  return text.split(',').filter(Boolean);
}

function count(text: string): number {
  const value = Number(text);
  if (Number.isInteger(value) && value > 0) return value;
  throw new LabError({ got: `--runs ${text}`, want: 'a whole number from 1', remedy: 'correct --runs' });
}
