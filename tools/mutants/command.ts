/** `npm run mutants`: takes one guard after the other out of the product, and names those whose absence no test notices. */
import { writeFile } from 'node:fs/promises';
import { Command } from 'commander';
import { LabError } from '../../lab/errors.ts';
import { parseWith, wholeNumber } from '../../lab/flags.ts';
import { mutants } from './index.ts';
import type { Mutant, Verdict } from './mutant.ts';
import { openWorkbench } from './workbench.ts';

interface Flags {
  readonly only?: readonly string[];
  readonly runs: string;
  readonly seed: string;
  readonly list?: true;
  readonly json?: true;
  readonly write?: string;
}

/** What `--write` keeps, and `docs/proof.md` prints. */
export interface Record {
  readonly date: string;
  readonly commit: string;
  readonly runs: number;
  readonly seed: number;
  readonly killedBySuites: number;
  readonly killedBySimulation: number;
  readonly survivors: readonly string[];
}

/** 0: no survivor. 1: a survivor. Throws a `LabError` for what a person can fix. */
export async function mutantsCommand(args: readonly string[], commit: string): Promise<number> {
  const flags = parseFlags(args);
  if (flags === null) return 0;
  const chosen = choose(flags.only);
  if (flags.list) {
    for (const { name, file, guards } of chosen) console.log(`${name} (${file}): ${guards}`);
    return 0;
  }
  const terms = {
    runs: wholeNumber('--runs', flags.runs, 1, 100_000),
    seed: wholeNumber('--seed', flags.seed, 0, Number.MAX_SAFE_INTEGER),
  };
  const verdicts = await tryAll(chosen, terms);
  const record = recordOf(verdicts, { ...terms, commit });
  if (flags.write) await writeFile(flags.write, `${JSON.stringify(record, null, 2)}\n`);
  console.log(
    `${verdicts.length} mutants: ${record.killedBySuites} killed by the suites, ${record.killedBySimulation} by the simulation, ${record.survivors.length} survived`,
  );
  if (flags.json) console.log(JSON.stringify(record));
  return record.survivors.length === 0 ? 0 : 1;
}

function parseFlags(args: readonly string[]): Flags | null {
  const command = new Command('mutants')
    .description(
      'Takes one guard after the other out of lib/core and lib/watch, and names those whose absence no test notices.',
    )
    .option('--only <names...>', 'only these mutants')
    .option('--runs <number>', 'simulated histories for a mutant that the suites let live', '400')
    .option('--seed <number>', 'which histories', '20261125')
    .option('--list', 'what is taken out, and what harm it prevents')
    .option('--write <file>', 'keep the result in this file, for docs/proof.md')
    .option('--json', 'the result as one JSON object on the last line')
    .allowExcessArguments(false);
  return parseWith<Flags>(command, args);
}

function choose(names: readonly string[] | undefined): readonly Mutant[] {
  if (names === undefined) return mutants;
  return names.map((name) => {
    const found = mutants.find((mutant) => mutant.name === name);
    if (found) return found;
    throw new LabError({ got: `--only ${name}`, want: 'a name that --list shows', remedy: 'correct --only' });
  });
}

async function tryAll(
  chosen: readonly Mutant[],
  terms: { readonly runs: number; readonly seed: number },
): Promise<readonly Verdict[]> {
  const bench = await openWorkbench(terms);
  try {
    const broken = await bench.baseline();
    if (broken !== null) {
      throw new LabError({
        got: broken,
        want: 'a project that passes its own suites',
        remedy: 'fix it first',
      });
    }
    const verdicts: Verdict[] = [];
    for (const mutant of chosen) {
      const startMs = performance.now();
      const fate = await bench.try(mutant);
      verdicts.push({ mutant, fate, tookMs: performance.now() - startMs });
      const how = fate.kind === 'killed' ? `killed by the ${fate.by}: ${fate.because}` : 'SURVIVED';
      console.log(`${mutant.name}: ${how}`);
    }
    return verdicts;
  } finally {
    await bench.close();
  }
}

/** The verdicts in numbers. */
export function recordOf(
  verdicts: readonly Verdict[],
  terms: { readonly runs: number; readonly seed: number; readonly commit: string },
): Record {
  const killedBy = (by: string) =>
    verdicts.filter(({ fate }) => fate.kind === 'killed' && fate.by === by).length;
  return {
    date: new Date().toISOString().slice(0, 10),
    ...terms,
    killedBySuites: killedBy('suites'),
    killedBySimulation: killedBy('simulation'),
    survivors: verdicts.filter(({ fate }) => fate.kind === 'survived').map(({ mutant }) => mutant.name),
  };
}
