/** The requests of a maintenance: what a person asks for, and the steps that the leader remembers. */
import { z } from 'zod';
import { maintenanceWorks } from './maintenance.ts';

/** Of why an order stopped, no more is remembered. Characters. */
export const STOPPED_MAX = 400;

const node = z.string('a node').min(1, 'a node').max(31, 'a node');
const work = z.enum(maintenanceWorks, "'restart', 'reboot' or 'command'");
const command = z
  .string('a name of `maintenance` in the environment file')
  .regex(/^[a-z][a-z0-9-]{0,30}$/, 'a name of `maintenance` in the environment file');
const run = z
  .string('the id of the run')
  .regex(/^[A-Za-z0-9._-]{1,64}$/, 'an id of at most 64 letters, digits, dots, hyphens and underscores');

/** `stop`: before its next step. */
export const maintainSchema = z.strictObject({
  action: z.literal('maintain'),
  work: work.default('restart'),
  /** Of `command`: which of the documents that the environment file names. */
  command: command.optional(),
  /** Only this node; both, where it is left out. */
  node: node.optional(),
  back: z.boolean().default(false),
  killLong: z.boolean().default(false),
  stop: z.boolean().default(false),
});

export const maintenanceSchema = z.strictObject({
  action: z.literal('maintenance'),
  run,
  note: z.discriminatedUnion('kind', [
    z.object({
      kind: z.literal('begin'),
      work,
      command: command.nullable(),
      nodes: z.array(node).min(1, 'a node').max(2, 'two nodes'),
      known: z.array(z.string()),
    }),
    z.object({ kind: z.literal('take'), node, was: z.string().max(64) }),
    z.object({ kind: z.literal('changed'), node }),
    z.object({ kind: z.literal('return'), node }),
    z.object({ kind: z.literal('stopped'), because: z.string().max(STOPPED_MAX) }),
    z.object({ kind: z.literal('end') }),
  ]),
});
