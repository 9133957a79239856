/** What `npm run lab` is asked: its options, and which of them have no effect on each other. */
import { Command, Option } from 'commander';
import { addLatencyOptions, type LatencyFlags } from './aws/flags.ts';
import type { CpuChoice } from './aws/lambda-cpu.ts';
import { LabError } from './errors.ts';
import type { LabFault } from './faults/fault.ts';
import { steps } from './faults/plans.ts';
import { cpuOption, parseWith, serverSettingsOption } from './flags.ts';
import { catalogue } from './servers/catalogue.ts';
import type { ServerSettings } from './servers/options.ts';
import { type SsmWeather, ssmWeathers } from './ssm-weather.ts';

export interface Flags extends LatencyFlags {
  readonly fault?: string;
  readonly scenario?: string;
  readonly server?: string;
  readonly port: string;
  readonly cpu: CpuChoice;
  readonly serverSettings?: ServerSettings;
  readonly set: readonly string[];
  readonly at?: string;
  readonly break?: string;
  readonly netns?: true;
  readonly netem?: string;
  readonly ssm?: SsmWeather;
  readonly json?: true;
  readonly inbox?: true;
  readonly write?: true;
  readonly quiet?: true;
  readonly report?: string;
  readonly keep?: true;
  readonly list?: true;
  readonly clean?: true;
}

/** The flags; null when help was asked for and has been printed. Throws a `LabError` for a faulty command line. */
export function parseFlags(args: readonly string[]): Flags | null {
  const command = new Command('npm run lab --')
    .description('Two real MySQL masters, a fault, the failover, and what clients saw.')
    .option('--fault <name>', 'the fault to play', undefined)
    .addOption(new Option('--scenario <name>', 'play a scenario instead').conflicts('fault'))
    .option(
      '--server <name>',
      `${Object.keys(catalogue).join(', ')}, or the path of a mysqld (default: the first that can play the fault)`,
    )
    .option('--port <port>', 'the port of the nodes and of the VIP', '3306')
    .addOption(cpuOption())
    .addOption(serverSettingsOption(null))
    .option('--set <setting=value>', 'a setting of the pair, such as lagLimitSeconds=3', collect, [])
    .option('--at <step>', `where watch-kill strikes: ${steps.join(', ')} (default: open)`)
    .option('--break <what>', 'what keeps a switchover from succeeding: db2-lag')
    .option('--netns', 'a network of namespaces (root): real TCP, real links, real routes')
    .option('--netem <words>', "such a network, with loss and delay on every way: 'loss 5% delay 20ms 20ms'")
    .addOption(
      new Option(
        '--ssm <weather>',
        'with a scenario: commands to hosts come late, come twice, or their host reboots in the middle',
      ).choices(Object.keys(ssmWeathers)),
    )
    .option('--json', 'the figures as one line of JSON; the story goes to standard error')
    .option('--inbox', 'print the mails that on-call gets, and nothing else')
    .option('--write', 'with --inbox: take these mails into the golden file of the fault (lab/inbox/mails)')
    .option('--report <file>', 'write what happened as one page for a browser, or to print')
    .option('--quiet', 'only what clients saw, the subjects of alerts, and the figures')
    .addOption(
      new Option('--keep', 'play nothing: keep the pair running until Ctrl-C, to practise on it').conflicts([
        'fault',
        'scenario',
      ]),
    )
    .option('--list', 'name the faults and scenarios')
    .option('--clean', 'remove what the lab keeps between runs: servers that were fetched, prepared data')
    .option('--matrix', 'every fault on every server (--matrix --help)');
  return parseWith<Flags>(addLatencyOptions(command), args);
}

function collect(value: string, before: readonly string[]): readonly string[] {
  return [...before, value];
}

/** Throws a `LabError` for an option that would do nothing: the person who gives it expects an effect. */
export function expectEffect(flags: Flags, name: string, fault: LabFault): void {
  const plays = flags.keep || flags.scenario !== undefined ? [] : (fault.options ?? []);
  for (const option of ['at', 'break'] as const) {
    if (flags[option] !== undefined && !plays.includes(option)) throw withoutEffect(option, name);
  }
  if (flags.ssm !== undefined && flags.scenario === undefined) throw withoutEffect('ssm', name);
  if (flags.json && flags.keep) throw withoutEffect('json', name);
  if (flags.write && !(flags.inbox && isTypical(flags) && flags.scenario === undefined && !flags.keep))
    throw withoutEffect('write', name);
  if (flags.report !== undefined && flags.keep) throw withoutEffect('report', name);
}

/** Whether the mails of such a run are those of the golden file, which is of a fault without options, as the lab plays it by itself. */
export function isTypical(flags: Flags): boolean {
  const { at, break: broken, set, netns, netem, cpu, serverSettings = 'vendor' } = flags;
  const isChanged = [at, broken, netns, netem].some((option) => option !== undefined) || set.length > 0;
  return !isChanged && cpu === 'lambda' && serverSettings === 'vendor';
}

const wantedFor = {
  at: '--at with --fault watch-kill',
  break: '--break with --fault switchover',
  ssm: '--ssm with a --scenario that runs documents on hosts',
  json: '--json with a fault or a scenario: --keep leaves no figures',
  write: '--write with --inbox and a fault, without options that change the result',
  report: '--report with a fault or a scenario: --keep leaves none, and incident ID --html writes one',
} as const;

function withoutEffect(option: keyof typeof wantedFor, name: string): LabError {
  return new LabError({
    got: `--${option}, which does nothing here (fault ${name})`,
    want: wantedFor[option],
    remedy: `leave --${option} out, or name the fault`,
  });
}
