/**
 * `docs/proof.md`, printed: what is proven, by which command, within which limits, and what is not proven. The rules of the
 * invariants are the docstrings of their files, so that what a skeptic reads is what the code is read by.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { faults } from '../lab/faults/index.ts';
import { catalogue } from '../lab/servers/catalogue.ts';
import { scenarioNames } from '../sim/faults/scenarios.ts';
import { openInvariants } from '../sim/open.ts';
import { sabotageNames, sabotages } from '../sim/sabotage.ts';
import type { Record as MutantRecord } from './mutants/command.ts';
import { mutants } from './mutants/index.ts';

const invariantsDirectory = fileURLToPath(new URL('../sim/invariants/', import.meta.url));

export interface Rule {
  readonly name: string;
  /** What must hold, in one sentence. */
  readonly holds: string;
  /** When exactly, and what is excused: the paragraphs after the first. */
  readonly details: readonly string[];
  readonly file: string;
}

/** Every invariant, in the words of its docstring: `Invariant W2. A live holder …`. */
export function readRules(): readonly Rule[] {
  return readdirSync(invariantsDirectory)
    .filter((file) => file.endsWith('.ts'))
    .flatMap((file) => rulesIn(file, readFileSync(`${invariantsDirectory}${file}`, 'utf8')))
    .sort((one, other) => one.name.localeCompare(other.name, 'en', { numeric: true }));
}

/** The rules of one file's docstrings. */
export function rulesIn(file: string, source: string): readonly Rule[] {
  return [...source.matchAll(/\/\*\*([\s\S]*?)\*\//g)].flatMap(([, comment = '']) => {
    const paragraphs = comment
      .split('\n')
      .map((line) => line.replace(/^\s*\* ?/, '').trim())
      .join('\n')
      .split(/\n{2,}/)
      .map((paragraph) => paragraph.replaceAll('\n', ' ').trim())
      .filter((paragraph) => paragraph !== '');
    const [, name, holds] = /^Invariant (\w+)\. (.+)$/.exec(paragraphs[0] ?? '') ?? [];
    return name === undefined || holds === undefined
      ? []
      : [{ name, holds, details: paragraphs.slice(1), file: `sim/invariants/${file}` }];
  });
}

const claims: readonly (readonly [claim: string, command: string])[] = [
  [
    'No invariant but those that are named as open below is violated in 5,000 histories of a fixed seed, and in 5,000 of a seed made from the commit.',
    '`.ci/run`, or `npm run sim -- --runs 5000 --seed 20261125`',
  ],
  ['In 1,500 histories of noise nothing moves.', '`npm run sim -- --noise --runs 1500`'],
  [
    'The simulator finds the harm when a safeguard is taken out.',
    '`npm run sim -- --sabotage all`, `npx vitest run test/sim/sabotage.test.ts`',
  ],
  ['A test or the simulator notices when a guard is taken out.', '`npm run mutants`'],
  [
    'Every fault of the lab comes out as it must on real servers with their vendor’s defaults.',
    '`npm run lab -- --matrix`',
  ],
  [
    'The simulator’s servers and the real ones keep to one contract.',
    '`npx vitest run test/sim/contract.test.ts test/probe/contract.test.ts`',
  ],
  [
    'What a leader has in mind of a pair survives JSON, and each step makes the same of what was read back.',
    '`npx vitest run test/sim/history.test.ts`, and one step in 251 of every `npm run sim`',
  ],
  ['A plan that is cut at any call is ended by the next leader.', '`npx vitest run test/watch/cuts.test.ts`'],
  ['A deployed stack fails over with the code that was deployed.', '`npm run rehearse`'],
  ['So does what the packed file deploys from an empty directory.', '`npm run rehearse -- --from package`'],
  ['So does what an export deploys, without the CDK.', '`npm run rehearse -- --from export`'],
];

const notProven: readonly string[] = [
  'Nothing was run on AWS. EC2, Lambda, DynamoDB, SNS and SSM are an emulator’s; their latencies are estimates (`lab/aws/latencies.ts`), and what CloudFormation makes is moto’s.',
  'The simulator’s servers are a model. Rows have keys and versions, but no schema, no triggers and no foreign keys; a transaction is one row; XA, delayed replication, latency to a node and two servers of one identity are not in it.',
  'A history is ten minutes of one pair. What takes longer (a repeat after an hour, a flap guard over a day) is tested by tables alone.',
  'A holder that takes writes on a host that does not take the VIP for its own is not seen while nothing is moved: nothing looks through the VIP in steady state.',
  'Replication is asynchronous as a rule: what a dead host had acknowledged and not sent is lost, up to what W1 allows. Where the alert says `unknown`, it is not known.',
  'Mutants are picked by hand. Perhaps no test notices the absence of a guard that is not in the list.',
  'The lab’s hosts share one kernel. Clock skew between hosts, packet reordering and real disks that fail are not in it.',
];

