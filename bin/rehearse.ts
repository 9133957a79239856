/** `npm run rehearse`. Exit codes: 0 all as it must be, 1 a step of the road failed, 2 could not run. */
import { LabError } from '../lab/errors.ts';
import { rehearseCommand } from '../tools/rehearse/command.ts';

try {
  process.exitCode = await rehearseCommand(process.argv.slice(2));
} catch (error) {
  // What a person can fix is one line; anything else is a bug, and its stack is wanted.
  console.error(error instanceof LabError ? error.message : error);
  process.exitCode = 2;
}
