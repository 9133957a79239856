/** A deployment that begins to lead. */
import type { LogLine } from '../../lab/aws/events.ts';
import type { LabWorld } from '../../lab/world.ts';
import { notAsWanted } from './wrong.ts';

/** How long a new leader may take, in milliseconds. */
const LEAD_LIMIT_MS = 60_000;

/** Starts what was deployed, and waits until it finds the pair steady itself, whatever is remembered. Throws a `LabError` if it does not. */
export async function leadAnew(world: LabWorld): Promise<void> {
  const steady = Promise.withResolvers<void>();
  const hear = ({ text }: LogLine) => text.includes('"row":"steady"') && steady.resolve();
  world.aws.events.on('log', hear);
  const late = AbortSignal.timeout(LEAD_LIMIT_MS);
  late.addEventListener('abort', () =>
    steady.reject(notAsWanted(`none in ${LEAD_LIMIT_MS / 1000} s`, 'a leader that finds the pair steady')),
  );
  world.schedule();
  try {
    await steady.promise;
  } finally {
    world.aws.events.off('log', hear);
  }
}
