/** `npm run mutants`. Exit codes: 0 no survivor, 1 a survivor, 2 could not run. */
import { execFileSync } from 'node:child_process';
import { mutantsCommand } from '../tools/mutants/command.ts';
import { runCommand } from '../tools/run-command.ts';

await runCommand(() => {
  const commit = execFileSync('git', ['rev-parse', '--short=10', 'HEAD'], { encoding: 'utf8' }).trim();
  return mutantsCommand(process.argv.slice(2), commit);
});
