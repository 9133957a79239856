/** `docs/benchmark.md`: the figures, how they were made, and one run of each fault as a story. */
import { mkdir, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import { type LatencyTerms, renderTerms } from '../../lab/aws/flags.ts';
import { describeCpu } from '../../lab/flags.ts';
import type { ServerSettings } from '../../lab/servers/options.ts';
import { renderChart } from './chart.ts';
import { compareAll, reference } from './comparison.ts';
import type { Contender } from './contender.ts';
import { functionCpuOf, type Results, type Run, summarizeAll } from './results.ts';
import { clientTerms } from './run.ts';
import { renderMarkdownTable } from './table.ts';
import { trials } from './trials.ts';
import { renderPerformance, waterfallOf } from './waterfall/document.ts';
import { renderWaterfall } from './waterfall/picture.ts';

export interface ReportFacts extends LatencyTerms {
  readonly server: string;
  readonly runs: number;
  readonly serverSettings: ServerSettings;
  readonly contenders: readonly Contender[];
}

/** Writes benchmark.md and performance.md, each with its picture. */
export async function writeReport(
  directory: string,
  facts: ReportFacts,
  results: Results<readonly Run[]>,
): Promise<void> {
  await mkdir(directory, { recursive: true });
  await writeFile(path.join(directory, 'benchmark.svg'), renderChart(summarizeAll(results)));
  await writeFile(path.join(directory, 'benchmark.md'), renderReport(facts, results));
  const waterfall = waterfallOf(results);
  if (Object.keys(waterfall).length === 0) return;
  await writeFile(path.join(directory, 'performance.svg'), renderWaterfall(waterfall));
  await writeFile(path.join(directory, 'performance.md'), renderPerformance(termsOf(facts), results));
}

export function renderReport(facts: ReportFacts, results: Results<readonly Run[]>): string {
  return `# Benchmark

Printed by \`npm run bench\`; do not edit. ${termsOf(facts)}.

![Outages](benchmark.svg)

${renderMarkdownTable(compareAll(summarizeAll(results)))}

An outage is the longest time without an acknowledged write that the client saw. "Of ${reference}" is the median divided by
that contender's. "More than mysqld-kill" is what the death of a part of keepalambda adds to the median. "Failed writes"
are the most in one run: statements that the client sent and nobody acknowledged. "Writes lost" counts, over all runs, acknowledged
writes that the new holder does not have. Where the milliseconds of a failover go is in [performance.md](performance.md).

## Contenders

${facts.contenders.map(({ name, about }) => `- **${name}**: ${about}.`).join('\n')}

keepalived is Debian's package, as it comes, on both hosts: \`state BACKUP\`, \`nopreempt\`, priorities 100 and 90,
\`advert_int 1\`. VRRP cannot move an address in a VPC, so the plain variants are the reference on a wire of one's own: the VIP
moves by gratuitous ARP, at no cost. The \`-ec2\` variants elect by unicast and move the address as they must on
AWS, with one call of AssignPrivateIpAddresses from their notify script; the start of the AWS CLI is not counted.
Its \`virtual_server\` with \`TCP_CHECK\` needs IPVS in the kernel and is left out: with 3 tries 3 s apart it comes
after the script when mysqld is killed, and a hung mysqld passes it, because the kernel takes the connection.
keepalived ends a script that lasts longer than its interval; that default stands.

## Terms, the same for all

- A fresh pair of servers in network namespaces for every run, one namespace for each host, the clients and each
  vantage; EC2's mapping of the VIP is a /32 route. A host that is down is a link that is down.
${facts.contenders
  .filter(({ isPeer }) => !isPeer)
  .map(({ name }) => `- ${name}: ${describeCpu(functionCpuOf(results, name))}.`)
  .join('\n')}
- ${facts.serverSettings === 'vendor' ? "Servers have their vendor's defaults" : 'Servers have the settings that we recommend'} (servers.md).
- One client commits a row every ${clientTerms.everyMs} ms through the VIP. It gives a connect or a query up after
  ${clientTerms.timeoutMs} ms and tries again within 100 ms.
- The moments of the faults are spread evenly over the time between two checks of the contender.
${Object.entries(trials)
  .filter(([name]) => results[name] !== undefined)
  .map(([name, { about }]) => `- \`${name}\`: ${about}.`)
  .join('\n')}

## One run of each fault, as it happened

${Object.entries(results)
  .map(([fault, byContender]) => storyOf(fault, byContender.keepalambda?.[0]))
  .join('\n')}`;
}

/** On what, and how it was measured. */
function termsOf(facts: ReportFacts): string {
  return `${facts.runs} runs of each fault on each contender, on ${facts.server},
on ${machine()}. ${renderTerms(facts)}`;
}

function storyOf(fault: string, run: Run | undefined): string {
  if (!run) return '';
  const lines = run.story.map((line) => stripVTControlCharacters(line));
  return `### ${fault}\n\n\`\`\`text\n${lines.join('\n')}\n\`\`\`\n`;
}

function machine(): string {
  return `${os.cpus().length} CPUs of ${os.arch()}, Linux ${os.release().replace(/[^\d.].*$/, '')}`;
}
