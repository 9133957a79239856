/** Whether anybody gets the alerts: SNS accepts alerts even without a single subscriber. */
import type { Ports } from './ports/ports.ts';

/** Publishes the number of subscriptions for the alarm `nobody-alerted`. Where it is unknown, the alarm stays as it is. */
export async function publishSubscriptions({
  alerts,
  metrics,
  log,
}: Pick<Ports, 'alerts' | 'metrics' | 'log'>): Promise<void> {
  const seen = await alerts.subscriptions();
  if (seen.kind === 'known') metrics.publish('SubscriptionsConfirmed', seen.confirmed);
  else log.warn(`the subscriptions of the topic could not be read: ${seen.because}`);
}
