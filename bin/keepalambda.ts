#!/usr/bin/env node
/** The command of people. Exit codes: 0 done, 1 failed, 2 usage, 3 refused, 4 not reachable, 5 only warnings found. */
import { processIo } from '../lib/cli/io.ts';
import { run } from '../lib/cli/run.ts';

const io = processIo();
await run(process.argv.slice(2), {
  io,
  // The SDK takes long to load, and not every command needs it.
  open: async (place) => (await import('../lib/cli/operate/invoke.ts')).createInvoke(place, io.env),
});
