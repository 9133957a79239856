/** One run of the command: its words in, what it says to the terminal, and an exit code. Never throws but for a bug. */
import { CommanderError } from 'commander';
import { CliError, exitCodes } from './errors.ts';
import { createProgram, type Surroundings } from './program.ts';

export async function run(words: readonly string[], surroundings: Surroundings): Promise<void> {
  const { io } = surroundings;
  const program = createProgram(surroundings);
  for (const command of [program, ...program.commands])
    command.exitOverride().configureOutput({
      writeOut: (text) => io.tell(text.trimEnd()),
      writeErr: (text) => io.note(text.trimEnd()),
    });
  try {
    await program.parseAsync(words, { from: 'user' });
  } catch (error) {
    // Commander has printed its message already.
    if (error instanceof CommanderError) io.exitWith(error.exitCode === 0 ? exitCodes.done : exitCodes.usage);
    else if (error instanceof CliError) {
      io.note(error.lines.join('\n'));
      io.exitWith(error.exitCode);
    } else throw error;
  }
}
