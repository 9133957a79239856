import { readFileSync } from 'node:fs';
import { stripTypeScriptTypes } from 'node:module';
import { describe, expect, it, test } from 'vitest';
import { mutantsCommand, recordOf } from '../../tools/mutants/command.ts';
import { mutants } from '../../tools/mutants/index.ts';
import { type Mutant, mutated } from '../../tools/mutants/mutant.ts';

const root = new URL('../../', import.meta.url);

describe('the list of mutants', () => {
  it('has at least sixty, each with a name of its own and the harm that its guard prevents', () => {
    expect(mutants.length).toBeGreaterThanOrEqual(60);
    expect(new Set(mutants.map(({ name }) => name)).size).toBe(mutants.length);
    for (const { guards } of mutants) expect(guards).toMatch(/^[A-Z].*\.$/);
  });

  test.each(mutants)('$name changes one place of $file, and what is left is still a program', (mutant) => {
    const source = readFileSync(new URL(mutant.file, root), 'utf8');
    const changed = mutated(source, mutant);
    expect(changed).not.toBe(source);
    // Else it would die of a syntax error, whoever guards what it takes out.
    expect(() => stripTypeScriptTypes(changed)).not.toThrow();
  });
});

const mutant: Mutant = { name: 'a', file: 'lib/a.ts', find: 'x()', replace: '$&', guards: 'Nothing.' };

test('a text that does not stand there exactly once is an error that says so', () => {
  expect(mutated('y(x());', mutant)).toBe('y($&);');
  expect(() => mutated('x(); x();', mutant)).toThrow(/got its text 2 times in lib\/a.ts, want once/);
  expect(() => mutated('', mutant)).toThrow(/got its text 0 times/);
});

test('what is kept of a run: how many died by what, and who survived', () => {
  const died = (by: 'suites' | 'simulation') =>
    ({ mutant, fate: { kind: 'killed', by, because: 'FAIL' }, tookMs: 1 }) as const;
  const survivor = { mutant: { ...mutant, name: 'b' }, fate: { kind: 'survived' }, tookMs: 1 } as const;
  const terms = { runs: 10, seed: 2, commit: 'abc' };
  expect(recordOf([died('suites'), died('simulation'), died('suites'), survivor], terms)).toMatchObject({
    ...terms,
    killedBySuites: 2,
    killedBySimulation: 1,
    survivors: ['b'],
  });
});

test.each([
  [['--only', 'nobody'], /got --only nobody; want a name that --list shows/],
  [['--runs', '0'], /got --runs 0; want a whole number from 1/],
  [['--frobnicate'], /unknown option/],
])('%s is refused in a clear line', async (args, message) => {
  await expect(mutantsCommand(args, 'abc')).rejects.toThrow(message);
});
