/** `npm run bench`: keepalambda beside keepalived, or what many pairs cost. Exit codes: 0 done, 1 a contender failed for good, 2 could not run. */
import { benchCommand } from '../tools/bench/command.ts';
import { runCommand } from '../tools/run-command.ts';

await runCommand(() => benchCommand(process.argv.slice(2)));
