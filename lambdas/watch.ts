/** The function that decides and acts. Scheduled every minute, alive for longer; an event of EC2 only wakes the leader. */
import { warmUp } from '../lib/aws/warm-up/warm-up.ts';
import { wire } from '../lib/aws/wire.ts';
import { WATCH_GRACE_MS, watchMsOf } from '../lib/core/time-budget.ts';
import { runWatch, type WatchEnd } from '../lib/watch/watch.ts';
import type { Invocation } from './invocation.ts';

const { config, ports } = wire(process.env, 'watch');
await warmUp(config, process.env);

/**
 * A scheduled event: watches until its time is over, and says how it went. An instance's state change or a
 * Health event decides nothing by itself; it makes the leader look at once.
 */
export async function handler(event: unknown, invocation: Invocation): Promise<WatchEnd | 'woken'> {
  if (isNews(event)) {
    await ports.store.wake();
    return 'woken';
  }
  const leadMs = Math.min(watchMsOf(config.spare), invocation.getRemainingTimeInMillis() - WATCH_GRACE_MS);
  const deadlineMs = ports.clock.nowMs() + leadMs;
  return runWatch({ config, ports, owner: invocation.awsRequestId, deadlineMs });
}

function isNews(event: unknown): boolean {
  const source = (event as { source?: unknown } | null)?.source;
  return source === 'aws.ec2' || source === 'aws.health';
}
