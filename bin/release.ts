/** `npm run release`. Exit codes: 0 done, or said what would be done; 2 a release is not possible. */
import { releaseCommand } from '../tools/package/release.ts';
import { runCommand } from '../tools/run-command.ts';

await runCommand(() => releaseCommand(process.argv.slice(2)));
