/** The command line of the benchmark: flags in, what to do out. */
import { Command } from 'commander';
import {
  addLatencyOptions,
  type LatencyFlags,
  type LatencyTerms,
  latencyTermsOf,
} from '../../lab/aws/flags.ts';
import type { CpuChoice } from '../../lab/aws/lambda-cpu.ts';
import { LabError } from '../../lab/errors.ts';
import { cpuOption, parseWith, serverSettingsOption, wholeNumber } from '../../lab/flags.ts';
import { parseWeather, type Weather } from '../../lab/network/netns/weather.ts';
import type { ServerSettings } from '../../lab/servers/options.ts';
import { MOST_PAIRS } from '../costs/pairs.ts';
import { type ClientName, clientNames } from './clients/catalogue.ts';
import { type ClientFault, clientFaults } from './clients/figures.ts';
import { reference } from './comparison.ts';
import type { Contender } from './contender.ts';
import { keepalambda, keepalambdaWholeCpu } from './keepalambda.ts';
import { keepalivedContenders } from './keepalived/contender.ts';
import { type TrialName, trialNames } from './trials.ts';

const peerNames = keepalivedContenders.map(({ name }) => name);

export interface Asked extends LatencyTerms {
  readonly faults: readonly TrialName[];
  readonly contenders: readonly Contender[];
  readonly runs: number;
  readonly server: string;
  readonly cpu: CpuChoice;
  readonly serverSettings: ServerSettings;
  /** Where the report and the chart are written. */
  readonly out: string;
  readonly json: boolean;
  /** Whether each run's story is printed as it happens. */
  readonly story: boolean;
  /** Soak for this long instead of comparing. Milliseconds. */
  readonly soakMs: number | null;
  /** Loss and delay while it soaks. */
  readonly weather: Weather | null;
  /** Measure what this many pairs cost instead of comparing. */
  readonly scale: readonly number[] | null;
  /** Take clients through these faults instead of comparing. */
  readonly clients: readonly ClientFault[] | null;
  /** Measure the page of the longest history instead of comparing. */
  readonly page: boolean;
  /** Which clients. */
  readonly only: readonly ClientName[];
  /** How long each number of pairs is measured, and a client is watched after a fault. Milliseconds. */
  readonly forMs: number;
}

/** From a minute on, a measurement waits for the second minute, and six of them take a quarter of an hour. */
const SCALE_FOR = '30s';
const CLIENTS_FOR = '60s';

interface Flags extends LatencyFlags {
  readonly faults?: string;
  readonly peers: string;
  readonly runs: string;
  readonly server: string;
  readonly cpu: CpuChoice;
  readonly serverSettings: ServerSettings;
  readonly out: string;
  readonly json?: true;
  readonly story?: true;
  readonly soak?: string;
  readonly netem?: string;
  readonly scale?: string;
  readonly clients?: true;
  readonly page?: true;
  readonly only: string;
  readonly for?: string;
}

/** Parses them; null when help was shown. Throws a `LabError` for what a person can fix. */
export function parseFlags(args: readonly string[]): Asked | null {
  const flags = read(args);
  if (flags === null) return null;
  return {
    faults: flags.clients ? trialNames : faultsOf(flags, trialNames),
    contenders: contendersOf(flags),
    runs: wholeNumber('--runs', flags.runs, 1, 1000),
    server: flags.server,
    ...latencyTermsOf(flags),
    cpu: flags.cpu,
    serverSettings: flags.serverSettings,
    out: flags.out,
    json: flags.json ?? false,
    story: flags.story ?? false,
    soakMs: flags.soak === undefined ? null : durationMs('--soak', flags.soak),
    weather: flags.netem === undefined ? null : parseWeather(flags.netem),
    scale: flags.scale === undefined ? null : countsOf(flags.scale),
    clients: flags.clients ? faultsOf(flags, clientFaults) : null,
    page: flags.page ?? false,
    only: namesOf('--only', flags.only, clientNames),
    forMs: durationMs('--for', flags.for ?? (flags.scale === undefined ? CLIENTS_FOR : SCALE_FOR)),
  };
}

