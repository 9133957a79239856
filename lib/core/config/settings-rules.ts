/** Settings that cannot work, each by itself or together: why, and what to write instead. */
import type { ConfigFault } from '../fault.ts';
import { HOLD_MAX_MS, LOOK_LIMIT_MAX_MS } from '../time-budget.ts';
import { type Judging, resolveSettings, type Settings, writtenAs } from './settings.ts';

/** The least and the most of a value, in the unit of `Settings`, and why. */
type Bounds = readonly [least: number, most: number, because: string];

const MINUTE_MS = 60_000;

const bounds: Partial<Readonly<Record<keyof Settings, Bounds>>> = {
  stoppedLooks: [1, 120, 'a failover that is confirmed later is one for a person'],
  silentLooks: [2, 120, 'a failover that is confirmed later is one for a person'],
  stoppedIntervalMs: [50, 5000, 'more often loads the nodes, more seldom does not see a fault in time'],
  silentIntervalMs: [50, 5000, 'more often loads the nodes, more seldom does not see a fault in time'],
  lookIntervalMs: [50, 5000, 'more often loads the nodes, more seldom does not see a fault in time'],
  lookLimitMs: [
    50,
    LOOK_LIMIT_MAX_MS,
    'a shorter look fails in any network, a longer one outlives what it was asked for',
  ],
  holdMs: [1000, HOLD_MAX_MS, 'a shorter one is no hold, a longer one outlives the function of the probe'],
  readinessMs: [2000, MINUTE_MS, 'replication is read about once a second, and a loss may be as old as this'],
  witnessMs: [
    1500,
    30_000,
    'with less, the simulator’s noise failed over from a live holder; with more, none comes before a person is alerted',
  ],
  hungWitnessMs: [1000, 30_000, 'replication heartbeats come every 0.5 s, and TCP sends again after 0.2 s'],
  flapQuietMs: [1000, 20 * MINUTE_MS, 'an automatic failover must be possible again within the hour'],
  flapLimit: [1, 20, 'more moves than that in an hour is a fault that a person has to look at'],
  lagLimitSeconds: [1, 86_400, 'the lag is read once a second'],
  replicationFaultMs: [1000, 60 * MINUTE_MS, 'replication is read once a second'],
  stuckMs: [2000, 10 * MINUTE_MS, 'a heartbeat is committed once a second'],
  lockedMs: [2000, 24 * 60 * MINUTE_MS, 'a heartbeat is committed once a second'],
  catchUpLimitMs: [1000, 15 * MINUTE_MS, 'clients wait for this long'],
  freezeLimitMs: [1000, MINUTE_MS, 'clients wait for this long'],
};

/** A value that must not be below another one. */
const orders: readonly (readonly [less: keyof Settings, more: keyof Settings, because: string])[] = [
  ['hungWitnessMs', 'witnessMs', 'where mysqld alone is silent, less is proof enough'],
  ['stuckMs', 'lockedMs', 'a session that holds a lock is named first'],
  ['lookIntervalMs', 'holdMs', 'a held look must look at least twice'],
  ['lookIntervalMs', 'readinessMs', 'a standby must be looked at before it can be unfit'],
];

/** Sums that must stay below a limit. */
const sums: readonly {
  readonly keys: readonly (keyof Settings)[];
  readonly of: (settings: Settings) => number;
  readonly mostMs: number;
  readonly because: string;
}[] = [
  {
    keys: ['silentLooks', 'silentIntervalMs'],
    of: ({ silentLooks, silentIntervalMs }) => silentLooks * silentIntervalMs,
    mostMs: MINUTE_MS,
    because: 'a holder that is silent for longer is a person’s',
  },
  {
    keys: ['stoppedLooks', 'stoppedIntervalMs'],
    of: ({ stoppedLooks, stoppedIntervalMs }) => stoppedLooks * stoppedIntervalMs,
    mostMs: MINUTE_MS,
    because: 'a holder that is stopped for longer is a person’s',
  },
  {
    keys: ['flapLimit', 'flapQuietMs'],
    of: ({ flapLimit, flapQuietMs }) => flapLimit * flapQuietMs,
    mostMs: 60 * MINUTE_MS,
    because: 'so many failovers must fit into an hour, else the limit is none',
  },
];

/** Every setting of the pair that cannot work. `path` is that of the pair; only what was written, or goes with it, is judged. */
export function settingFaults(
  pair: Judging & { readonly writeProbe?: boolean },
  path: string,
): ConfigFault[] {
  const settings = resolveSettings(pair);
  const isUnused = (key: keyof Settings) => pair.writeProbe === false && key === 'stuckMs';
  return [
    ...boundFaults(settings, path).filter(({ key }) => !isUnused(key)),
    ...orders
      .filter(([less, more]) => settings[less] > settings[more])
      .map(([less, more, because]) => ({
        path: `${path}.${writtenAs(less)}`,
        got: `${shown(less, settings)}, while ${writtenAs(more)} is ${shown(more, settings)}`,
        want: `at most ${writtenAs(more)}: ${because}`,
        remedy: `lower ${writtenAs(less)}, or raise ${writtenAs(more)}`,
      })),
    ...sums
      .filter(({ of, mostMs }) => of(settings) > mostMs)
      .map(({ keys, of, mostMs, because }) => ({
        path: `${path}.${writtenAs(keys[0] as keyof Settings)}`,
        got: `${keys.map(writtenAs).join(' × ')} = ${of(settings) / 1000} s`,
        want: `at most ${mostMs / 1000} s: ${because}`,
        remedy: `lower ${keys.map(writtenAs).join(' or ')}`,
      })),
  ];
}

function boundFaults(settings: Settings, path: string): (ConfigFault & { readonly key: keyof Settings })[] {
  return Object.entries(bounds).flatMap(([name, [least, most, because]]) => {
    const key = name as keyof Settings;
    if (settings[key] >= least && settings[key] <= most) return [];
    return {
      key,
      path: `${path}.${writtenAs(key)}`,
      got: shown(key, settings),
      want: `${inUnit(key, least)} to ${inUnit(key, most)}: ${because}`,
      remedy: 'give a value between them, or leave it out',
    };
  });
}

function shown(key: keyof Settings, settings: Settings): string {
  return inUnit(key, settings[key]);
}

/** A value of `Settings` in the unit in which it is written. */
function inUnit(key: keyof Settings, value: number): string {
  return `${writtenAs(key).endsWith('Seconds') && key.endsWith('Ms') ? value / 1000 : value}`;
}
