import { defineConfig } from 'vitest/config';

/**
 * Two cores: two files at a time. The limits only end what hangs: how fast the machine is decides nothing, so they are the same for a
 * table of the core and for a lab with real servers.
 */
export default defineConfig({
  test: { include: ['test/**/*.test.ts'], maxWorkers: 2, testTimeout: 240_000, hookTimeout: 240_000 },
});
