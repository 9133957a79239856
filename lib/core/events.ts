/**
 * Everything that a person is told, once. `docs/events.md` is printed from this table; the runbook has an
 * article for each code, under a heading of the same name.
 */

interface EventText {
  /** In one line, for the subject of an e-mail. */
  readonly title: string;
  /** Whether it ends an incident, hands it over to a person, or only tells. */
  readonly role: 'tells' | 'hands-over' | 'ends';
  /** What it means. */
  readonly meaning: string;
  /** What is left for a person to do. */
  readonly todo: string;
}

export const events = {
  'failover-started': {
    title: 'failing over',
    role: 'tells',
    meaning: 'The holder is lost or failed the check, and the standby is fit: the plan is under way.',
    todo: 'Nothing yet. The next alert says how it ended.',
  },
  'failover-done': {
    title: 'failed over',
    role: 'tells',
    meaning: 'The VIP leads to the new holder, which takes writes: verified by a commit through the VIP.',
    todo: 'Find out why the old holder was lost, and bring it back as standby. There is no automatic fail-back.',
  },
  'failover-aborted': {
    title: 'failover aborted, the pair is as it was',
    role: 'hands-over',
    meaning: 'A step before the move of the VIP failed, and what had been done was undone.',
    todo: 'Read which step failed. Mend it, or fail over by hand and accept the loss that the alert names.',
  },
  'plan-incomplete': {
    title: 'the plan could not be completed',
    role: 'hands-over',
    meaning:
      'A step failed, and what was done before it stays done: the VIP may have been moved. Steps that must be so are tried again.',
    todo: 'Read which step failed, and check who answers through the VIP.',
  },
  'switchover-done': {
    title: 'switched over',
    role: 'tells',
    meaning: 'A planned change of the holder: every acknowledged write was applied on the new holder first.',
    todo: 'Nothing.',
  },
  'switchover-undone': {
    title: 'switchover undone, the pair is as it was',
    role: 'tells',
    meaning: 'A step before the move of the VIP failed or took too long; the holder takes writes again.',
    todo: 'Read which step failed, mend it, and switch over again.',
  },
  'vip-reattached': {
    title: 'VIP attached again',
    role: 'tells',
    meaning: 'The VIP was on neither node, and is now on a fit one.',
    todo: 'Find out who took it away: the EC2 API calls are in CloudTrail.',
  },
  'vip-unheld': {
    title: 'VIP on neither node, and none is fit',
    role: 'hands-over',
    meaning: 'EC2 has the VIP on no ENI of the pair, and neither node is fit to take it.',
    todo: 'Bring a node up, or name the one to take the VIP with a forced failover.',
  },
  'holder-opened': {
    title: 'holder opened for writes',
    role: 'tells',
    meaning: 'The holder was read-only, as after a restart, and takes writes again.',
    todo: 'Find out why it was read-only, if it was not a restart.',
  },
  'standby-closed': {
    title: 'standby was writable, closed',
    role: 'tells',
    meaning: 'The standby took writes; two writers can diverge. It is read-only again.',
    todo: 'Find out who opened it, and check it for transactions of its own.',
  },
  'standby-unfit': {
    title: 'standby cannot take over',
    role: 'hands-over',
    meaning: 'The holder serves, but a failover would not be possible now. The reasons are named.',
    todo: 'Mend the standby before it is needed.',
  },
  'holder-fails-check': {
    title: 'holder fails the check, and stays',
    role: 'hands-over',
    meaning:
      'Inbound replication of the holder is broken or too late, and the standby is not better or the policy is to page.',
    todo: 'Mend replication on the holder.',
  },
  'holder-lost': {
    title: 'holder lost, standby unfit: nothing was moved',
    role: 'hands-over',
    meaning:
      'Clients have no writable master. Failing over now could lose writes, so it is left to a person.',
    todo: 'Bring the holder back, or fail over by hand and accept the loss that the alert names.',
  },
  'both-lost': {
    title: 'both nodes lost',
    role: 'hands-over',
    meaning: 'Neither node serves. The VIP stays where it is.',
    todo: 'Bring the holder back first: it has the newest writes.',
  },
  blind: {
    title: 'cannot see the pair',
    role: 'hands-over',
    meaning:
      'No vantage sees the nodes, or all vanished at once while EC2 says that they run. Nothing is moved on no evidence.',
    todo: 'Check the probe functions, their subnets and security groups.',
  },
  'ec2-blind': {
    title: 'EC2 API does not answer',
    role: 'hands-over',
    meaning: 'EC2 does not say where the VIP is, or refuses to move it. The plan goes on as soon as it does.',
    todo: 'Check the AWS Health Dashboard, and the permissions of the watch function.',
  },
  'locked-out': {
    title: 'MySQL refuses our login',
    role: 'hands-over',
    meaning: 'The server is alive but does not let us in: password, TLS or grants. It is not a death.',
    todo: 'Correct the credentials parameter or the account.',
  },
  saturated: {
    title: 'MySQL has no connection left',
    role: 'hands-over',
    meaning: 'The server is alive and its connection table is full. It is not a death.',
    todo: 'Find who holds the connections; raise max_connections, or keep one for administration.',
  },
  'flap-guard': {
    title: 'flap guard spent: no automatic failover',
    role: 'hands-over',
    meaning: 'Too many automatic failovers in the last hour, or one just now. The next needs a person.',
    todo: 'Find the cause, then acknowledge to allow automatic failovers again.',
  },
  repaired: {
    title: 'repair was run on a host',
    role: 'tells',
    meaning: 'A service was restarted through SSM on a host that lost the check.',
    todo: 'Find out why it had stopped.',
  },
  'loss-counted': {
    title: 'the old holder is back: loss counted exactly',
    role: 'tells',
    meaning: 'What the old holder had that the new one had not received when it took over.',
    todo: 'If it is not 0, look at those transactions: replication may have brought them over since.',
  },
  paused: {
    title: 'paused: automatic actions are off',
    role: 'tells',
    meaning: 'An operator paused the pair until the time named. It is observed, and nothing is changed.',
    todo: 'Resume when the work is done; the pause ends by itself.',
  },
  resumed: {
    title: 'resumed: automatic actions are on',
    role: 'tells',
    meaning: 'The pause ended, by its time or by an operator.',
    todo: 'Nothing.',
  },
  'all-clear': {
    title: 'all clear',
    role: 'ends',
    meaning: 'The pair is steady again: the holder serves, the standby is fit.',
    todo: 'Nothing.',
  },
} as const satisfies Record<string, EventText>;

export type EventCode = keyof typeof events;
