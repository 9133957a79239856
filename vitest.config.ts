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
    const rankOf = ({ moduleId, project }: TestSpecification) => {
      const rank = longest.findIndex((name) => moduleId.endsWith(`test/${name}.test.ts`));
      if (rank >= 0) return rank;
      // The pure rooms one after the other, at the end, in the same two processes.
      return project.name === 'pure' ? longest.length + 1 : longest.length;
    };
    return (await super.sort(files)).toSorted((one, other) => rankOf(one) - rankOf(other));
  }
}

/** Rooms whose files can share a process: nothing that one of them does is seen by another. */
const pure = ['core', 'house', 'sim', 'watch'].map((room) => `test/${room}/**/*.test.ts`);

/**
 * Two cores: two files at a time. The limits only end what hangs: how fast the machine is decides nothing, so they are the same for a
 * table of the core and for a lab with real servers. A process of its own for each file costs more than most files of the pure rooms.
 */
export default defineConfig({
  test: {
    setupFiles: ['test/setup.ts'],
    maxWorkers: 2,
    sequence: { sequencer: LongestFirst },
    testTimeout: 240_000,
    hookTimeout: 240_000,
    projects: [
      { extends: true, test: { name: 'pure', include: pure, isolate: false } },
      { extends: true, test: { name: 'outside', include: ['test/**/*.test.ts'], exclude: pure } },
    ],
  },
});
