/** The commands of `keepalambda`, and what each says of itself. */
import { fileURLToPath } from 'node:url';
import { Command } from 'commander';
import { checkCommand } from './check/command.ts';
import { grantsCommand } from './grants-command.ts';
import { initCommand } from './init-command.ts';

/** Where the environments are; tests give another place. */
const environments =
  process.env.KEEPALAMBDA_ENVIRONMENTS ?? fileURLToPath(new URL('../../environments', import.meta.url));

/** The program; `tell` gets what is its result. */
export function createProgram(tell: (text: string) => void): Command {
  const program = new Command('keepalambda')
    .description('keepalived for MySQL dual masters on AWS: without a daemon on any host.')
    .showHelpAfterError('(see --help)');
  program.addCommand(initCommand(environments, tell));
  program.addCommand(grantsCommand(environments, tell));
  program.addCommand(checkCommand(environments, tell));
  return program;
}
