/** What every client in Node does: a row, a pause, the next row; one line for each, acknowledged or failed. */
import { setTimeout as delay } from 'node:timers/promises';
import { type ClientLine, type ClientOrder, orderVariable } from '../words.ts';

/** Writes one row and resolves when it is acknowledged. It connects by itself when it must. */
export type Write = (seq: number) => Promise<void>;

export const insert = 'INSERT INTO app.writes (client, seq) VALUES (?, ?)';

export function readOrder(): ClientOrder {
  return JSON.parse(process.env[orderVariable] ?? '{}') as ClientOrder;
}

/** Goes on until the process is killed: what it has to say, it has said by then. */
export async function writeOn({ everyMs, pauseMs }: ClientOrder, write: Write): Promise<never> {
  for (let seq = 1; ; seq += 1) {
    const sentMs = Date.now();
    try {
      await write(seq);
      say({ kind: 'acknowledged', seq, sentMs, atMs: Date.now() });
      await delay(everyMs);
    } catch (error) {
      say({ kind: 'failed', seq, sentMs, atMs: Date.now(), code: codeOf(error) });
      await delay(pauseMs);
    }
  }
}

/** MySQL's number where the server or a library gave one, else the name that the driver gives it. */
export function codeOf(error: unknown): string {
  const { errno, code, name } = error as { errno?: number; code?: string; name?: string };
  if (errno !== undefined && errno >= 1000) return String(errno);
  return code ?? name ?? String(error);
}

/** A pipe takes it at once: nothing is lost when the process is killed. */
function say(line: ClientLine): void {
  process.stdout.write(`${JSON.stringify(line)}\n`);
}
