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
  'would-act': {
    title: 'keepalambda would act, and only observes',
    role: 'hands-over',
    meaning:
      "The pair's mode is observe: keepalambda decided what to do, and did nothing. The alert lists the steps of its plan.",
    todo: "Do it by hand, if it is right. To have keepalambda do it, set mode: 'act' for the pair and deploy.",
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
  'service-lost': {
    title: 'clients cannot write',
    role: 'hands-over',
    meaning:
      'For 5 s or more nobody has taken writes through the VIP, and none of the rules that act, or name the cause, has matched.',
    todo: 'Read what the alert names. If it does not end by itself, fix it, or fail over by hand.',
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
  'holder-behind': {
    title: 'the holder lacks what the standby has: not opened',
    role: 'hands-over',
    meaning:
      'The holder came back read-only with fewer transactions of its own than the standby has received from it. Opened, it would give their numbers away again.',
    todo: 'Fail over to the standby, which has everything, or rebuild the holder.',
  },
  'holder-locked': {
    title: 'a session keeps the holder from committing',
    role: 'hands-over',
    meaning:
      'Commits hang because a session holds a global lock, mostly a backup. It is named. This alone does not prove that the server is broken.',
    todo: 'Wait for the backup, or end the session that the alert names.',
  },
  'holder-refuses-writes': {
    title: 'the holder is open and refuses every write',
    role: 'hands-over',
    meaning:
      'Each write on the holder fails: innodb_read_only, transaction_read_only or a full tablespace; or read_only is on, and the pair’s writability is untouched.',
    todo: 'Read the cause in the alert and correct the setting on the holder.',
  },
  'heartbeat-barred': {
    title: 'our heartbeat cannot be written',
    role: 'tells',
    meaning:
      'Something about the table keepalambda.heartbeat or our account stands in the way: no table, no grant, or a lock on it. It says nothing about the server.',
    todo: 'Give the account its grants again, create the table, or end the session that locks it.',
  },
  'login-refused': {
    title: 'new logins of ours are refused, a kept connection answers',
    role: 'tells',
    meaning:
      'The server refuses a fresh login of our account, but answers on the connection that we kept. It is judged by that connection.',
    todo: 'Correct the cause that the alert names: password, connection limit, or blocked host (FLUSH HOSTS).',
  },
  'standby-misdirected': {
    title: 'the standby follows another server',
    role: 'hands-over',
    meaning:
      'The standby’s channel does not come from the holder: another server, the VIP, or a server with the same identity. It is unfit and no witness.',
    todo: 'Point its replication at the holder’s own address again.',
  },
  'same-identity': {
    title: 'both nodes answer as one server',
    role: 'hands-over',
    meaning:
      'The two nodes have the same server UUID (or server id, on MariaDB), as after a copy of the data directory: or one server answers at both addresses. The pair is not acted for.',
    todo: 'Give one of them an identity of its own: delete its auto.cnf and restart it, or set another server_id.',
  },
  'identity-changed': {
    title: 'another server answers at a node',
    role: 'hands-over',
    meaning:
      'A node answers with another identity than it had. A standby was rebuilt, and is judged anew. While the holder has changed, the pair is not acted for.',
    todo: 'If you rebuilt the node, acknowledge it; else find out who answers at its address.',
  },
  'standby-locked': {
    title: 'a session blocks the applier of the standby',
    role: 'hands-over',
    meaning:
      'Replication arrives and cannot be applied: a global read lock (a backup) or a full disk on the standby. It is unfit meanwhile.',
    todo: 'Wait for the backup, end the session that the alert names, or free the disk.',
  },
  'standby-writes': {
    title: 'the closed standby’s own history grows',
    role: 'hands-over',
    meaning:
      'The standby is read-only, and yet transactions of its own origin appear: a privileged account or an event writes there.',
    todo: 'Find the account or the event that writes, and stop it.',
  },
  'waits-for-acknowledgement': {
    title: 'commits wait for a semi-synchronous standby',
    role: 'hands-over',
    meaning:
      'Commits on the holder hang because no standby acknowledges them. They go on at the semi-sync timeout or when the standby is back.',
    todo: 'Bring the standby back, or switch semi-sync off on the holder.',
  },
  'events-will-stop': {
    title: 'scheduled events will stop after a move',
    role: 'tells',
    meaning:
      'The holder runs scheduled events that the standby keeps disabled, as replication does. After a move they run nowhere.',
    todo: "Enable them by hand after a move, or set events: 'managed' for the pair.",
  },
  'channel-detached': {
    title: 'the new holder receives nothing from the old one',
    role: 'hands-over',
    meaning:
      'The old holder has transactions that the new one lacks. Received now, they could overwrite newer rows, so the channel stays detached.',
    todo: 'Look at the transactions. Rebuild the old holder, or give the order reattach to take them.',
  },
  'channel-attached': {
    title: 'the new holder receives from the old one again',
    role: 'tells',
    meaning:
      'The channel that a failover had detached runs again: the old holder has nothing that the new one lacks, or a person accepted it.',
    todo: 'Nothing.',
  },
  'plan-waits': {
    title: 'a plan in flight makes no progress',
    role: 'hands-over',
    meaning: 'A plan has been in flight for 5 s without a step. The alert says what it waits for.',
    todo: 'Read what it waits for: EC2, the store, or a node.',
  },
  'vip-moved-by-hand': {
    title: 'somebody else moved the VIP',
    role: 'tells',
    meaning: 'EC2 shows the VIP on the other node, and no plan of ours moved it.',
    todo: 'Find out who moved it: AssignPrivateIpAddresses in CloudTrail. Use the order switchover instead.',
  },
  'writability-changed': {
    title: 'a person changed read_only',
    role: 'hands-over',
    meaning:
      'read_only was changed on a node that had not restarted, and not by us. It was undone once, or is left alone.',
    todo: 'Pause the pair before such work, or set it back.',
  },
  'tick-fails': {
    title: 'keepalambda cannot do its work',
    role: 'hands-over',
    meaning:
      'A pair’s state cannot be read or stored, so nothing can be done for it. It is tried again, more slowly each time.',
    todo: 'Read the error: the DynamoDB table, its permissions, or a record of a newer release.',
  },
  'all-clear': {
    title: 'all clear',
    role: 'ends',
    meaning: 'The pair is steady again: the holder serves, the standby is fit.',
    todo: 'Nothing.',
  },
} as const satisfies Record<string, EventText>;

export type EventCode = keyof typeof events;
