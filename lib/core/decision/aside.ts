/**
 * A node that is set aside while it is made anew: it must not take over, whatever it says of itself. Only the order that ends
 * the work takes the mark away, so that it outlasts restarts of the node, of watch and of operate.
 */
import type { NodeName } from '../names.ts';

/** The node, and the work that it is set aside for. */
export interface Aside {
  readonly node: NodeName;
  /** The work's own id: a broken-off one is gone on with under the same. */
  readonly run: string;
  readonly by: string;
  readonly why: string;
  readonly atMs: number;
}

/** Why this node must not take over; null when it may. */
export function asideReason({ aside }: { readonly aside: Aside | null }, node: NodeName): string | null {
  return aside?.node === node ? `it is set aside by ${aside.by}: ${aside.why}` : null;
}
