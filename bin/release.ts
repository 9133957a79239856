/** `npm run release`. Exit codes: 0 done, or said what would be done; 2 a release is not possible. */
import { LabError } from '../lab/errors.ts';
import { releaseCommand } from '../tools/package/release.ts';

try {
  process.exitCode = releaseCommand(process.argv.slice(2));
} catch (error) {
  console.error(error instanceof LabError ? error.message : error);
  process.exitCode = 2;
}
