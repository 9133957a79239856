/** The benchmark: every fault on every contender, again and again, and what it comes to. */
import { renderTerms, termsOfRun } from '../../lab/aws/flags.ts';
import { leaveNothingBehind } from '../../lab/belongings.ts';
import type { LabFault } from '../../lab/faults/fault.ts';
import { serverFaults } from '../../lab/faults/servers.ts';
import { describeCpu } from '../../lab/flags.ts';
import { requireNamespaces } from '../../lab/network/netns/ip.ts';
import { findProduct } from '../../lab/servers/catalogue.ts';
import { Story } from '../../lab/story.ts';
import { scaleCommand } from '../costs/command.ts';
import { measurePage } from '../page/measure.ts';
import { clientsCommand } from './clients/command.ts';
import { type Contender, openArena } from './contender.ts';
import { type Asked, type BenchFault, parseFlags } from './flags.ts';
import { writeReport } from './report.ts';
import { type Results, type Run, summarize, summarizeAll } from './results.ts';
import { runOnce } from './run.ts';
import { soak } from './soak/soak.ts';
import { renderSoak, renderTable } from './table.ts';

/** Runs the command; gives back its exit code. Throws a `LabError` for what a person can mend. */
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
  // Contenders take turns, so that a machine that grows slow is slow to all of them.
  for (const fault of asked.faults) {
    const byContender: Record<string, Run[]> = {};
    results[fault] = byContender;
    for (let index = 0; index < asked.runs; index += 1) {
      for (const contender of asked.contenders) {
        const run = await runTold(asked, fault, contender, index);
        byContender[contender.name] = [...(byContender[contender.name] ?? []), run];
      }
    }
  }
  await writeReport(asked.out, asked, results);
  present(asked, results);
  const stuck = Object.values(results)
    .flatMap(Object.values)
    .flat()
    .some(({ resumed }) => !resumed);
  return stuck ? 1 : 0;
}

async function runTold(asked: Asked, fault: BenchFault, contender: Contender, index: number): Promise<Run> {
  const run = await runOnce({
    contender,
    fault: serverFaults[fault] satisfies LabFault,
    // The same delays for every contender, and others in every run.
    terms: { ...asked, ...termsOfRun(asked, index) },
    phase: (index + 0.5) / asked.runs,
    tell: asked.story ? console.error : () => {},
  });
  const { medianMs, lost } = summarize([run]);
  const outcome = run.resumed ? `${medianMs} ms` : 'writes did not go on';
  console.error(`${fault} ${index + 1}/${asked.runs} ${contender.name}: ${outcome}, ${lost} lost`);
  return run;
}

/** The same in every run: it is a matter of the machine. */
function functionCpuOf(results: Results<readonly Run[]>): string {
  const [run] = Object.values(results).flatMap(Object.values).flat() as readonly Run[];
  return run?.functionCpu ?? 'none ran';
}

function present(asked: Asked, results: Results<readonly Run[]>): void {
  const faults = summarizeAll(results);
  if (asked.json) {
    console.error(renderTable(faults));
    console.log(JSON.stringify({ functionCpu: functionCpuOf(results), faults }));
    return;
  }
  console.log(renderTable(faults));
  console.log(`${renderTerms(asked)}. Written: ${asked.out}/benchmark.md, benchmark.svg`);
}
