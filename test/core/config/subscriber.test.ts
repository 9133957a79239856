import { expect, it } from 'vitest';
import { type Protocol, protocolOf } from '../../../lib/core/config/subscriber.ts';

it.each<[subscriber: string, protocol: Protocol | null]>([
  ['oncall@example.com', 'email'],
  ['+491701234567', 'sms'],
  ['https://events.pagerduty.com/integration/0123/enqueue', 'https'],
  ['http://events.example.com/', null],
  ['01701234567', null],
  ['+0170', null],
  ['https://', null],
  ['oncall', null],
  ['', null],
])('the protocol of %j is %s', (subscriber, protocol) => {
  expect(protocolOf(subscriber)).toBe(protocol);
});