function read(args: readonly string[]): Flags | null {
  const command = new Command('npm run bench --')
    .description(
      'keepalambda beside keepalived: the same servers, network, client and faults (root). Or --clients, --scale, or --page.',
    )
    .option(
      '--faults <names>',
      `which, with commas between them: ${trialNames.join(',')}; with --clients ${clientFaults.join(',')} (default: all)`,
    )
    .option('--runs <number>', 'runs of each fault on each contender', '5')
    .option('--peers <names>', `beside keepalambda: some of ${peerNames.join(',')}`, reference)
    .option('--server <name>', 'a server of the lab, or the path of a mysqld', 'mariadb-10.11')
    .addOption(cpuOption())
    .addOption(serverSettingsOption())
    .option(
      '--out <directory>',
      'where benchmark.md and performance.md with their pictures, or costs.md, or clients.md, are written',
      'docs',
    )
    .option('--json', 'the figures as one line of JSON at the end; progress goes to standard error')
    .option('--story', 'print the story of each run as it happens')
    .option('--soak <time>', 'no fault, no peer: look for false failovers for this long, such as 10m')
    .option('--netem <words>', "while it soaks: loss and delay, such as 'loss 5% delay 20ms 20ms'")
    .option(
      '--scale <numbers>',
      'no fault, no peer, no root: what this many pairs cost, such as 1,10,100; always with the whole CPU, to see how much is used',
    )
    .option(
      '--page',
      'no fault, no peer, no root: how large the page of the longest history is, and how soon a browser has laid it out',
    )
    .option(
      '--for <time>',
      `with --scale: how long each is measured (default ${SCALE_FOR}); with --clients: how long a client is watched after a fault (default ${CLIENTS_FOR})`,
    );
  return parseWith<Flags>(addLatencyOptions(addClientsOptions(command)), args);
}

function addClientsOptions(command: Command): Command {
  return command
    .option(
      '--clients',
      'no peer: drivers and programs side by side, with default and recommended settings; without root on loopback addresses',
    )
    .option('--only <names>', 'with --clients: which', clientNames.join(','));
}

/** Ours at the CPU that Lambda gives and at a whole one, side by side, unless only the whole one was asked for. */
function contendersOf({ cpu, peers }: Flags): readonly Contender[] {
  const wanted = namesOf('--peers', peers, peerNames);
  return [
    keepalambda,
    ...(cpu === 'lambda' ? [keepalambdaWholeCpu] : []),
    ...keepalivedContenders.filter(({ name }) => wanted.includes(name)),
  ];
}

function namesOf<Name extends string>(flag: string, text: string, known: readonly Name[]): readonly Name[] {
  return [...new Set(text.split(','))].map((name) => {
    const found = known.find((candidate) => candidate === name);
    if (found !== undefined) return found;
    throw new LabError({
      got: `${flag} ${text}`,
      want: `some of ${known.join(', ')}`,
      remedy: `correct ${flag}`,
    });
  });
}

/** All that there are, when nobody says which. */
function faultsOf<Name extends string>({ faults }: Flags, known: readonly Name[]): readonly Name[] {
  return faults === undefined ? known : namesOf('--faults', faults, known);
}

function countsOf(text: string): readonly number[] {
  const counts = text.split(',').map((number) => wholeNumber('--scale', number, 1, MOST_PAIRS));
  return [...new Set(counts)].sort((one, other) => one - other);
}

function durationMs(flag: string, text: string): number {
  const [, number = '', unit = ''] = /^(\d+)(s|m|h)$/.exec(text) ?? [];
  const unitsMs: Readonly<Record<string, number>> = { s: 1000, m: 60_000, h: 3_600_000 };
  const value = Number(number) * (unitsMs[unit] ?? 0);
  if (value > 0) return value;
  throw new LabError({
    got: `${flag} ${text}`,
    want: 'a time such as 90s, 10m or 1h',
    remedy: `correct ${flag}`,
  });
}
