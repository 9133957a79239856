/** The benchmark: every fault on every contender, again and again, and the figures of all runs. */
import { renderTerms, termsOfRun } from '../../lab/aws/flags.ts';
import { leaveNothingBehind } from '../../lab/belongings.ts';
import { describeCpu } from '../../lab/flags.ts';
import { requireNamespaces } from '../../lab/network/netns/ip.ts';
import { findProduct } from '../../lab/servers/catalogue.ts';
import { Story } from '../../lab/story.ts';
import { bundleFunctions } from '../../lib/stack/bundle.ts';
import { temporaryDirectory } from '../../lib/stack/temporary.ts';
import { scaleCommand } from '../costs/command.ts';
import { measurePage } from '../page/measure.ts';
import { clientsCommand } from './clients/command.ts';
import { compareAll } from './comparison.ts';
import { type BenchTerms, type Contender, openArena } from './contender.ts';
import { type Asked, parseFlags } from './flags.ts';
import { startProgress } from './progress.ts';
import { writeReport } from './report.ts';
import { functionCpuOf, type Results, type Run, summarizeAll } from './results.ts';
import { runOnce } from './run.ts';
import { soak } from './soak/soak.ts';
import { renderSoak, renderTable } from './table.ts';
import { type TrialName, trials } from './trials.ts';

/** Runs the command; gives back its exit code. Throws a `LabError` for what a person can fix. */
export async function benchCommand(args: readonly string[]): Promise<number> {
  const asked = parseFlags(args);
  if (asked === null) return 0;
  if (asked.scale === null && !asked.page) {
    if (asked.clients === null) requireNamespaces();
    await findProduct(asked.server);
  }
  // From here on a signal ends it at once, and what it has started and written goes with it.
  leaveNothingBehind();
  if (asked.page) return measurePage(asked);
  if (asked.scale !== null) return scaleCommand({ ...asked, counts: asked.scale });
  if (asked.clients !== null) return clientsCommand(asked, asked.clients);
  return asked.soakMs === null ? compare(asked) : soakFor(asked, asked.soakMs);
}

async function soakFor(asked: Asked, forMs: number): Promise<number> {
  const story = new Story(asked.story ? console.error : () => {});
  const { world, network } = await openArena(asked, 'managed', asked.weather ?? undefined);
  console.error(describeCpu(world.aws.functionCpu));
  try {
    story.follow(world);
    const figures = await soak(world, network, forMs, story);
    console.log(asked.json ? JSON.stringify(figures) : renderSoak(figures));
    return figures.falseFailovers === 0 ? 0 : 1;
  } finally {
    await world.close();
  }
}

async function compare(asked: Asked): Promise<number> {
  const results: Record<string, Record<string, Run[]>> = {};
  // Every run has the same code: it is bundled once, so that no run pays for it.
  const terms = { ...asked, bundles: await bundleFunctions(temporaryDirectory()) };
  const progress = startProgress(turnsOf(asked).length);
  // Contenders take turns, so that a machine that grows slow is slow to all of them.
  for (const turn of turnsOf(asked)) {
    const run = await runAgainOnce(asked, terms, turn);
    progress.tell(`${turn.fault} ${turn.index + 1}/${asked.runs} ${turn.contender.name}: ${outcomeOf(run)}`);
    const byContender = results[turn.fault] ?? {};
    results[turn.fault] = byContender;
    byContender[turn.contender.name] = [...(byContender[turn.contender.name] ?? []), run];
  }
  await writeReport(asked.out, asked, results);
  present(asked, results);
  const stuck = Object.values(results)
    .flatMap(Object.values)
    .flat()
    .some(({ resumed }) => !resumed);
  return stuck ? 1 : 0;
}

interface Turn {
  readonly fault: TrialName;
  readonly index: number;
  readonly contender: Contender;
}

/** All runs, in order. */
function turnsOf({ faults, runs, contenders }: Asked): readonly Turn[] {
  return faults.flatMap((fault) => {
    const players = contenders.filter(({ isPeer }) => trials[fault].forPeers || !isPeer);
    return Array.from({ length: runs }, (_, index) => index).flatMap((index) =>
      players.map((contender) => ({ fault, index, contender })),
    );
  });
}

/** A world that did not come up says nothing of a contender, and must not cost the runs before. */
async function runAgainOnce(asked: Asked, terms: BenchTerms, turn: Turn): Promise<Run> {
  try {
    return await runTold(asked, terms, turn);
  } catch (error) {
    console.error(`${turn.fault} ${turn.contender.name}, once more: ${String(error)}`);
    return runTold(asked, terms, turn);
  }
}

function runTold(asked: Asked, terms: BenchTerms, { fault, contender, index }: Turn): Promise<Run> {
  return runOnce({
    contender,
    trial: trials[fault],
    index,
    // The same delays for every contender, and others in every run.
    terms: { ...terms, ...termsOfRun(asked, index) },
    phase: (index + 0.5) / asked.runs,
    tell: asked.story ? console.error : () => {},
  });
}

function outcomeOf({ resumed, outageMs, failedWrites, lost }: Run): string {
  return `${resumed ? `${outageMs} ms` : 'writes did not go on'}, ${failedWrites} failed, ${lost} lost`;
}

function present(asked: Asked, results: Results<readonly Run[]>): void {
  const faults = compareAll(summarizeAll(results));
  if (asked.json) {
    console.error(renderTable(faults));
    const own = asked.contenders.filter(({ isPeer }) => !isPeer);
    const functionCpu = Object.fromEntries(own.map(({ name }) => [name, functionCpuOf(results, name)]));
    console.log(JSON.stringify({ functionCpu, faults }));
    return;
  }
  console.log(renderTable(faults));
  console.log(
    `${renderTerms(asked)}. Written: ${asked.out}/benchmark.md, performance.md, and their pictures`,
  );
}
