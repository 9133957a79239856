/**
 * How a pair is judged: what people write (a preset, six settings in units that people think in, single values under
 * `expert`), and what the core reads (`Settings`). `docs/settings.md` is printed from here.
 */
import { z } from 'zod';

const positiveMs = z.int().positive('a positive number of milliseconds');
const positiveSeconds = z.number().positive('a positive number of seconds');
const flapLimit = z.int().min(1, 'at least 1');

/** Single values that a preset of `detection` gives. */
const expertSchema = z.strictObject({
  stoppedLooks: z
    .int()
    .min(1, 'at least 1 look')
    .meta({ description: 'How many looks must find the port refused before a node is `stopped`.' }),
  stoppedIntervalMs: positiveMs.meta({ description: 'Time between those looks.' }),
  silentLooks: z
    .int()
    .min(2, 'at least 2 looks: one lost packet does not prove a death')
    .meta({ description: 'How many looks must stay unanswered before a node is `silent`.' }),
  silentIntervalMs: positiveMs.meta({ description: 'Time between the starts of those looks.' }),
  lookLimitMs: positiveMs.meta({ description: 'How long one look waits for a connection or an answer.' }),
  lookIntervalMs: positiveMs.meta({
    description: 'How often the probe looks while watch holds a look open.',
  }),
  holdMs: positiveMs.meta({ description: 'How long a held look stays open while nothing changes.' }),
  lockedMs: positiveMs.meta({
    description:
      'How long the heartbeat may fail to commit while a session holds a global lock, as a backup does, before the holder is `stuck`. The session is named at `stuckSeconds`.',
  }),
  readinessMs: positiveMs.meta({
    description: 'How long the standby must be unfit before that is remembered and alerted.',
  }),
  witnessMs: positiveMs.meta({
    description: 'The standby is a witness while it heard the holder within this time.',
  }),
  hungWitnessMs: positiveMs.meta({
    description:
      'The same where the host still accepts connections: mysqld is silent, not our path. At most `witnessMs`.',
  }),
  flapQuietMs: positiveMs.meta({
    description: 'No automatic failover begins within this time of the last one.',
  }),
});

/** What people change. */
const peopleSchema = z.strictObject({
  lagLimitSeconds: positiveSeconds
    .default(120)
    .meta({ description: 'Inbound replication fails the check at this lag. mysql_check.sh: 120.' }),
  stuckSeconds: positiveSeconds.default(5).meta({
    description: 'How long the heartbeat may fail to commit before the holder is `stuck`.',
  }),
  replicationFaultSeconds: positiveSeconds.default(10).meta({
    description: 'How long a replication or lag fault of the holder must last before it counts.',
  }),
  catchUpLimitSeconds: positiveSeconds.default(30).meta({
    description: 'How long a failover waits for the new holder to apply what it received.',
  }),
  freezeLimitSeconds: positiveSeconds
    .default(10)
    .meta({ description: 'How long a switchover may keep writes frozen.' }),
  flapLimit: flapLimit
    .default(3)
    .meta({ description: 'How many automatic failovers an hour, before a person has to look.' }),
});

/** What the core reads: every value, in milliseconds but for the lag. */
export const settingsSchema = expertSchema.extend({
  lagLimitSeconds: positiveSeconds,
  stuckMs: positiveMs,
  replicationFaultMs: positiveMs,
  catchUpLimitMs: positiveMs,
  freezeLimitMs: positiveMs,
  flapLimit,
});

export type Settings = z.output<typeof settingsSchema>;
type Expert = z.output<typeof expertSchema>;
type People = z.output<typeof peopleSchema>;

