/** An order for work on hosts, as operate serves it. */
import type { Config, Pair } from '../core/config/config.ts';
import type { HostOrder, Order } from '../core/operator/order.ts';
import { PortError } from './ports/port-error.ts';
import type { Ports } from './ports/ports.ts';
import { serveOrder } from './serve-order.ts';

export interface HostOrderOptions<Given extends HostOrder = HostOrder> {
  readonly config: Config;
  readonly ports: Ports;
  readonly pair: Pair;
  readonly order: Given;
  /** The id of the invocation. */
  readonly owner: string;
  /** When the answer must be there, on the ports' clock. */
  readonly deadlineMs: number;
}

/** Gives an order to the leader, who alone writes memory; throws what it answers when it is not done. */
export async function give(options: Omit<HostOrderOptions, 'pair' | 'order'>, order: Order): Promise<void> {
  const { config, ports, owner, deadlineMs } = options;
  const reply = await serveOrder({ config, ports, owner, deadlineMs, raw: order, order });
  if (!reply.ok) throw new PortError('unsuccessful', reply.lines.join('; '));
}
