/** Faults on two real servers, with the bundles that are deployed: the proof that the main job works. */
import { describe, expect, test } from 'vitest';
import { figuresOf, runLab } from './lab.ts';

describe('a fault ends as the catalogue says, and on-call is told', () => {
  test.each([
    ['mysqld-kill', [], 'db2', ['failover-done'], 'stopped'],
    ['standby-kill', [], 'db1', ['standby-unfit'], 'serving'],
    ['probe-partition', [], 'db1', ['blind'], 'silent'],
    ['instance-stop', [], 'db2', ['switchover-done'], 'serving'],
    ['switchover', [], 'db2', ['switchover-done'], 'serving'],
    ['switchover', ['--break', 'db2-lag'], 'db1', ['plan-waits', 'switchover-undone'], 'serving'],
    ['watch-kill', ['--at', 'open'], 'db2', ['failover-done'], 'stopped'],
  ])('%s %j', async (fault, flags, holderAfter, alerts, verdict) => {
    const run = await runLab('--fault', fault, ...flags, '--json');
    const figures = figuresOf(run);
    expect(figures).toMatchObject({
      fault,
      holderBefore: 'db1',
      holderAfter,
      twoWriters: 0,
      ok: true,
    });
    // The start of a failover goes out where it takes longer than a few seconds; an all-clear, where the lab watches on; and
    // doctor's hourly look, which finds what it finds in servers with their vendor's defaults, where the lab takes long.
    const others = ['failover-started', 'all-clear', 'doctor-found'];
    expect(figures.alerts.filter((code) => !others.includes(code)).slice(0, alerts.length)).toEqual(alerts);
    expect(figures.verdicts.at(-1)).toBe(verdict);
    expect(figures.acknowledged).toBeGreaterThan(50);
    // Planned moves lose nothing; of the others the figure only has to be there.
    const planned = fault === 'switchover' || fault === 'instance-stop';
    expect(figures.lost).toBeLessThanOrEqual(planned ? 0 : figures.acknowledged);
    expect(run.code).toBe(0);
  });
});
