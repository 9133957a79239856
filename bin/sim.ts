/** `npm run sim`. Exit codes: 0 no violation, 1 a violation, 2 could not run. */
import { simCommand } from '../sim/command.ts';
import { runCommand } from '../tools/run-command.ts';

// A stack trace costs more than all else in a history, and the world's errors need none; bugs bring theirs by
// `--replay`, where it is on.
if (!process.argv.includes('--replay')) Error.stackTraceLimit = 0;
// `npm run sim | head` has read enough.
process.stdout.on('error', () => process.exit());
await runCommand(() => simCommand(process.argv.slice(2)));
