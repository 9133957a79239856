import { expect, it, test } from 'vitest';
import { isOrder, orderFault } from '../../../lib/core/operator/order.ts';
import { actions } from '../../../lib/core/operator/request.ts';

it('knows which requests change something, and so need the lease', () => {
  const requests = actions.map((action) => ({ action })) as unknown as Parameters<typeof isOrder>[0][];
  const orders = requests.filter(isOrder).map(({ action }) => action);
  expect(orders).toEqual([
    ...['failover', 'switchover', 'reattach', 'pause', 'resume', 'acknowledge', 'release'],
    ...['set-aside', 'reinstate'],
    'maintenance',
  ]);
});

test.each<[raw: unknown, got: string | undefined]>([
  [{ action: 'status' }, undefined],
  [{ action: 'history', pair: 'orders' }, undefined],
  [{ action: 'resume', pair: 'orders', by: 'eva', why: 'done' }, 'resume'],
  // What is no request is answered with its own faults.
  [{ action: 'resume' }, undefined],
])('where only questions are answered, %j is refused as %s', (raw, got) => {
  expect(orderFault(raw)?.got).toBe(got);
});
