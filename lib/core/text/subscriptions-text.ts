/** Whom alerts reach, as a line of `status`. */
import type { SubscriptionsSeen } from '../config/subscriber.ts';
import { plural } from '../plural.ts';

/** `alerts: 2 confirmed subscriptions, 1 not confirmed yet`; or that they reach nobody. */
export function renderSubscriptions(seen: SubscriptionsSeen): string {
  if (seen.kind === 'unknown') return `alerts: it is unknown whether anybody gets them: ${seen.because}`;
  const { confirmed, pending } = seen;
  const waiting = pending === 0 ? '' : `, ${pending} not confirmed yet`;
  if (confirmed > 0) return `alerts: ${plural(confirmed, 'confirmed subscription')}${waiting}`;
  const remedy =
    pending === 0
      ? 'name `subscribers` in the environment file and deploy, or subscribe to the topic of `topicArn`'
      : `confirm by the link in the mail of SNS (${pending} not confirmed yet)`;
  return `alerts: nobody has confirmed a subscription: alerts reach nobody; ${remedy}`;
}
