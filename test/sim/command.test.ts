import { describe, expect, it } from 'vitest';
import { simCommand } from '../../sim/command.ts';
import { regressionsOf } from '../../sim/open.ts';
import { sabotageNames } from '../../sim/sabotage.ts';
import type { Finding } from '../../sim/search.ts';

async function run(...argv: string[]) {
  const out: string[] = [];
  const err: string[] = [];
  const code = await simCommand(argv, { out: (line) => out.push(line), err: (line) => err.push(line) });
  return { code, out, err };
}

describe('npm run sim', () => {
  it.each([
    [['--runs', 'many'], /got many; want a whole number/],
    [['--runs', '0'], /want a number from 1 to 1000000/],
    [['--seed', '-1'], /got -1; want a whole number/],
    [['--seed', '710100000001'], /want a whole number up to 9007199253/],
    [['--sabotage', 'nothing'], /got nothing; want list, all, or one of lease-check/],
    [['--frobnicate'], /unknown option '--frobnicate'/],
    [['extra'], /too many arguments/],
    [['--report', 'page.html'], /got --report without --replay; want the seed of one history/],
  ])('refuses %s in a clear line', async (argv, line) => {
    const { code, out, err } = await run(...argv);
    expect(code).toBe(2);
    expect(err).toHaveLength(1);
    expect(err[0]).toMatch(line);
    expect(out).toEqual([]);
  });

  it('lists the safeguards that can be taken out', async () => {
    const { code, out } = await run('--sabotage', 'list');
    expect(code).toBe(0);
    const lines = out.join('\n').split('\n');
    expect(lines.map((line) => line.split(' ')[0])).toEqual(sabotageNames);
    expect(sabotageNames.length).toBeGreaterThanOrEqual(10);
  });

  it('takes each safeguard out in turn, and names a history with the harm', async () => {
    const { code, out } = await run('--sabotage', 'all', '--runs', '1', '--seed', '1', '--json');
    const seeds = JSON.parse(out.at(-1) ?? '') as Record<string, number | null>;
    expect(Object.keys(seeds)).toEqual(sabotageNames);
    expect(out.slice(0, -1)).toEqual(
      sabotageNames.map((name) =>
        expect.stringMatching(
          seeds[name] === null ? `^${name}: NO HARM FOUND` : `^${name}: seed ${seeds[name]} violates`,
        ),
      ),
    );
    // No single history has them all.
    expect(code).toBe(1);
  });

  it('ends with the counts as JSON, the same for the same seed', async () => {
    const argv = ['--runs', '30', '--seed', '3', '--json'];
    const [one, again] = [await run(...argv), await run(...argv)];
    const counts = JSON.parse(one.out.at(-1) ?? '');
    expect(counts).toMatchObject({ runs: 30, seed: 3, ticks: expect.any(Number), regressions: 0 });
    expect(counts.faultsOf['mysqld-kill']).toBeGreaterThan(5);
    expect(counts.ticks).toBeGreaterThan(1000);
    expect(one.out.at(-1)).toBe(again.out.at(-1));
    expect(one.code).toBe(counts.violations.length === 0 ? 0 : 1);
  });

  it('moves nothing in noise, and in the same noise does so without the witness', async () => {
    const quiet = await run('--noise', '--runs', '120', '--seed', '1', '--json');
    expect(JSON.parse(quiet.out.at(-1) ?? '')).toMatchObject({ falseFailovers: 0, violations: [] });
    expect(JSON.parse(quiet.out.at(-1) ?? '').faults).toBeGreaterThan(1000);
    expect(quiet.code).toBe(0);
    const moved = await run('--noise', '--runs', '120', '--seed', '1', '--sabotage', 'witness', '--json');
    const { falseFailovers, violations } = JSON.parse(moved.out.at(-1) ?? '');
    expect([moved.code, falseFailovers > 0]).toEqual([1, true]);
    expect(violations[0].saw).toMatch(/there was nothing but noise/);
    expect(moved.out.join('\n')).toMatch(/--replay \d+ --sabotage witness --noise/);
  });

  it('finds the violation of a sabotage, tells the fewest faults, and how to replay it', async () => {
    const { code, out } = await run('--runs', '200', '--sabotage', 'fence', '--json');
    expect(code).toBe(1);
    const { violations } = JSON.parse(out.at(-1) ?? '') as { violations: Finding[] };
    // One that is news comes first, whatever else was found.
    const [violation] = regressionsOf(violations, 200);
    if (violation === undefined) throw new Error('the sabotage broke no invariant that is held to be kept');
    expect(out[0]).toBe(`seed ${violation.seed} violates invariant ${violation.invariant}: ${violation.saw}`);
    expect(out.join('\n')).toMatch(/fault: [\s\S]*VIOLATION of invariant/);
    const told = await run('--replay', String(violation.seed), '--sabotage', 'fence');
    expect(told.code).toBe(1);
    expect(told.out.at(-1)).toMatch(/VIOLATION/);
  });
});
