/** Command lines of the lab: parsed by commander; what is wrong with one is a `LabError`. */
import { type Command, CommanderError } from 'commander';
import { LabError } from './errors.ts';

/** The flags, or null when help was asked for and has been printed. Throws a `LabError` for a faulty command line. */
export function parseWith<Flags extends object>(command: Command, args: readonly string[]): Flags | null {
  command.exitOverride().configureOutput({ writeErr: () => {} });
  try {
    return command.parse(args as string[], { from: 'user' }).opts<Flags>();
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    if (error.exitCode === 0) return null;
    const got = error.message.replace(/^error: /, '');
    throw new LabError({ got, want: 'the options that --help shows', remedy: 'correct the command' });
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
