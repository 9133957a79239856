/** The command line of the lab. */

import { Command, Option } from 'commander';
import { functionNameOf } from '../lib/stack/names.ts';
import { addLatencyOptions, type LatencyFlags, latencyTermsOf, renderTerms } from './aws/flags.ts';
import type { CpuChoice } from './aws/lambda-cpu.ts';
import { leaveNothingBehind } from './belongings.ts';
import { environmentName, pairName } from './deployment.ts';
import { LabError } from './errors.ts';
import { experiment, type Figures } from './experiment.ts';
import { type LabFault, type Options, whyNotOn } from './faults/fault.ts';
import { faults } from './faults/index.ts';
import { steps } from './faults/plans.ts';
import { cpuOption, describeCpu, parseWith, serverSettingsOption, wholeNumber } from './flags.ts';
import { matrixCommand } from './matrix/command.ts';
import type { NetworkMaker } from './network/contract.ts';
import { createNetnsNetwork } from './network/netns/network.ts';
import { parseWeather } from './network/netns/weather.ts';
import { renderFigures, renderMessage } from './report.ts';
import { scenarios } from './scenarios.ts';
import { catalogue, defaultServer } from './servers/catalogue.ts';
import type { ServerSettings } from './servers/options.ts';
import { parseSettings } from './settings.ts';
import { Story } from './story.ts';
import { type LabWorld, openWorld, untilSteady } from './world.ts';

interface Flags extends LatencyFlags {
  readonly fault?: string;
  readonly scenario?: string;
  readonly server?: string;
  readonly port: string;
  readonly cpu: CpuChoice;
  readonly serverSettings: ServerSettings;
  readonly set: readonly string[];
  readonly at: string;
  readonly break?: string;
  readonly netns?: true;
  readonly netem?: string;
  readonly json?: true;
  readonly keep?: true;
  readonly list?: true;
}

/** Runs the command; gives back its exit code. Throws a `LabError` for what a person can mend. */
export async function labCommand(args: readonly string[]): Promise<number> {
  if (args.includes('--matrix')) return matrixCommand(args);
  const flags = parseFlags(args);
  if (flags === null) return 0;
  if (flags.list) {
    console.log(renderList());
    return 0;
  }
  if (process.platform !== 'linux') {
    throw new LabError({
      got: `a ${process.platform} machine`,
      want: 'Linux, where the MySQL servers of the lab run',
      remedy: 'run it in a Linux virtual machine or container',
    });
  }
  const name = flags.fault ?? 'mysqld-kill';
  const options: Options = { at: flags.at, break: flags.break ?? null };
  const known = faultOf(name);
  const fault = known.with?.(options) ?? known;
  const scenario = flags.scenario === undefined ? null : scenarioOf(flags.scenario);
  const server = serverFor(name, fault, flags.server);
  return inWorld({ ...flags, server }, fault, async (world, story) => {
    if (flags.keep) return keep(world, story);
    if (scenario) return (await scenario.play(world, story)) && world.denied.size === 0 ? 0 : 1;
    return present(flags, await experiment(world, name, fault, options, story));
  });
}

/** Opens the world, does the work in it, and closes it. Ctrl-C ends all of it at once (`belongings.ts`). */
async function inWorld(
  flags: Flags & { readonly server: string },
  fault: LabFault,
  work: (world: LabWorld, story: Story) => Promise<number>,
): Promise<number> {
  const asked = {
    server: flags.server,
    port: wholeNumber('--port', flags.port, 1, 65_535),
    ...latencyTermsOf(flags),
    cpu: flags.cpu,
    serverSettings: flags.serverSettings,
    changes: { settings: { ...fault.settings, ...parseSettings(flags.set) } },
    ...networkOf(flags),
  };
  leaveNothingBehind();
  const story = new Story(flags.json ? console.error : console.log);
  story.tell('lab', `starting two servers ${flags.server} that replicate from each other, and their AWS`);
  story.tell('lab', renderTerms(asked));
  const world = await openWorld(asked);
  story.tell('lab', describeCpu(world.aws.functionCpu));
  try {
    story.follow(world);
    if (!flags.json) world.aws.events.on('message', (message) => console.log(renderMessage(message)));
    return await work(world, story);
  } finally {
    await world.close();
  }
}

function networkOf({ netns, netem }: Flags): { readonly makeNetwork?: NetworkMaker } {
  if (netem === undefined) return netns ? { makeNetwork: createNetnsNetwork } : {};
  const weather = parseWeather(netem);
  return {
    makeNetwork: async (options) => {
      const network = await createNetnsNetwork({ ...options, weather });
      network.setWeather(true);
      return network;
    },
  };
}

function present(flags: Flags, figures: Figures): number {
  console.log(flags.json ? JSON.stringify(figures) : renderFigures(figures));
  return figures.ok ? 0 : 1;
}

