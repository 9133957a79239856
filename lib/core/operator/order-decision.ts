/** What is decided on an order: a plan, a change of what is remembered, or no, and why. */
import type { Pair } from '../config/config.ts';
import type { Memory } from '../memory/memory.ts';
import type { Plan } from '../plan/plan.ts';
import type { Order } from './order.ts';

export type OrderDecision =
  /** `isPassing`: by what is seen of the nodes, which one look alone may not show as it is. */
  | { readonly kind: 'refuse'; readonly because: string; readonly isPassing?: true }
  | { readonly kind: 'act'; readonly plan: Plan; readonly because: string }
  /** Only memory changes. */
  | { readonly kind: 'note'; readonly memory: Memory; readonly text: string };

/** Why a name that no node of the pair has is refused. */
export function unknownNode({ nodes }: Pair, got: string): string {
  return `got node ${got}; want one of ${nodes.map(({ name }) => name).join(', ')}`;
}

/** Nothing is done. */
export function refuse(because: string): OrderDecision {
  return { kind: 'refuse', because };
}

/** The plan is begun. */
export function act(plan: Plan, order: Order): OrderDecision {
  return { kind: 'act', plan, because: `${order.by} asked for it: ${order.why}` };
}
