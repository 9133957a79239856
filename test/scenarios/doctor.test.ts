/** Doctor on two real servers that are broken in one way after the other, by way of the functions that are deployed. */
import { expect, it } from 'vitest';
import { brokenPairs, type DoctorFigures } from '../../lab/doctor/scenario.ts';
import { runLab } from './lab.ts';

it('names what is wrong with each broken pair, and nothing else', { timeout: 900_000 }, async () => {
  const { code, stdout, stderr } = await runLab('--scenario', 'doctor', '--json');
  const figures = JSON.parse(stdout.trimEnd().split('\n').at(-1) ?? '{}') as DoctorFigures;
  expect(figures.wrong, stderr).toEqual([]);
  expect(figures).toMatchObject({ scenario: 'doctor', serverSettings: 'recommended', alerts: 1, ok: true });
  // What cannot be broken here says why.
  expect(figures.broken + Object.keys(figures.notHere).length).toBe(brokenPairs.length);
  expect(figures.named).toBe(figures.broken);
  expect(figures.broken).toBeGreaterThanOrEqual(30);
  expect(code).toBe(0);
});
