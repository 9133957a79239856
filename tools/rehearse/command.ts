/** The rehearsal: the road that a team goes with keepalambda, by the real commands, with the very bytes that were deployed. */
import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { Command, Option } from 'commander';
import { addLatencyOptions, type LatencyFlags, latencyTermsOf, renderTerms } from '../../lab/aws/flags.ts';
import { leaveNothingBehind } from '../../lab/belongings.ts';
import { LabError } from '../../lab/errors.ts';
import { parseWith } from '../../lab/flags.ts';
import { defaultServer } from '../../lab/servers/catalogue.ts';
import { Story } from '../../lab/story.ts';
import { type LabWorld, openSite } from '../../lab/world.ts';
import { changes } from './environment.ts';
import { travelByExport } from './export-road.ts';
import { startMoto } from './moto.ts';
import { clone, type From, install } from './project.ts';
import { type Travelled, travel } from './road.ts';
import { type Step, Steps } from './steps.ts';
import { createToolkit } from './toolkit.ts';

interface Flags extends LatencyFlags {
  readonly from: From | 'export';
  readonly server: string;
  readonly port: string;
  readonly json?: true;
}

/** What a rehearsal leaves: the last line of `--json`. */
export interface Rehearsed extends Partial<Travelled> {
  readonly from: From | 'export';
  /** In the order of the road; the last one has failed where `ok` is false. */
  readonly steps: readonly Step[];
  readonly ok: boolean;
}

/** Runs the command; gives back its exit code. Throws a `LabError` where no step could be taken. */
export async function rehearseCommand(args: readonly string[]): Promise<number> {
  const flags = parseFlags(args);
  if (flags === null) return 0;
  // From here on a signal ends it at once, and what it has started and written goes with it.
  leaveNothingBehind();
  const story = new Story(flags.json ? console.error : console.log);
  const steps = new Steps(story);
  const tell = (travelled: Partial<Travelled>, ok: boolean) => {
    const rehearsed: Rehearsed = { from: flags.from, steps: steps.done, ...travelled, ok };
    console.log(flags.json ? JSON.stringify(rehearsed) : renderRehearsed(rehearsed));
  };
  try {
    tell(await rehearse(flags, steps, story), true);
    return 0;
  } catch (error) {
    if (!(error instanceof LabError) || steps.done.every(({ ok }) => ok)) throw error;
    tell({}, false);
    return 1;
  }
}

async function rehearse(flags: Flags, steps: Steps, story: Story): Promise<Travelled> {
  const scratch = await mkdtemp(path.join(os.tmpdir(), 'keepalambda-rehearsal-'));
  const opened: { close(): Promise<void> }[] = [];
  try {
    story.tell(
      'lab',
      "starting moto's server, which stands for AWS (the first time it is fetched), and the pair",
    );
    const moto = await startMoto();
    opened.push(moto);
    const world = await openPair(flags, story);
    opened.push(world);
    const hear = (line: string) => story.tell('cdk', line);
    const commands = { cwd: scratch, env: {}, hear };
    const project = flags.from === 'package' ? await install(scratch, commands) : clone(scratch);
    const toolkit = createToolkit({ project, moto, aws: world.aws, scratch, hear });
    const road = flags.from === 'export' ? travelByExport : travel;
    return await road({ project, moto, world, toolkit, scratch, story }, steps);
  } finally {
    for (const each of opened.toReversed()) await each.close();
    await rm(scratch, { recursive: true, force: true });
  }
}

async function openPair(flags: Flags, story: Story): Promise<LabWorld> {
  const terms = latencyTermsOf(flags);
  story.tell('lab', renderTerms(terms));
  const world = await openSite({ ...terms, server: flags.server, port: Number(flags.port), changes });
  story.follow(world);
  await story.meet(world);
  return world;
}

function parseFlags(args: readonly string[]): Flags | null {
  const command = new Command('npm run rehearse --')
    .description(
      'The whole road: init, check, bootstrap, deploy, faults, an update, a rollback and destroy. moto stands for CloudFormation; what it deployed runs in the lab, with its policies.',
    )
    .addOption(
      new Option(
        '--from <what>',
        'the commands of this clone, of its package in an empty directory, or what `keepalambda export` wrote, without the CDK',
      )
        .choices(['clone', 'package', 'export'])
        .default('clone'),
    )
    .option('--server <name>', 'the servers of the pair', defaultServer)
    .option('--port <port>', 'the port of the nodes and of the VIP', '3306')
    .option('--json', 'what came of it as one line of JSON; the story goes to standard error');
  return parseWith<Flags>(addLatencyOptions(command), args);
}

function renderRehearsed({ steps, skipped = [], ok }: Rehearsed): string {
  return [
    ...steps.map(
      ({ name, ok, seconds, saw }) =>
        `${ok ? 'ok    ' : 'FAILED'} ${name.padEnd(28)}${`${seconds} s`.padStart(8)}  ${saw}`,
    ),
    ...(ok ? ['not made by moto, so not rehearsed:', ...skipped.map((type) => `  ${type}`)] : []),
  ].join('\n');
}
