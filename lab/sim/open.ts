/**
 * Invariants that the product does not keep in every history yet. Their violations are found, printed and counted like any
 * other, and `npm run sim` fails for them; but they do not keep a commit from landing that breaks nothing that held before.
 * An invariant leaves this list when 10,000 histories hold it, and never comes back. `docs/proof.md` prints it.
 */
import type { InvariantName, Violation } from './invariants/court.ts';

/** What is known of each: how it is violated, and how often. */
export const openInvariants: Readonly<Partial<Record<InvariantName, string>>> = {
  1: 'An order to EC2 that took nearly a second can move the VIP after the next leader has acted (4 of 5,000 histories).',
  2: 'A failover can begin beside received transactions that are not applied, or errant ones that nobody has compared.',
  3: 'A failover can be called done that no heartbeat through the VIP has proved (2 of 5,000 histories).',
  5: 'A dead holder can keep the VIP for longer than 45 s after two faults of the paths at once.',
  'W1 bounded-loss':
    'A standby whose channel broke between two looks, or that no vantage could ask, can take over with more loss.',
  'W5 rows-kept':
    'A holder that came back with less is opened where the standby cannot be asked what it has (no durable log).',
  'W6 service-returns':
    'A standby that reconnected within the last `readinessMs` before the death, or restarted after it, stays unfit.',
  'W7 plan-with-effect':
    'A channel that somebody else has started is attached again, and a plan is tried again for nothing.',
};

/** Whether an invariant is violated that is held to be kept. */
export function isRegression({ invariant }: Violation): boolean {
  return openInvariants[invariant] === undefined;
}
