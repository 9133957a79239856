/** The command line of the lab. */
import { rmSync } from 'node:fs';
import { latencyTermsOf, renderTerms } from './aws/flags.ts';
import { leaveNothingBehind } from './belongings.ts';
import { expectEffect, type Flags, isTypical, parseFlags } from './command-flags.ts';
import { LabError } from './errors.ts';
import { experiment, type Figures } from './experiment.ts';
import { type LabFault, type Options, whyNotOn } from './faults/fault.ts';
import { faults } from './faults/index.ts';
import { describeCpu, wholeNumber } from './flags.ts';
import { writeGolden, wrongsOfInbox } from './inbox/file.ts';
import { keep, practised } from './keep.ts';
import { matrixCommand } from './matrix/command.ts';
import type { NetworkMaker } from './network/contract.ts';
import { createNetnsNetwork } from './network/netns/network.ts';
import { parseWeather } from './network/netns/weather.ts';
import { pageOf, renderFigures, renderMessage, writeReport } from './report.ts';
import { type Scenario, scenarios } from './scenarios.ts';
import { sentenceOf } from './sentence.ts';
import { cacheDirectory } from './servers/cache.ts';
import { catalogue, defaultServer, findProduct } from './servers/catalogue.ts';
import type { ServerSettings } from './servers/options.ts';
import { parseSettings } from './settings.ts';
import { setWeather, weatherMet } from './ssm-weather.ts';
import { Story, type Telling } from './story.ts';
import { type LabWorld, openWorld } from './world.ts';

