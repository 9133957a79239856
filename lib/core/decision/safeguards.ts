/**
 * The safeguards, by name: one switch for each thing that keeps keepalambda from doing harm. All are on, always. The
 * simulator alone takes one out at a time (`npm run sim -- --sabotage NAME`), and then has to find the harm
 * it was there to prevent: a safeguard whose absence nobody notices guards nothing.
 */

export interface Safeguards {
  /** No mutation without a lease that has at least 3 s left. */
  readonly leaseCheck: boolean;
  /** Memory is claimed and saved under the lease's epoch, so that an older leader can no longer save. */
  readonly epoch: boolean;
  /** A new leader waits until what an old one may still have in flight has landed. */
  readonly waitOut: boolean;
  /** A silent holder which the standby still hears is a monitor's partition, not a death. */
  readonly witness: boolean;
  /** Nothing is moved when no vantage sees anything. */
  readonly blindRule: boolean;
  /** An unknown lag (NULL) is unfit, never 0. */
  readonly nullLag: boolean;
  /** The old holder takes no more writes before the new one is opened. */
  readonly fence: boolean;
  /** A plan that fails before the VIP has moved is undone. */
  readonly undo: boolean;
  /** No more than a few automatic failovers an hour, and none right after another. */
  readonly flapGuard: boolean;
  /** Nothing automatic while an operator's pause lasts. */
  readonly pause: boolean;
  /** A plan has succeeded when a commit through the VIP says so, not when EC2 does. */
  readonly verification: boolean;
  /** Nothing is begun for a pair that EC2 shows otherwise than its environment file describes it. */
  readonly ids: boolean;
  /** Only the configured VIP is assigned, only to the ENIs of the pair's two nodes. */
  readonly addressAllowList: boolean;
  /** Only a standby that was fit while the holder still served may take over. */
  readonly readiness: boolean;
  /** What a standby has received must include what the holder had a moment before it was lost. */
  readonly coverage: boolean;
  /** The new holder has applied what it received before it is opened. */
  readonly catchUp: boolean;
  /** A node is gone only when enough looks, over enough time, have said so. */
  readonly confirmation: boolean;
  /** A channel that has heard nothing for too long is cut, whatever its threads say. */
  readonly unheard: boolean;
  /** A standby with transactions that the holder lacks is unfit. */
  readonly errant: boolean;
  /** EC2's reads may be stale: that the VIP is not where we left it counts when EC2 has said so again and again. */
  readonly staleReads: boolean;
  /** After a plan, looks that began before its end are not taken for what is. */
  readonly freshLooks: boolean;
  /** A holder that is read-only after a restart is opened. */
  readonly reopenHolder: boolean;
  /** A VIP that nobody holds is attached again. */
  readonly reattach: boolean;
  /** A plan that keeps a live holder from taking writes is undone when EC2 does not answer. */
  readonly undoWithoutEc2: boolean;
  /** An alert stays in memory until SNS has taken it. */
  readonly keepsAlerts: boolean;
  /** After a save that was not answered, memory is read again before anything is decided by it. */
  readonly settleDoubt: boolean;
  /** A new holder receives nothing from an old one whose end it did not reach. */
  readonly detach: boolean;
  /** A holder that came back with less than its standby has is not opened. */
  readonly compareBeforeOpening: boolean;
  /** The standby is judged on while the holder lives and does not let us in. */
  readonly judgesStandby: boolean;
  /** What was known of the standby outlasts a moment in which nothing is seen. */
  readonly keepsReadiness: boolean;
  /** A channel that comes from a third server is not taken for the pair's. */
  readonly identity: boolean;
  /** A holder that a restart left read-only is opened in a pause too. */
  readonly reopenInPause: boolean;
  /** A condition that has ended and comes back is alerted again. */
  readonly repeatLoss: boolean;
  /** Catching up goes on while it makes progress. */
  readonly progress: boolean;
}

export type SafeguardName = keyof Safeguards;

/** What runs in production: every safeguard in place. */
export const allSafeguards: Safeguards = {
  leaseCheck: true,
  epoch: true,
  waitOut: true,
  witness: true,
  blindRule: true,
  nullLag: true,
  fence: true,
  undo: true,
  flapGuard: true,
  pause: true,
  verification: true,
  ids: true,
  addressAllowList: true,
  readiness: true,
  coverage: true,
  catchUp: true,
  confirmation: true,
  unheard: true,
  errant: true,
  staleReads: true,
  freshLooks: true,
  reopenHolder: true,
  reattach: true,
  undoWithoutEc2: true,
  keepsAlerts: true,
  settleDoubt: true,
  detach: true,
  compareBeforeOpening: true,
  judgesStandby: true,
  keepsReadiness: true,
  identity: true,
  reopenInPause: true,
  repeatLoss: true,
  progress: true,
};

/** All safeguards but one. */
export function without(...names: readonly SafeguardName[]): Safeguards {
  return { ...allSafeguards, ...Object.fromEntries(names.map((name) => [name, false])) };
}
