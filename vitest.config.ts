import { defineConfig } from 'vitest/config';

/** Two cores: two files at a time, and lab scenarios (real servers) get minutes, not seconds. */
export default defineConfig({
  test: { include: ['test/**/*.test.ts'], maxWorkers: 2, testTimeout: 30_000, hookTimeout: 60_000 },
});
