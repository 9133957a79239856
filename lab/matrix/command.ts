/** Every fault on every server of the catalogue, one after the other, and whether each came out right. */

import { Command } from 'commander';
import { LabError } from '../errors.ts';
import type { Figures } from '../experiment.ts';
import { faults } from '../faults/index.ts';
import { parseWith } from '../flags.ts';
import { catalogue, findProduct } from '../servers/catalogue.ts';
import { runCell } from './cell.ts';
import { renderMatrix } from './render.ts';

interface Flags {
  readonly matrix?: true;
  readonly faults: readonly string[];
  readonly servers: readonly string[];
  readonly runs: number;
  readonly json?: true;
}

/** What a cell of the matrix tells: the worst of its runs. */
export type Cell = Partial<Figures> & { readonly ok: boolean; readonly because?: string };

export interface Matrix {
  readonly servers: Readonly<Record<string, Readonly<Record<string, Cell>>>>;
  readonly ok: boolean;
}

/** Runs the command; gives back its exit code. Throws a `LabError` for what a person can mend. */
export async function matrixCommand(args: readonly string[]): Promise<number> {
  const flags = parseFlags(args);
  if (flags === null) return 0;
  // Fetches them all, so that a missing one is known before an hour has gone by.
  for (const server of flags.servers) await findProduct(server);
  const ended = new AbortController();
  const onSignal = () => ended.abort();
  process.once('SIGINT', onSignal).once('SIGTERM', onSignal);
  try {
    const matrix = await fill(flags, ended.signal);
    if (ended.signal.aborted) return 130;
    console.log(flags.json ? JSON.stringify(matrix) : renderMatrix(matrix));
    return matrix.ok ? 0 : 1;
  } finally {
    process.off('SIGINT', onSignal).off('SIGTERM', onSignal);
  }
}

async function fill(flags: Flags, signal: AbortSignal): Promise<Matrix> {
  const servers: Record<string, Record<string, Cell>> = {};
  for (const server of flags.servers) {
    const row: Record<string, Cell> = {};
    servers[server] = row;
    for (const fault of flags.faults) row[fault] = await runTold(server, fault, flags, signal);
  }
  return { servers, ok: Object.values(servers).every((row) => Object.values(row).every(({ ok }) => ok)) };
}

/** Stops at the first run that is not right: that is the one to tell of. */
async function runTold(server: string, fault: string, flags: Flags, signal: AbortSignal): Promise<Cell> {
  const tell = flags.json ? console.error : console.log;
  let cell: Cell = { ok: false, because: 'interrupted' };
  for (let run = 0; run < flags.runs && !signal.aborted; run += 1) {
    cell = await runCell(server, fault, signal);
    const outage = cell.outageMs === undefined ? '' : `${cell.outageMs} ms without a write`;
    tell(
      `${cell.ok ? 'ok    ' : 'FAILED'} ${server.padEnd(14)} ${fault.padEnd(18)} ${cell.because ?? outage}`,
    );
    if (!cell.ok) break;
  }
  return cell;
}

function parseFlags(args: readonly string[]): Flags | null {
  const command = new Command('npm run lab -- --matrix')
    .description('Every fault on every server.')
    .option('--matrix', 'this')
    .option('--faults <names>', 'only these, with commas', names(Object.keys(faults)), Object.keys(faults))
    .option('--servers <names>', 'only these, with commas', list, Object.keys(catalogue))
    .option('--runs <count>', 'how often each', count, 1)
    .option('--json', 'the matrix as one line of JSON; the story goes to standard error');
  return parseWith<Flags>(command, args);
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
