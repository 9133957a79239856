/** The commands of `keepalambda`, and what each says of itself. */
import { Command } from 'commander';
import { environmentsDirectory } from '../stack/place.ts';
import { checkCommand } from './check/command.ts';
import { completionCommand } from './completion.ts';
import { exportCommand } from './export-command.ts';
import { grantsCommand } from './grants-command.ts';
import { initCommand } from './init-command.ts';
import type { Io } from './io.ts';
import { operatorVerbs } from './operate/index.ts';
import type { OpenInvoke } from './operate/target.ts';

/** What the program is given beside its words; tests give others. */
export interface Surroundings {
  readonly io: Io;
  readonly open: OpenInvoke;
}

/** The program: its results go to `io`. */
export function createProgram({ io, open }: Surroundings): Command {
  const program = new Command('keepalambda')
    .description('keepalived for MySQL dual masters on AWS: without a daemon on any host.')
    .showHelpAfterError('(see --help)')
    .addHelpText('after', exitCodesHelp);
  const tell = (text: string) => io.tell(text);
  const directory = io.env.KEEPALAMBDA_ENVIRONMENTS ?? environmentsDirectory();
  program.addCommand(initCommand(directory, tell));
  program.addCommand(grantsCommand(directory, tell));
  program.addCommand(checkCommand(directory, io));
  for (const each of operatorVerbs({ directory, io, open })) program.addCommand(each);
  program.addCommand(exportCommand(tell));
  program.addCommand(completionCommand(program, tell));
  return program;
}

const exitCodesHelp = `
Exit codes: 0 done, 1 failed, 2 the command line is wrong (also a name that there is not), 3 refused, 4 not reachable, 5 only warnings were found.`;
