/** What a command ends with when something that was given is wrong. */
const FAILED = 1;
/** And when what it asks cannot be reached. */
export const UNREACHABLE = 4;

/** What a person can fix, a line each; the command prints them on standard error and does nothing. */
export class CliError extends Error {
  override readonly name = 'CliError';
  readonly lines: readonly string[];
  readonly exitCode: number;

  constructor(lines: readonly string[], exitCode = FAILED) {
    super(lines.join('\n'));
    this.lines = lines;
    this.exitCode = exitCode;
  }
}