/** Leaves the pair running, and says how to ask and to order, until Ctrl-C. */
async function keep(world: LabWorld, story: Story): Promise<number> {
  world.schedule();
  await untilSteady(world);
  const { aws, network } = world;
  const operate = functionNameOf(environmentName, 'operate');
  const { accessKeyId, secretAccessKey } = aws.credentials;
  const invoke = (payload: object) =>
    `  AWS_CA_BUNDLE=${aws.authority.file} AWS_ACCESS_KEY_ID=${accessKeyId} AWS_SECRET_ACCESS_KEY=${secretAccessKey} \\\n` +
    `    aws lambda invoke --region ${aws.region} --endpoint-url ${aws.endpoint} \\\n` +
    `    --cli-binary-format raw-in-base64-out --function-name ${operate} --payload '${JSON.stringify(payload)}' /dev/stdout`;
  story.tell(
    'lab',
    `the pair is steady; clients connect to ${network.vip}:${network.port}. Ask and order by hand:`,
  );
  console.log(invoke({ action: 'status', pair: pairName }));
  console.log(invoke({ action: 'failover', pair: pairName, to: 'db2', by: 'you', why: 'to see it' }));
  story.tell('lab', 'Ctrl-C ends it');
  return new Promise(() => {});
}

function parseFlags(args: readonly string[]): Flags | null {
  const command = new Command('npm run lab --')
    .description('Two real MySQL masters, a fault, the failover, and what clients saw.')
    .option('--fault <name>', 'the fault to play', undefined)
    .addOption(new Option('--scenario <name>', 'play a scenario instead').conflicts('fault'))
    .option(
      '--server <name>',
      `${servers.join(', ')}, or the path of a mysqld (default: the first that can play the fault)`,
    )
    .option('--port <port>', 'the port of the nodes and of the VIP', '3306')
    .addOption(cpuOption())
    .addOption(serverSettingsOption())
    .option('--set <setting=value>', 'a setting of the pair, such as lagLimitSeconds=3', collect, [])
    .option('--at <step>', `where watch-kill strikes: ${steps.join(', ')}`, 'open')
    .option('--break <what>', 'what keeps a switchover from succeeding: db2-lag')
    .option('--netns', 'a network of namespaces (root): real TCP, real links, real routes')
    .option('--netem <words>', "with --netns: loss and delay on every way, such as 'loss 5% delay 20ms 20ms'")
    .option('--json', 'the figures as one line of JSON; the story goes to standard error')
    .option('--keep', 'play nothing: keep the pair running until Ctrl-C')
    .option('--list', 'name the faults and scenarios')
    .option('--matrix', 'every fault on every server (--matrix --help)');
  return parseWith<Flags>(addLatencyOptions(command), args);
}

const servers = Object.keys(catalogue);

/**
 * The server that was named; who named none gets the first that can play the fault, which is the default but for
 * the few faults that need another.
 */
function serverFor(name: string, fault: LabFault, named: string | undefined): string {
  const able = servers.filter((server) => whyNotOn(fault, server) === null);
  if (named === undefined) return able.find((server) => server === defaultServer) ?? able[0] ?? defaultServer;
  const because = whyNotOn(fault, named);
  if (because === null) return named;
  throw new LabError({
    got: `${name} on ${named}: ${because}`,
    want: `one of the servers ${able.join(', ')}`,
    remedy: `use --server ${able[0]}`,
  });
}

function collect(value: string, before: readonly string[]): readonly string[] {
  return [...before, value];
}

function faultOf(name: string): LabFault {
  const fault = Object.hasOwn(faults, name) ? faults[name] : undefined;
  if (fault) return fault;
  throw unknownName('fault', name, Object.keys(faults));
}

function scenarioOf(name: string) {
  const found = Object.entries(scenarios).find(([key]) => key === name);
  if (found) return found[1];
  throw unknownName('scenario', name, Object.keys(scenarios));
}

function unknownName(what: string, name: string, known: readonly string[]): LabError {
  return new LabError({ got: `${what} ${name}`, want: `one of ${known.join(', ')}`, remedy: 'see --list' });
}

function renderList(): string {
  const line = ([name, { about }]: [string, { about: string }]) => `  ${name.padEnd(20)} ${about}`;
  const faultLine = ([name, fault]: [string, LabFault]) =>
    line([name, { about: `${fault.about} → ${fault.expected}${exceptOn(fault)}` }]);
  return [
    'Faults (--fault NAME):',
    ...Object.entries(faults).map(faultLine),
    'Scenarios (--scenario NAME):',
    ...Object.entries(scenarios).map(line),
  ].join('\n');
}

/** Where a fault cannot be played, and why. */
function exceptOn({ notOn = {} }: LabFault): string {
  const reasons = Object.entries(notOn).map(([server, because]) => `${server}: ${because}`);
  return reasons.length === 0 ? '' : ` (not on ${reasons.join('; ')})`;
}
