/** The figures of the benchmark of clients: what `--clients --json` prints, and what docs/clients.json keeps. */
import { z } from 'zod';
import { serverSettingsChoices } from '../../../lab/servers/options.ts';
import { clientNames } from './catalogue.ts';

/** The faults that clients are taken through. */
export const clientFaults = ['mysqld-kill', 'mysqld-hang', 'host-down', 'switchover'] as const;
export type ClientFault = (typeof clientFaults)[number];

const count = z.int().min(0);

export const clientFigures = z.strictObject({
  client: z.enum(clientNames),
  settings: z.enum(['default', 'recommended']),
  fault: z.enum(clientFaults),
  /** The longest time between two acknowledged writes; null: no end while it was watched. */
  outageMs: count.nullable(),
  acknowledged: count,
  failed: count,
  errors: z.record(z.string(), z.int().min(1)),
  lost: count,
});
export type ClientFigures = z.infer<typeof clientFigures>;

export const benchFigures = z.strictObject({
  server: z.string(),
  serverSettings: z.enum(serverSettingsChoices),
  /** How the pair and its clients were connected. */
  network: z.enum(['namespaces', 'loopback']),
  functionCpu: z.string(),
  /** The day, as `2026-11-26`. */
  measuredOn: z.iso.date(),
  /** CPUs of the machine, and how many wanted one at the start: more than there are means that it was busy. */
  machine: z.strictObject({ cpus: z.int().min(1), load: z.number().min(0) }),
  /** For how long a client is watched after the fault, at the most. */
  watchedMs: z.int().min(1),
  versions: z.partialRecord(z.enum(clientNames), z.string()),
  clients: z.array(clientFigures).min(1),
});
export type BenchFigures = z.infer<typeof benchFigures>;

/** Of each server the last run. */
export const clientRecord = z.record(z.string(), benchFigures);
export type ClientRecord = z.infer<typeof clientRecord>;