/** Runs the command; gives back its exit code. Throws a `LabError` for what a person can fix. */
export async function labCommand(args: readonly string[]): Promise<number> {
  if (args.includes('--matrix')) return matrixCommand(args);
  const flags = parseFlags(args);
  if (flags === null) return 0;
  if (flags.list) {
    console.log(renderList());
    return 0;
  }
  if (flags.clean) {
    rmSync(cacheDirectory(), { recursive: true, force: true });
    console.log(`${cacheDirectory()} is removed; the next run makes what it needs anew`);
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
  const options: Options = { at: flags.at ?? 'open', break: flags.break ?? null };
  const scenario = flags.scenario === undefined ? null : scenarioOf(flags.scenario);
  const known = faultOf(name);
  expectEffect(flags, name, known);
  const fault = known.with?.(options) ?? known;
  const server = serverFor(name, fault, flags.server);
  // A name that is not known is refused before anything starts.
  if (!servers.includes(server)) await findProduct(server);
  const serverSettings = flags.serverSettings ?? scenario?.serverSettings ?? 'vendor';
  const own = scenario?.world ?? (flags.keep ? practised : {});
  return inWorld({ ...flags, server, serverSettings }, { fault, own }, async (world, story) => {
    if (flags.keep) return keep(world, story);
    if (scenario) {
      if (flags.ssm) setWeather(world, flags.ssm);
      const code = presentScenario(flags, await scenario.play(world, story), world);
      await writeReport(flags, world, { title: `Scenario ${flags.scenario}` });
      return code;
    }
    const figures = await experiment(world, name, fault, options, story);
    await writeReport(flags, world, pageOf(figures), figures.struckAtMs);
    const isGolden = isTypical(flags) && server === serverFor(name, known, undefined);
    return present(flags, isGolden ? withInbox(flags, fault, figures, world) : figures);
  });
}

/** Opens the world, does the work in it, and closes it. Ctrl-C ends all of it at once (`belongings.ts`). */
async function inWorld(
  flags: Flags & { readonly server: string; readonly serverSettings: ServerSettings },
  { fault, own }: { readonly fault: LabFault; readonly own: NonNullable<Scenario['world']> },
  work: (world: LabWorld, story: Story) => Promise<number>,
): Promise<number> {
  const pair = own.pair ?? fault.pair;
  const asked = {
    server: flags.server,
    port: wholeNumber('--port', flags.port, 1, 65_535),
    ...latencyTermsOf(flags),
    cpu: flags.cpu,
    serverSettings: flags.serverSettings,
    changes: {
      settings: { ...fault.settings, ...parseSettings(flags.set) },
      ...(pair ? { pair } : {}),
      ...(fault.environment ? { environment: fault.environment } : {}),
    },
    state: own.state,
    ...networkOf(flags),
  };
  leaveNothingBehind();
  const story = new Story(teller(flags), tellingOf(flags));
  story.tell('lab', `starting two servers ${flags.server} that replicate from each other, and their AWS`);
  story.tell('lab', renderTerms(asked));
  const world = await openWorld({ ...asked, hear: (what) => story.tell('lab', what) });
  story.tell('lab', describeCpu(world.aws.functionCpu));
  try {
    await story.meet(world);
    story.follow(world);
    if (!flags.json && !flags.quiet)
      world.aws.events.on('message', (message) => console.log(renderMessage(message)));
    return await work(world, story);
  } finally {
    await world.close();
  }
}

/** Where the story goes: with `--json` it is beside the figures, with `--inbox` only the mails are printed. */
function teller({ json, inbox }: Flags): (line: string) => void {
  if (json) return console.error;
  return inbox ? () => undefined : console.log;
}

function tellingOf({ json, quiet }: Flags): Telling {
  if (quiet) return 'quiet';
  return json ? 'full' : 'plain';
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

/** The figures, with what of the mails is not as the golden file has it; `--write` takes the mails over instead. */
function withInbox(flags: Flags, fault: LabFault, figures: Figures, { aws }: LabWorld): Figures {
  const mails = aws.sns.messages.filter(({ atMs }) => atMs >= figures.struckAtMs);
  if (flags.write && figures.ok) writeGolden(figures.fault, mails, fault.alerts);
  const wrong = [...figures.wrong, ...(flags.write ? [] : wrongsOfInbox(figures.fault, mails))];
  return { ...figures, wrong, ok: wrong.length === 0 };
}

function present(flags: Flags, figures: Figures): number {
  if (flags.json) console.log(JSON.stringify(figures));
  else if (!flags.inbox) console.log(`${renderFigures(figures)}\n${sentenceOf(figures)}`);
  else for (const wrong of figures.wrong) console.error(`WRONG: ${wrong}`);
  return figures.ok ? 0 : 1;
}

/** A call that the policies do not allow fails the scenario, whatever came of it; so does weather that it has not met. */
function presentScenario(flags: Flags, played: { readonly ok: boolean }, world: LabWorld): number {
  const { denied } = world;
  const ssm = flags.ssm ? weatherMet(world, flags.ssm) : null;
  const ok = played.ok && denied.size === 0 && ssm?.met !== false;
  if (flags.json)
    console.log(JSON.stringify({ ...played, denied: [...denied], ...(ssm ? { ssm } : {}), ok }));
  return ok ? 0 : 1;
}

const servers = Object.keys(catalogue);

/**
 * The server that was named; where none was, the first that can play the fault. This is the default but for the few
 * faults that need another.
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

function faultOf(name: string): LabFault {
  const fault = Object.hasOwn(faults, name) ? faults[name] : undefined;
  if (fault) return fault;
  throw unknownName('fault', name, Object.keys(faults));
}

function scenarioOf(name: string): Scenario {
  const found = Object.entries<Scenario>(scenarios).find(([key]) => key === name);
  if (found) return found[1];
  throw unknownName('scenario', name, Object.keys(scenarios));
}

function unknownName(what: string, name: string, known: readonly string[]): LabError {
  return new LabError({ got: `${what} ${name}`, want: `one of ${known.join(', ')}`, remedy: 'see --list' });
}

function renderList(): string {
  const line = ([name, { about }]: [string, { about: string }]) => `  ${name.padEnd(22)} ${about}`;
  const faultLine = ([name, fault]: [string, LabFault]) =>
    line([
      name,
      { about: `${fault.about} → ${fault.planned ? 'switchover' : fault.expected}${exceptOn(fault)}` },
    ]);
  return [
    'Faults (--fault NAME). After the arrow: the result that it must have: a failover, a switchover, or that the holder stays.',
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
