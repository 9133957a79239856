/** `npm run lab`: the product on one machine. Exit codes: 0 as expected, 1 not as expected, 2 could not run. */
import { labCommand } from '../lab/command.ts';
import { runCommand } from '../tools/run-command.ts';

await runCommand(() => labCommand(process.argv.slice(2)));
