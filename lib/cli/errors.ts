/** What a person can fix, a line each; the command prints them on standard error and does nothing. */
export class CliError extends Error {
  override readonly name = 'CliError';
  readonly lines: readonly string[];

  constructor(lines: readonly string[]) {
    super(lines.join('\n'));
    this.lines = lines;
  }
}
