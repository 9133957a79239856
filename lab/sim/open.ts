/**
 * Invariants that the product does not keep in every history yet. Their violations are found, printed and counted like any
 * other, and `npm run sim` fails for them; but they do not keep a commit from landing that breaks nothing that held before.
 * An invariant leaves this list when 10,000 histories hold it, and never comes back. `docs/proof.md` prints it.
 */
import type { InvariantName, Violation } from './invariants/court.ts';

/** What is known of each: how it is violated, and how often. */
export const openInvariants: Readonly<Partial<Record<InvariantName, string>>> = {};

/** Whether an invariant is violated that is held to be kept. */
export function isRegression({ invariant }: Violation): boolean {
  return openInvariants[invariant] === undefined;
}
