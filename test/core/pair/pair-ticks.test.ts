/** What is due for a pair with time: doctor, the gauges, and who answers through the VIP. */
import { describe, expect, it } from 'vitest';
import { NOW_MS, refused, steady } from '../world.ts';
import { Bench } from './bench.ts';

describe('doctor', () => {
  const finding = { id: 'errors-skipped', severity: 'danger', subject: 'db2' } as const;
  const findings = [{ ...finding, got: 'ALL', want: 'OFF', why: 'it loses writes', fix: 'restart' }];
  const asks = (bench: Bench, afterMs = 0) => bench.take({ kind: 'tick' }, afterMs).examine;

  it('is asked when all is well, and again after an hour; what it finds is alerted once', () => {
    const bench = new Bench({ ...steady.memory, examined: null }).begin();
    expect(asks(bench)).toBe(true);
    const { save } = bench.take({ kind: 'examined', findings }, 2000);
    expect(save?.outbox.map(({ code }) => code)).toEqual(['doctor-found']);
    expect(save?.examined).toEqual({ atMs: bench.nowMs, dangers: ['db2 errors-skipped'] });
    bench.store(save);
    bench.take({ kind: 'done' });
    expect(asks(bench, 30 * 60_000)).toBe(false);
    expect(asks(bench, 30 * 60_000)).toBe(true);
    expect(bench.take({ kind: 'examined', findings }).save?.outbox).toHaveLength(1);
  });

  it('is asked again after five minutes where it could not look, and never in an incident', () => {
    const bench = new Bench({ ...steady.memory, examined: null }).begin();
    expect([asks(bench), asks(bench, 299_000), asks(bench, 1000)]).toEqual([true, false, true]);
    const incident = { id: 'a', openedAtMs: 0, row: 'holder-lost', told: [] };
    const busy = new Bench({ ...steady.memory, examined: null, incident });
    busy.report(refused);
    expect(asks(busy, 1000)).toBe(false);
  });
});

describe('a tick', () => {
  it('publishes the gauges every 10 s', () => {
    const bench = new Bench().begin();
    const gauges = bench.take({ kind: 'tick' }).gauges;
    expect(gauges.map(({ metric, value }) => [metric, value])).toEqual([
      ['Holder', 0],
      ['StandbyUnfit', 0],
      ['LagSeconds', 0],
    ]);
    expect(bench.take({ kind: 'tick' }, 9000).gauges).toEqual([]);
    expect(bench.take({ kind: 'tick' }, 1000).gauges).toHaveLength(3);
  });

  it('asks nobody while no answer of EC2 has ever fitted the environment file', () => {
    const bench = new Bench({ ...steady.memory, lastHolder: null });
    const sighting = { kind: 'blind', atMs: NOW_MS, because: 'throttled' } as const;
    expect(bench.take({ kind: 'ec2', sighting, askedMs: bench.nowMs }).ask).toBeNull();
    expect(bench.take({ kind: 'tick' }, 1000).ask).toBeNull();
  });

  it('asks who answers through the VIP while EC2 does not say, one question at a time', () => {
    const bench = new Bench().begin();
    const asked = bench.take({
      kind: 'ec2',
      sighting: { kind: 'blind', atMs: NOW_MS, because: 'throttled' },
      askedMs: bench.nowMs,
    });
    expect(asked.ask).toEqual({ askedMs: bench.nowMs });
    expect(bench.take({ kind: 'tick' }, 1000).ask).toBeNull();
    bench.take({ kind: 'through-vip', said: { kind: 'unknown' }, askedMs: bench.nowMs });
    expect(bench.take({ kind: 'tick' }, 1000).ask).toEqual({ askedMs: bench.nowMs });
  });
});
