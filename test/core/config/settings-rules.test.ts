/** Settings that cannot work are refused, and those that are let through keep the product's own promises. */
import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { parseConfig } from '../../../lib/core/config/config.ts';
import { type Judging, presets, resolveSettings } from '../../../lib/core/config/settings.ts';
import { settingFaults } from '../../../lib/core/config/settings-rules.ts';
import { BLIND_MS } from '../../../lib/core/evidence/evidence.ts';
import { renderFault } from '../../../lib/core/fault.ts';
import { PROBE_LIFE_MS } from '../../../lib/core/time-budget.ts';
import { pairIn, small } from '../environments.ts';

function faultsOf(judging: Judging & { readonly writeProbe?: boolean }): readonly string[] {
  const parsed = parseConfig({ ...small, pairs: [{ ...pairIn('a', '10.0.1', 'orders'), ...judging }] });
  return parsed.kind === 'valid' ? [] : parsed.faults.map(renderFault);
}

describe('each of these is refused, with what to write instead', () => {
  test.each<[what: string, judging: Judging, path: string, words: string]>([
    ['a hold beyond the function', { expert: { holdMs: 600_000 } }, 'expert.holdMs', '1000 to 20000'],
    [
      'a catch-up of an hour',
      { settings: { catchUpLimitSeconds: 3600 } },
      'settings.catchUpLimitSeconds',
      '1 to 900',
    ],
    [
      'a hung witness beyond the witness',
      { expert: { hungWitnessMs: 9999 } },
      'expert.hungWitnessMs',
      'at most expert.witnessMs',
    ],
    [
      'stuck before the next heartbeat',
      { settings: { stuckSeconds: 0.001 } },
      'settings.stuckSeconds',
      'once a second',
    ],
    ['a look of a minute', { expert: { lookLimitMs: 60_000 } }, 'expert.lookLimitMs', '50 to 5000'],
    ['looks without a pause', { expert: { lookIntervalMs: 1 } }, 'expert.lookIntervalMs', '50 to 5000'],
    ['silence without a pause', { expert: { silentIntervalMs: 1 } }, 'expert.silentIntervalMs', '50 to 5000'],
    [
      'a witness of a moment',
      { expert: { witnessMs: 1, hungWitnessMs: 1 } },
      'expert.witnessMs',
      'a live holder',
    ],
    ['readiness of a moment', { expert: { readinessMs: 1 } }, 'expert.readinessMs', '2000 to 60000'],
    [
      'two hours between failovers',
      { expert: { flapQuietMs: 7_200_000 } },
      'expert.flapQuietMs',
      'within the hour',
    ],
    [
      'a freeze of an hour',
      { settings: { freezeLimitSeconds: 3600 } },
      'settings.freezeLimitSeconds',
      '1 to 60',
    ],
    [
      'a lock sooner than stuck',
      { expert: { lockedMs: 3000 } },
      'settings.stuckSeconds',
      'at most expert.lockedMs',
    ],
    [
      'more failovers than fit',
      { settings: { flapLimit: 10 }, expert: { flapQuietMs: 600_000 } },
      'settings.flapLimit',
      'fit into an hour',
    ],
    [
      'a silence of minutes',
      { expert: { silentLooks: 100, silentIntervalMs: 5000 } },
      'expert.silentLooks',
      'at most 60 s',
    ],
  ])('%s', (_, judging, path, words) => {
    const faults = faultsOf(judging).filter((fault) => fault.startsWith(`pairs[0].${path}: `));
    expect(faults.join('\n')).toContain(words);
    expect(faults.join('\n')).toMatch(/got .+; want .+\. To .+: .+\./);
  });

  it('a heartbeat that is not written has no least time', () => {
    const judging = { settings: { stuckSeconds: 0.5 } };
    expect(faultsOf(judging)).toHaveLength(1);
    expect(faultsOf({ ...judging, writeProbe: false })).toEqual([]);
  });
});

describe('presets', () => {
  it.each(Object.keys(presets) as (keyof typeof presets)[])(
    '%s is valid, and the default is normal',
    (detection) => {
      expect(faultsOf({ detection })).toEqual([]);
      expect(resolveSettings({ detection })).toMatchObject(presets[detection]);
      expect(resolveSettings({})).toMatchObject(presets.normal);
    },
  );

  it('a single value wins over its preset', () => {
    expect(resolveSettings({ detection: 'patient', expert: { silentLooks: 4 } })).toMatchObject({
      ...presets.patient,
      silentLooks: 4,
    });
  });
});

/** Whole numbers that are likelier small, from nothing to far beyond what can work. */
const anyMs = fc.oneof(fc.integer({ min: 1, max: 2000 }), fc.integer({ min: 1, max: 10_000_000 }));
const anySeconds = anyMs.map((ms) => ms / 1000);
const anyJudging: fc.Arbitrary<Judging> = fc.record(
  {
    detection: fc.constantFrom('quick', 'normal', 'patient'),
    settings: fc.record(
      {
        lagLimitSeconds: anySeconds,
        stuckSeconds: anySeconds,
        replicationFaultSeconds: anySeconds,
        catchUpLimitSeconds: anySeconds,
        freezeLimitSeconds: anySeconds,
        flapLimit: fc.integer({ min: 1, max: 200 }),
      },
      { requiredKeys: [] },
    ),
    expert: fc.record(
      {
        stoppedLooks: fc.integer({ min: 1, max: 200 }),
        stoppedIntervalMs: anyMs,
        silentLooks: fc.integer({ min: 2, max: 200 }),
        silentIntervalMs: anyMs,
        lookLimitMs: anyMs,
        lookIntervalMs: anyMs,
        holdMs: anyMs,
        lockedMs: anyMs,
        readinessMs: anyMs,
        witnessMs: anyMs,
        hungWitnessMs: anyMs,
        flapQuietMs: anyMs,
      },
      { requiredKeys: [] },
    ),
  },
  { requiredKeys: [] },
);

it('whatever is let through leaves the probe time to answer, people time to be alerted, and an hour its failovers', () => {
  let valid = 0;
  fc.assert(
    fc.property(anyJudging, (judging) => {
      if (settingFaults(judging, 'pair').length > 0) return;
      valid += 1;
      const s = resolveSettings(judging);
      expect(s.holdMs + 2 * s.lookLimitMs).toBeLessThan(PROBE_LIFE_MS / 1.5);
      expect(s.hungWitnessMs).toBeLessThanOrEqual(s.witnessMs);
      expect(
        Math.max(s.silentLooks * s.silentIntervalMs, s.stoppedLooks * s.stoppedIntervalMs),
      ).toBeLessThanOrEqual(60_000);
      expect(s.flapLimit * s.flapQuietMs).toBeLessThanOrEqual(3_600_000);
      expect(s.stuckMs).toBeLessThanOrEqual(s.lockedMs);
      expect(s.lookIntervalMs).toBeLessThanOrEqual(BLIND_MS);
    }),
    { numRuns: 20_000, seed: 20_261_126 },
  );
  // A rule that refuses everything would keep every promise.
  expect(valid).toBeGreaterThan(100);
});

it('a value in its old place is named with its new one', () => {
  expect(faultsOf({ settings: { silentLooks: 5 } as never }).join()).toContain('expert.silentLooks');
  expect(faultsOf({ settings: { stuckMs: 5000 } as never }).join()).toContain('settings.stuckSeconds');
});
