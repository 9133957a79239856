/** What a command ends with, for scripts. 5, of the commands that check, means that only warnings were found. */
export const exitCodes = { done: 0, failed: 1, usage: 2, refused: 3, unreachable: 4 } as const;
/** When what a command asks cannot be reached. */
export const UNREACHABLE = exitCodes.unreachable;

/** What a person can fix, a line each; the command prints them on standard error and does nothing. */
export class CliError extends Error {
  override readonly name = 'CliError';
  readonly lines: readonly string[];
  readonly exitCode: number;

  constructor(lines: readonly string[], exitCode: number = exitCodes.failed) {
    super(lines.join('\n'));
    this.lines = lines;
    this.exitCode = exitCode;
  }
}

/** The command line itself is wrong. */
export function usage(...lines: readonly string[]): CliError {
  return new CliError(lines, exitCodes.usage);
}
