/** `npm run sim`: runs histories, replays one, takes out a safeguard. Resolves to the exit code. */
import { writeFileSync } from 'node:fs';
import { Command, CommanderError, InvalidArgumentError, Option } from 'commander';
import { type Detection, presets } from '../lib/core/config/settings.ts';
import { renderPage } from '../lib/core/page/page.ts';
import { regressionsOf } from './open.ts';
import { isSabotage, renderSabotages, type SabotageName, sabotageNames, safeguardsOf } from './sabotage.ts';
import {
  greatestSearchSeed,
  type HistoryTerms,
  minimalStory,
  replay,
  type SearchResult,
  search,
  searchHarm,
} from './search.ts';
import type { Tally } from './tally.ts';

interface Options {
  readonly runs: number;
  readonly seed: number;
  readonly json: boolean;
  readonly noise: boolean;
  readonly detection: Detection;
  readonly replay?: number;
  readonly report?: string;
  readonly sabotage?: SabotageName | 'list' | 'all';
}

/** Where lines go; tests give their own. */
export interface Output {
  out(line: string): void;
  err(line: string): void;
}

const terminal: Output = {
  out: (line) => process.stdout.write(`${line}\n`),
  err: (line) => process.stderr.write(`${line}\n`),
};

/** How many violations end a search. */
const findingsMax = 10;

/** 0: no violation. 1: a violation. 2: not as the arguments must be. */
export async function simCommand(argv: readonly string[], output: Output = terminal): Promise<number> {
  const options = parse(argv, output);
  if (typeof options === 'number') return options;
  if (options.sabotage === 'list') {
    output.out(renderSabotages());
    return 0;
  }
  if (options.sabotage === 'all') return sabotageAll(options, output);
  const sabotage = options.sabotage ?? null;
  const terms = { safeguards: safeguardsOf(sabotage), isNoise: options.noise, detection: options.detection };
  if (options.replay !== undefined) return tell(options.replay, terms, output, options.report);
  if (options.report !== undefined) {
    output.err('got --report without --replay; want the seed of one history. To fix it: add --replay SEED.');
    return 2;
  }
  return searchAndTell(options, sabotage, terms, output);
}

function parse(argv: readonly string[], output: Output): Options | number {
  const command = new Command('sim')
    .description(
      'The real core and watch in simulated worlds with faults, judged by the invariants 1 to 9 and W1 to W9.',
    )
    .option('--runs <number>', 'how many histories of ten simulated minutes', positive, 5000)
    .option('--seed <number>', 'which histories: another seed gives others', searchSeed, 1)
    .option('--replay <seed>', 'tell the history of this seed, line by line', whole)
    .option('--report <file>', 'of --replay: write the history as one page for a browser')
    .option('--sabotage <name>', 'take out one safeguard, or each of all in turn, or list them', sabotageName)
    .option('--noise', 'no death, only noise (loss, stalls, cut vantages): nothing may move', false)
    .addOption(
      new Option('--detection <preset>', 'how the pair is judged')
        .choices(Object.keys(presets))
        .default('normal'),
    )
    .option('--json', 'the result as one JSON object on the last line', false)
    .allowExcessArguments(false)
    .exitOverride()
    .configureOutput({
      writeOut: (text) => output.out(text.trimEnd()),
      writeErr: (text) => output.err(text.trimEnd()),
    });
  try {
    return command.parse(argv, { from: 'user' }).opts<Options>();
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
    throw error;
  }
}

async function tell(
  seed: number,
  terms: HistoryTerms,
  output: Output,
  file: string | undefined,
): Promise<number> {
  const { story, violation, rows } = await replay(seed, terms);
  if (file !== undefined) {
    const verdict =
      violation === null ? 'No violation.' : `Invariant ${violation.invariant}: ${violation.saw}`;
    writeFileSync(file, renderPage({ place: 'sim/orders', title: `Seed ${seed}`, verdict, rows }));
  }
  for (const line of story) output.out(line);
  if (violation === null) output.out('no violation');
  return violation === null ? 0 : 1;
}

/** Takes out each safeguard, and looks for the first history with the harm. 0: each has one. */
async function sabotageAll({ runs, seed, json }: Options, output: Output): Promise<number> {
  const seeds: Record<string, number | null> = {};
  for (const name of sabotageNames) {
    const harm = await searchHarm(name, runs, seed);
    seeds[name] = harm?.seed ?? null;
    output.out(
      harm === null
        ? `${name}: NO HARM FOUND in ${runs} histories`
        : `${name}: seed ${harm.seed} violates invariant ${harm.invariant}: ${harm.saw}`,
    );
  }
  if (json) output.out(JSON.stringify(seeds));
  return Object.values(seeds).includes(null) ? 1 : 0;
}

