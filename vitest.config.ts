import { defineConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** Files that take minutes. They begin first: one that is left for the end keeps one core only. */
const longest = [
  'sim/sabotage',
  'scenarios/doctor',
  'cli/operate',
  'scenarios/faults',
  'scenarios/interrupt',
  'probe/probe',
  'stack/host-facts',
  'probe/incidents',
  'scenarios/command',
  'cli/command-lines',
];

class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const rankOf = ({ moduleId, project }: TestSpecification) => {
      const rank = longest.findIndex((name) => moduleId.endsWith(`test/${name}.test.ts`));
      if (rank >= 0) return rank;
      // Those that share a process one after the other, at the end.
      return project.name === 'together' ? longest.length + 1 : longest.length;
    };
    return (await super.sort(files)).toSorted((one, other) => rankOf(one) - rankOf(other));
  }
}

/** Their files start labs, or trust a certificate for the whole process: each has a process of its own. */
const alone = ['ci/**', 'package/**', 'scenarios/**', 'lab/aws/tls'].map((files) => `test/${files}.test.ts`);

/**
 * Two cores: two files at a time. The limits only end what hangs: how fast the machine is decides nothing, so they are the same for a
 * table of the core and for a lab with real servers. A process of its own, with all modules read anew, costs more than most files do.
 */
export default defineConfig({
  test: {
    setupFiles: ['test/setup.ts'],
    maxWorkers: 2,
    sequence: { sequencer: LongestFirst },
    testTimeout: 240_000,
    hookTimeout: 240_000,
    projects: [
      { extends: true, test: { name: 'alone', include: alone } },
      {
        extends: true,
        test: { name: 'together', include: ['test/**/*.test.ts'], exclude: alone, isolate: false },
      },
    ],
  },
});
