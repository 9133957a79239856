/** How a command of this repository ends. */
import { LabError } from '../lab/errors.ts';

/**
 * Runs the command, and ends the process with its exit code; 2 where it could not run. A process that is left to end by itself closes
 * what its children had open, and can wait for one that was killed for good, at full speed (`CleanupHandles` of Node 24, seen of a
 * lab whose esbuild was gone).
 */
export async function runCommand(command: () => Promise<number> | number): Promise<never> {
  let code = 2;
  try {
    code = await command();
  } catch (error) {
    // What a person can fix is one line; anything else is a bug, and its stack is wanted.
    console.error(error instanceof LabError ? error.message : error);
  }
  await Promise.all([process.stdout, process.stderr].map(flushed));
  process.exit(code);
}

/** All that was written has reached its reader, or its reader is gone. */
function flushed(stream: NodeJS.WriteStream): Promise<void> {
  return new Promise((resolve) => stream.write('', () => resolve()));
}