async function searchAndTell(
  { runs, seed, json, noise }: Options,
  sabotage: SabotageName | null,
  terms: HistoryTerms,
  output: Output,
): Promise<number> {
  const startedMs = performance.now();
  const result = await search({ runs, seed, ...terms, findingsMax: sabotage === null ? findingsMax : 1 });
  const tookMs = performance.now() - startedMs;
  const first = regressionsOf(result.findings, runs)[0] ?? result.findings[0];
  if (first !== undefined) {
    const { story } = await minimalStory(first.seed, terms);
    output.out(`seed ${first.seed} violates invariant ${first.invariant}: ${first.saw}`);
    output.out('the fewest faults that bring it about:');
    for (const line of story) output.out(`  ${line}`);
    const again = `${sabotage === null ? '' : ` --sabotage ${sabotage}`}${noise ? ' --noise' : ''}`;
    output.out(`the whole history: npm run sim -- --replay ${first.seed}${again}`);
  }
  for (const line of render(result, tookMs)) output.out(line);
  if (json) output.out(JSON.stringify(summary(result, seed, sabotage, noise)));
  return result.findings.length === 0 ? 0 : 1;
}

/** What the last line of `--json` holds: the same for the same arguments, whatever the machine. */
function summary(
  { runs, tally, findings, events }: SearchResult,
  seed: number,
  sabotage: string | null,
  noise: boolean,
) {
  const { deaths, plans, faultsOf, automaticMoves, ...counts } = tally;
  return {
    runs,
    seed,
    ...(sabotage === null ? {} : { sabotage }),
    ...(noise ? { falseFailovers: automaticMoves } : { automaticMoves }),
    ...counts,
    events,
    faultsOf: Object.fromEntries(sorted(faultsOf)),
    plans: Object.fromEntries(sorted(plans)),
    deaths: Object.fromEntries(sorted(deaths)),
    violations: findings,
    regressions: regressionsOf(findings, runs).length,
  };
}

function render({ runs, tally, findings }: SearchResult, tookMs: number): readonly string[] {
  const perSecond = (runs / tookMs) * 1000;
  return [
    `${runs} histories in ${(tookMs / 1000).toFixed(1)} s (${perSecond.toFixed(0)} a second), ${tally.faults} faults, ${tally.epochs} epochs, clocks off by up to ${tally.skewMs} ms`,
    `${tally.failovers} failovers, ${tally.switchovers} switchovers, ${tally.aborted} undone, ${tally.lostAnswers} answers lost, ${tally.alerts} alerts`,
    `${deathsIn(tally)} deaths inside a step, in ${tally.deaths.size} places`,
    findings.length === 0
      ? 'no violation'
      : `violations: ${findings.map(({ seed, invariant }) => `${seed} (invariant ${invariant})`).join(', ')}`,
  ];
}

function deathsIn({ deaths }: Tally): number {
  return [...deaths.values()].reduce((sum, count) => sum + count, 0);
}

function sorted(counts: ReadonlyMap<string, number>): [string, number][] {
  return [...counts].sort(([one], [other]) => (one < other ? -1 : 1));
}

function whole(text: string): number {
  const number = Number(text);
  if (!/^\d+$/.test(text) || !Number.isSafeInteger(number)) {
    throw new InvalidArgumentError(`got ${text}; want a whole number, such as 42.`);
  }
  return number;
}

/** The seeds of its histories must be exact: above that, neighbours would be one and the same. */
function searchSeed(text: string): number {
  const number = whole(text);
  if (number > greatestSearchSeed) {
    throw new InvalidArgumentError(`got ${text}; want a whole number up to ${greatestSearchSeed}.`);
  }
  return number;
}

function positive(text: string): number {
  const number = whole(text);
  if (number < 1 || number > 1_000_000) {
    throw new InvalidArgumentError(`got ${text}; want a number from 1 to 1000000.`);
  }
  return number;
}

function sabotageName(text: string): SabotageName | 'list' | 'all' {
  if (text === 'list' || text === 'all' || isSabotage(text)) return text;
  throw new InvalidArgumentError(`got ${text}; want list, all, or one of ${sabotageNames.join(', ')}.`);
}
