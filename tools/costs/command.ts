/** `--scale`: measures each number of pairs with one vantage and with two, and writes what it costs. */
import { mkdir, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import type { LatencyTerms } from '../../lab/aws/flags.ts';
import { vantages } from '../../lab/deployment.ts';
import { plural } from '../../lib/core/plural.ts';
import { type Bundles, bundleFunctions } from '../../lib/stack/bundle.ts';
import { temporaryDirectory } from '../../lib/stack/temporary.ts';
import { terminalTable } from '../bench/table.ts';
import { dollarsPerMonth, gigabyteSecondsOf, itemsOf } from './cost.ts';
import { defaultChoice, deployedOf } from './deployed.ts';
import { choices, renderCosts } from './document.ts';
import { type Figures, figuresOf } from './figures.ts';
import { measure } from './measure.ts';
import { fits, sizesFor } from './sizing.ts';
import { headOf, rowsOf } from './table.ts';

export interface ScaleAsked extends LatencyTerms {
  readonly counts: readonly number[];
  /** How long each is measured. Milliseconds. */
  readonly forMs: number;
  /** Where costs.md is written. */
  readonly out: string;
  readonly json: boolean;
}

/** Runs them one after the other; gives back the exit code: 1 when any did not stay steady. */
export async function scaleCommand(asked: ScaleAsked): Promise<number> {
  const bundles = await bundleFunctions(temporaryDirectory());
  const all: Figures[] = [];
  for (const vantageCount of vantages.keys()) {
    for (const pairs of asked.counts) {
      all.push(await measureTold(pairs, vantageCount + 1, asked, bundles));
    }
  }
  await writeCosts(asked.out, all);
  const table = terminalTable(headOf(all), rowsOf(all));
  console[asked.json ? 'error' : 'log'](table);
  if (asked.json) console.log(JSON.stringify({ scale: all.map(withCost) }));
  else console.log(`Written: ${asked.out}/costs.md`);
  return all.every(({ steady }) => steady) ? 0 : 1;
}

async function measureTold(
  pairs: number,
  vantageCount: number,
  asked: ScaleAsked,
  bundles: Bundles,
): Promise<Figures> {
  const measured = await measure(pairs, vantageCount, asked.forMs, bundles, asked);
  const figures = figuresOf(measured);
  const cpu = (figures.cpuPerPairAndSecond * 1000).toFixed(2);
  const word = measured.because === null ? '' : `; not steady: ${measured.because}`;
  console.error(
    `${plural(pairs, 'pair')}, ${plural(vantageCount, 'vantage')}: ${cpu} ms of CPU of all functions per pair and second${word}`,
  );
  return figures;
}

async function writeCosts(out: string, all: readonly Figures[]): Promise<void> {
  await mkdir(out, { recursive: true });
  const machine = `${os.cpus().length} CPUs of ${os.arch()}`;
  await writeFile(path.join(out, 'costs.md'), renderCosts(all, { machine }));
}

/** The figures and what they cost as deployed, in the form for programs. */
function withCost(figures: Figures) {
  const deployed = deployedOf(figures.pairs, defaultChoice);
  const items = itemsOf(figures).map(({ name, dollarsPerMonth: dollars }) => [name, cents(dollars)]);
  const otherwise = choices.map(([name, choice]) => [
    name,
    dollarsPerMonth(figures, { ...defaultChoice, ...choice }),
  ]);
  return {
    ...figures,
    deployed,
    fits: fits(figures, deployed.sizes),
    smallestSizeMb: sizesFor(figures),
    gigabyteSecondsPerMonth: Math.round(gigabyteSecondsOf(figures, deployed)),
    itemsDollarsPerMonth: Object.fromEntries(items) as Record<string, number>,
    dollarsPerMonth: dollarsPerMonth(figures),
    dollarsPerMonthOtherwise: Object.fromEntries(otherwise) as Record<string, number>,
  };
}

function cents(dollars: number): number {
  return Math.round(dollars * 100) / 100;
}
