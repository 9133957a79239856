#!/usr/bin/env node
/**
 * The command of people. Exit codes: 0 done, 1 something that was given is wrong or dangerous, 2 not a command that
 * there is, 4 AWS cannot be reached, 5 only warnings were found.
 */
import { CommanderError } from 'commander';
import { CliError } from '../lib/cli/errors.ts';
import { createProgram } from '../lib/cli/program.ts';

const program = createProgram((text) => console.log(text));
for (const command of [program, ...program.commands]) command.exitOverride();
try {
  await program.parseAsync();
} catch (error) {
  // Commander has said what it had to say itself.
  if (error instanceof CommanderError) {
    process.exitCode = error.exitCode === 0 ? 0 : 2;
  } else {
    console.error(error instanceof CliError ? error.lines.join('\n') : error);
    process.exitCode = error instanceof CliError ? error.exitCode : 2;
  }
}
