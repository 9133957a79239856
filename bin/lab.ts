/** `npm run lab`: the product on one machine. Exit codes: 0 as expected, 1 not as expected, 2 could not run. */
import { labCommand } from '../lab/command.ts';
import { LabError } from '../lab/errors.ts';

try {
  process.exitCode = await labCommand(process.argv.slice(2));
} catch (error) {
  // What a person can fix is one line; anything else is a bug, and its stack is wanted.
  console.error(error instanceof LabError ? error.message : error);
  process.exitCode = 2;
}