/** How soon a fault is believed. Each is a row of values that the simulator's noise was run on (`docs/detection.md`). */
export const presets = {
  normal: {
    stoppedLooks: 2,
    stoppedIntervalMs: 250,
    silentLooks: 3,
    silentIntervalMs: 250,
    lookLimitMs: 250,
    lookIntervalMs: 250,
    holdMs: 5000,
    lockedMs: 60_000,
    readinessMs: 3000,
    witnessMs: 1500,
    hungWitnessMs: 1000,
    flapQuietMs: 30_000,
  },
  quick: {
    stoppedLooks: 2,
    stoppedIntervalMs: 100,
    silentLooks: 3,
    silentIntervalMs: 200,
    lookLimitMs: 200,
    lookIntervalMs: 150,
    holdMs: 5000,
    lockedMs: 60_000,
    readinessMs: 3000,
    witnessMs: 1500,
    hungWitnessMs: 1000,
    flapQuietMs: 30_000,
  },
  patient: {
    stoppedLooks: 8,
    stoppedIntervalMs: 250,
    silentLooks: 5,
    silentIntervalMs: 500,
    lookLimitMs: 500,
    lookIntervalMs: 500,
    holdMs: 5000,
    lockedMs: 300_000,
    readinessMs: 5000,
    witnessMs: 3000,
    hungWitnessMs: 2000,
    flapQuietMs: 60_000,
  },
} as const satisfies Readonly<Record<string, Expert>>;

export type Detection = keyof typeof presets;

/** What each preset is for. */
export const presetTexts: Readonly<Record<Detection, string>> = {
  normal: 'For two hosts in one availability zone, with replication heartbeats of 0.5 s.',
  quick:
    'mysqld that dies is replaced about 0.2 s sooner, at about twice the MySQL traffic. Silence needs the same witness.',
  patient:
    'For hosts or storage that stall for seconds, replication heartbeats of 1 s, and a mysqld that restarts by itself within 2 s.',
};

/** The keys of an environment file that say how a pair is judged. */
export const judgingFields = {
  detection: z
    .enum(Object.keys(presets) as [Detection, ...Detection[]], "'quick', 'normal' or 'patient'")
    .default('normal'),
  settings: peopleSchema.prefault({}),
  expert: expertSchema.partial().default({}),
};

/** The same as people may leave it out. */
export interface Judging {
  readonly detection?: Detection | undefined;
  readonly settings?: Given<People> | undefined;
  readonly expert?: Given<Expert> | undefined;
}

type Given<T> = { readonly [Key in keyof T]?: T[Key] | undefined };

/** What is written → every value. What is left out has the preset's value, or the default. */
export function resolveSettings({ detection = 'normal', settings = {}, expert = {} }: Judging): Settings {
  const given = { ...peopleDefaults, ...onlyGiven(settings) };
  return {
    ...presets[detection],
    ...onlyGiven(expert),
    lagLimitSeconds: given.lagLimitSeconds,
    stuckMs: msOf(given.stuckSeconds),
    replicationFaultMs: msOf(given.replicationFaultSeconds),
    catchUpLimitMs: msOf(given.catchUpLimitSeconds),
    freezeLimitMs: msOf(given.freezeLimitSeconds),
    flapLimit: given.flapLimit,
  };
}

const peopleDefaults: People = peopleSchema.parse({});
/** The names of the six settings. */
export const peopleKeys: readonly string[] = Object.keys(peopleSchema.shape);

/** Where a value of `Settings` is written in an environment file: `settings.stuckSeconds`, `expert.holdMs`. */
export function writtenAs(key: keyof Settings): string {
  if (key in expertSchema.shape) return `expert.${key}`;
  return `settings.${key.replace(/Ms$/, 'Seconds')}`;
}

/** The six settings: name, default, what it means. */
export function describePeople(): readonly (readonly [key: string, fallback: number, text: string])[] {
  return Object.entries(peopleSchema.shape).map(([key, schema]) => [
    key,
    peopleDefaults[key as keyof People],
    schema.meta()?.description ?? '',
  ]);
}

/** The single values of a preset: name and what it means. */
export function describeExpert(): readonly (readonly [key: keyof Expert, text: string])[] {
  return Object.entries(expertSchema.shape).map(([key, schema]) => [
    key as keyof Expert,
    schema.meta()?.description ?? '',
  ]);
}

function msOf(seconds: number): number {
  return Math.round(seconds * 1000);
}

function onlyGiven<T>(values: Given<T>): Partial<T> {
  const given = Object.entries(values).filter(([, value]) => value !== undefined);
  return Object.fromEntries(given) as Partial<T>;
}
