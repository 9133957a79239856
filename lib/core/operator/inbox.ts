/** What waits in the store for the leader: orders, and questions that only it can answer. */
import type { PairName } from '../names.ts';
import type { Order } from './order.ts';

/** What operate asks the leader beside orders: the pair's state, as the leader has it. No person sends it. */
export interface StateQuestion {
  readonly action: 'state';
  readonly pair: PairName;
}

/** What waits in the leader's inbox. */
export interface InboxItem {
  readonly id: string;
  readonly atMs: number;
  readonly order: Order | StateQuestion;
}

/** An operator's order, waiting for the leader. */
export interface WaitingOrder extends InboxItem {
  readonly order: Order;
}

/** Whether it is an order: all else only asks. */
export function isWaitingOrder(item: InboxItem): item is WaitingOrder {
  return item.order.action !== 'state';
}
