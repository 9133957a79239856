/** What the benchmark and the programs of its clients say to each other, whatever language a program is written in. */
import { z } from 'zod';

/** Given to a program in its environment, as JSON under this name. */
export const orderVariable = 'BENCH_CLIENT_ORDER';

/** With a driver as it comes, or with what docs/clients.md recommends. */
export type SettingsKind = 'default' | 'recommended';

/** The limits of the recommended settings, in whole seconds: our longest statement takes milliseconds. */
export const limits = { connectSeconds: 2, statementSeconds: 5 } as const;

/** How long after a failure a client tries again. Milliseconds. */
export const PAUSE_MS = 500;

export interface ClientOrder {
  /** The name under which its rows are written. */
  readonly name: string;
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly password: string;
  readonly settings: SettingsKind;
  /** How long after the one before was acknowledged a write is begun. Milliseconds. */
  readonly everyMs: number;
  readonly pauseMs: number;
  readonly connectSeconds: number;
  readonly statementSeconds: number;
  /** The command line of the program that writes, for a client that is a program. */
  readonly command?: readonly string[];
}

/** A line of a program's output. Times are milliseconds since 1970. */
export const clientLine = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('acknowledged'), seq: z.int(), sentMs: z.number(), atMs: z.number() }),
  z.object({
    kind: z.literal('failed'),
    seq: z.int(),
    sentMs: z.number(),
    atMs: z.number(),
    code: z.string(),
  }),
]);
export type ClientLine = z.infer<typeof clientLine>;

/** Reads one. Throws, with the line, for one that is none. */
export function readLine(text: string): ClientLine {
  try {
    return clientLine.parse(JSON.parse(text));
  } catch (cause) {
    throw new Error(`a client said ${text}, which is no line of the protocol`, { cause });
  }
}
