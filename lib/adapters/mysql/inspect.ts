/** The sessions that stand in the way of a planned move. */
import type { Obstacle } from '../../shell/ports.ts';
import type { ProbeFailed } from '../probe-protocol.ts';
import { carryOut } from './command.ts';
import type { Endpoint } from './connection.ts';

/** A statement that has run for this long is named before it is killed. Seconds. */
const LONG_SECONDS = 5;
const TEXT_MAX = 200;

/** Long statements of the application, from the process list. Changes nothing. */
export function inspect(endpoint: Endpoint, limitMs: number): Promise<readonly Obstacle[] | ProbeFailed> {
  return carryOut(endpoint, limitMs, async ({ ask }) => {
    const rows = await ask('SHOW FULL PROCESSLIST');
    return rows
      .filter((row) => row.Command === 'Query' && Number(row.Time ?? 0) >= LONG_SECONDS)
      .map((row) => ({
        kind: 'statement' as const,
        session: {
          id: Number(row.Id),
          user: String(row.User ?? ''),
          host: String(row.Host ?? ''),
          forSeconds: Number(row.Time ?? 0),
          statement: String(row.Info ?? '').slice(0, TEXT_MAX),
        },
        rows: null,
      }));
  });
}
