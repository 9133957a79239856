/** Command lines of the lab: parsed by commander; what is wrong with one is a `LabError`. */
import { type Command, CommanderError, Option } from 'commander';
import { cpuChoices } from './aws/lambda-cpu.ts';
import { LabError } from './errors.ts';
import { type ServerSettings, serverSettingsChoices } from './servers/options.ts';

/** The flags, or null when help was asked for and has been printed. Throws a `LabError` for a faulty command line. */
export function parseWith<Flags extends object>(command: Command, args: readonly string[]): Flags | null {
  command.exitOverride().configureOutput({ writeErr: () => {} });
  try {
    return command.parse(args as string[], { from: 'user' }).opts<Flags>();
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    if (error.exitCode === 0) return null;
    const got = error.message.replace(/^error: /, '');
    throw new LabError({
      got,
      want: 'the options that --help shows',
      remedy: 'correct the command; with npm, options stand after --, as in npm run lab -- --list',
    });
  }
}

/** The whole number that a flag was given. Throws a `LabError` for anything else, or one out of its range. */
export function wholeNumber(flag: string, text: string, least: number, most: number): number {
  const value = Number(text);
  if (text.trim() !== '' && Number.isInteger(value) && value >= least && value <= most) return value;
  throw new LabError({
    got: `${flag} ${text}`,
    want: `a whole number from ${least} to ${most}`,
    remedy: `correct ${flag}`,
  });
}

/** `--cpu`, the same for the lab, the matrix and the benchmark. */
export function cpuOption(): Option {
  return new Option(
    '--cpu <share>',
    "of a function: lambda, its memory's share of a vCPU as on Lambda, or whole",
  )
    .choices(cpuChoices)
    .default('lambda');
}

/** `--server-settings`, the same for all three; without a default where a scenario has its own. */
export function serverSettingsOption(fallback: ServerSettings | null = 'vendor'): Option {
  const option = new Option(
    '--server-settings <whose>',
    "vendor, the servers' own defaults, or recommended (docs/servers.md)",
  ).choices(serverSettingsChoices);
  return fallback === null ? option : option.default(fallback);
}

/** What a run says of the CPU that its functions get. */
export function describeCpu(given: string): string {
  return given === 'lambda'
    ? "functions get their memory's share of a CPU, as on Lambda"
    : `the CPU of functions: ${given}`;
}
