/** Which requests are orders: for the leader, or for work on hosts. All others are questions. */
import type { ConfigFault } from '../fault.ts';
import { type HostAction, hostActions } from '../hosts/host-work.ts';
import { parseRequest, type Request } from './request.ts';

/** The requests that change something, and so need the lease. */
export type Order = Extract<
  Request,
  {
    action:
      | 'failover'
      | 'switchover'
      | 'reattach'
      | 'pause'
      | 'resume'
      | 'acknowledge'
      | 'release'
      | 'set-aside'
      | 'reinstate'
      | 'maintenance';
  }
>;

/** Work on hosts, which operate does itself: it changes no memory and no holder, so it needs no lease. */
export type HostOrder = Extract<Request, { action: HostAction }>;

/** What is wrong with an event where only questions are answered: that it is an order. Null for any other. */
export function orderFault(raw: unknown): ConfigFault | null {
  const parsed = parseRequest(raw);
  if (parsed.kind === 'faulty') return null;
  if (!isOrder(parsed.value) && !isHostOrder(parsed.value)) return null;
  return {
    path: 'action',
    got: parsed.value.action,
    want: 'a question, such as {"action":"status"}: this function changes nothing',
    remedy: 'ask the function whose name ends in -operate, if you may',
  };
}

/** Whether a request is work on hosts. */
export function isHostOrder(request: Request): request is HostOrder {
  return (hostActions as readonly string[]).includes(request.action);
}

/** Whether a request is one for the leader: it changes what is remembered, or who holds the VIP. */
export function isOrder(request: Request): request is Order {
  switch (request.action) {
    case 'failover':
    case 'switchover':
    case 'reattach':
    case 'pause':
    case 'resume':
    case 'acknowledge':
    case 'release':
    case 'set-aside':
    case 'reinstate':
    case 'maintenance':
      return true;
    case 'status':
    case 'explain':
    case 'check':
    case 'doctor':
    case 'divergence':
    case 'plan':
    case 'history':
    case 'setup':
    case 'rebuild':
    case 'remove':
    case 'maintain':
      return false;
  }
}
