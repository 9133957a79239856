import { defineConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** Files that take minutes. They begin first: one that is left for the end keeps one core only. */
const longest = [
  'sim/sabotage',
  'scenarios/doctor',
  'cli/operate',
  'scenarios/faults',
  'scenarios/interrupt',
  'scenarios/command',
  'cli/command-lines',
];

class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const rankOf = ({ moduleId }: TestSpecification) => {
      const rank = longest.findIndex((name) => moduleId.endsWith(`test/${name}.test.ts`));
      return rank < 0 ? longest.length : rank;
    };
    return (await super.sort(files)).toSorted((one, other) => rankOf(one) - rankOf(other));
  }
}

/**
 * Two cores: two files at a time. The limits only end what hangs: how fast the machine is decides nothing, so they are the same for a
 * table of the core and for a lab with real servers.
 */
export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    setupFiles: ['test/setup.ts'],
    maxWorkers: 2,
    sequence: { sequencer: LongestFirst },
    testTimeout: 240_000,
    hookTimeout: 240_000,
  },
});
