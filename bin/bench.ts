/** `npm run bench`: keepalambda beside keepalived, or what many pairs cost. Exit codes: 0 done, 1 a contender failed for good, 2 could not run. */
import { LabError } from '../lab/errors.ts';
import { benchCommand } from '../tools/bench/command.ts';

try {
  process.exitCode = await benchCommand(process.argv.slice(2));
} catch (error) {
  // What a person can fix is one line; anything else is a bug, and its stack is wanted.
  console.error(error instanceof LabError ? error.message : error);
  process.exitCode = 2;
}
