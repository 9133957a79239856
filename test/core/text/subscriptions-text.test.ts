import { expect, test } from 'vitest';
import type { SubscriptionsSeen } from '../../../lib/core/config/subscriber.ts';
import { renderSubscriptions } from '../../../lib/core/text/subscriptions-text.ts';

const known = (confirmed: number, pending: number) => ({ kind: 'known', confirmed, pending }) as const;

test.each<[seen: SubscriptionsSeen, line: RegExp]>([
  [known(1, 0), /^alerts: 1 confirmed subscription$/],
  [known(2, 1), /^alerts: 2 confirmed subscriptions, 1 not confirmed yet$/],
  [known(0, 2), /nobody has confirmed a subscription: alerts reach nobody; confirm by the link .* \(2 not/],
  [known(0, 0), /nobody has confirmed a subscription: alerts reach nobody; name `subscribers`/],
  [{ kind: 'unknown', because: 'SNS did not answer' }, /unknown whether anybody gets them: SNS did not/],
])('%j', (seen, line) => {
  expect(renderSubscriptions(seen)).toMatch(line);
});
