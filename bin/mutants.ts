/** `npm run mutants`. Exit codes: 0 no survivor, 1 a survivor, 2 could not run. */
import { execFileSync } from 'node:child_process';
import { LabError } from '../lab/errors.ts';
import { mutantsCommand } from '../tools/mutants/command.ts';

try {
  const commit = execFileSync('git', ['rev-parse', '--short=10', 'HEAD'], { encoding: 'utf8' }).trim();
  process.exitCode = await mutantsCommand(process.argv.slice(2), commit);
} catch (error) {
  console.error(error instanceof LabError ? error.message : error);
  process.exitCode = 2;
}
