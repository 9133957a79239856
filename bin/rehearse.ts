/** `npm run rehearse`. Exit codes: 0 all as it must be, 1 a step of the road failed, 2 could not run. */
import { rehearseCommand } from '../tools/rehearse/command.ts';
import { runCommand } from '../tools/run-command.ts';

await runCommand(() => rehearseCommand(process.argv.slice(2)));