/** The whole document. `record` is the last run of `npm run mutants`; null before the first. */
export function renderProof(record: MutantRecord | null): string {
  return [
    '# What is proven, and what is not',
    '',
    'Printed from the code by `test/tools/proof-doc.test.ts`: change the code, then run `npx vitest run test/tools/proof-doc.test.ts -u`.',
    'Each claim names the command that shows it. A claim that you cannot repeat is a bug: report it.',
    '',
    ...table(['claim', 'command'], claims),
    '',
    '## Invariants of the simulator',
    '',
    'Each history is ten simulated minutes of the real core and watch in a world with faults, drawn from a seed. The judges W1 to',
    'W9 look at the world alone: rows, clients, and who was alerted. The others ask whether keepalambda keeps its own rules.',
    '',
    ...readRules().flatMap(renderRule),
    '## Invariants that are not kept in every history yet',
    '',
    'Their violations are found, printed and counted in every run, and `npm run sim` fails for them. They do not keep a commit from',
    'landing that makes nothing worse: `.ci/run` fails for every other invariant, and for one more of these than the number in',
    '5,000 histories (`sim/open.ts`).',
    '',
    ...Object.entries(openInvariants).map(
      ([name, { how, atMost }]) => `- **${name}** (at most ${atMost}): ${how}`,
    ),
    '',
    '## Safeguards that are taken out',
    '',
    'Without it, the simulator must find a violation, in a history that is harmless with it.',
    '',
    ...table(
      ['`--sabotage`', 'the harm that must be found'],
      sabotageNames.map((name) => [`\`${name}\``, sabotages[name][1]]),
    ),
    '',
    '## Faults in the simulated world',
    '',
    `Beside single faults, drawn independently, ${scenarioNames.length} scenarios of faults that come together: ${scenarioNames.join(', ')}.`,
    '`npm run sim -- --json` counts each fault of a run (`faultsOf`).',
    '',
    '## Faults of the lab',
    '',
    `Played on ${Object.keys(catalogue).join(', ')}, with real clients. An alert that is named must arrive; no run may lose a write in a planned move, or have two writers.`,
    '',
    ...table(
      ['`--fault`', 'what happens', 'what must come of it'],
      Object.entries(faults).map(([name, { about, expected, alerts }]) => [
        `\`${name}\``,
        about,
        `${expected}; ${alerts.join(', ') || 'no alert'}`,
      ]),
    ),
    '',
    '## Mutants',
    '',
    `\`npm run mutants\` takes one of ${mutants.length} guards out of \`lib/core\` and \`lib/watch\` at a time (\`--list\` names them), and runs the suites of core, watch and whole incidents, then simulated histories.`,
    ...renderRecord(record),
    '',
    '## What is not proven',
    '',
    ...notProven.map((text) => `- ${text}`),
    '',
  ].join('\n');
}

function renderRule({ name, holds, details, file }: Rule): readonly string[] {
  return [`### ${name}`, '', `**${holds}** (\`${file}\`)`, '', ...details.flatMap((text) => [text, ''])];
}

function renderRecord(record: MutantRecord | null): readonly string[] {
  if (record === null) return ['It has not been run yet.'];
  const { date, commit, runs, seed, killedBySuites, killedBySimulation, survivors } = record;
  const total = killedBySuites + killedBySimulation + survivors.length;
  return [
    `Last run: ${date}, commit ${commit}, ${runs} histories of seed ${seed}. Of ${total} mutants the suites killed ${killedBySuites} and the simulator ${killedBySimulation}; ${survivors.length} survived.`,
    ...(survivors.length === 0
      ? []
      : ['', ...survivors.map((name) => `- \`${name}\` survived: ${whyOf(name)}`)]),
  ];
}

function whyOf(name: string): string {
  const found = mutants.find((mutant) => mutant.name === name);
  return found?.survives ?? 'nobody misses it yet';
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): readonly string[] {
  const line = (cells: readonly string[]) =>
    `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)];
}
