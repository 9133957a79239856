/**
 * Every alert, written once. `docs/events.md` is printed from this table; the runbook has an
 * article for each code, under a heading of the same name.
 */

export interface EventText {
  /** In one line, for the subject of an e-mail. `{holder}` and `{standby}` stand for the names of the nodes. */
  readonly title: string;
  /** Whether it ends an incident, hands it over to a person, or only reports. */
  readonly role: 'tells' | 'hands-over' | 'ends';
  /** What it means. */
  readonly meaning: string;
  /** What is left for a person to do. */
  readonly todo: string;
}

export const events = {
  'failover-started': {
    title: 'FAILING OVER {holder} -> {standby}',
    role: 'tells',
    meaning: 'The holder is lost or fails the check, and the standby is fit. The failover has begun.',
    todo: 'Nothing yet. The next alert says how it ended.',
  },
  'failover-done': {
    title: 'FAILED OVER to {holder}',
    role: 'tells',
    meaning: 'The VIP is on the new holder, and it takes writes. A commit through the VIP has verified this.',
    todo: 'Find out what was wrong with {standby}, and bring it back as standby. keepalambda does not move the VIP back.',
  },
  'failover-aborted': {
    title: 'FAILOVER FAILED, the VIP stays on {holder}',
    role: 'hands-over',
    meaning:
      'The failover was stopped before the VIP was moved, because a step failed or the holder serves again. What had been done was undone.',
    todo: 'Read why it was stopped. Fix the cause, or fail over by force, which loses what {standby} has not received.',
  },
  'plan-incomplete': {
    title: 'STOPPED HALF-WAY: a step of a plan failed',
    role: 'hands-over',
    meaning:
      'A step failed, and the steps before it were not undone. If one of them moves the VIP, it may have been moved. keepalambda tries again to open the holder and to close the standby.',
    todo: 'Read which step failed, and check who answers through the VIP.',
  },
  'switchover-done': {
    title: 'SWITCHED OVER to {holder}',
    role: 'tells',
    meaning: 'A planned change of the holder: every acknowledged write was applied on the new holder first.',
    todo: 'Nothing.',
  },
  'switchover-undone': {
    title: 'switchover undone, the VIP stays on {holder}',
    role: 'tells',
    meaning:
      'A step failed or took too long before the VIP was moved. What had been done was undone. The alert says whether the holder takes writes again.',
    todo: 'Read which step failed, fix the cause, and switch over again.',
  },
  'would-act': {
    title: 'would act, but the mode is observe',
    role: 'hands-over',
    meaning:
      "The pair's mode is observe: keepalambda decided what to do, and did nothing. The alert lists the steps of its plan.",
    todo: "Do it by hand, if it is right. To have keepalambda do it, set mode: 'act' for the pair and deploy.",
  },
  'vip-reattached': {
    title: 'VIP attached to {holder} again',
    role: 'tells',
    meaning: 'The VIP was on neither node. It is now on a node that serves.',
    todo: 'Find out who removed it: the EC2 API calls are in CloudTrail.',
  },
  'vip-unheld': {
    title: 'CANNOT WRITE: the VIP is on no node',
    role: 'hands-over',
    meaning:
      'EC2 shows the VIP on neither node. keepalambda gives it to no node, because none is known to serve with all writes, or because a pause is on.',
    todo: 'Start a node, or order a forced failover to the node that should take the VIP.',
  },
  'holder-opened': {
    title: '{holder} was read-only and takes writes again',
    role: 'tells',
    meaning: 'The holder was read-only, for example after a restart. It takes writes again.',
    todo: 'Find out why it was read-only, if it was not a restart.',
  },
  'standby-closed': {
    title: '{standby} was not read-only and was closed',
    role: 'tells',
    meaning:
      'The standby took writes, or was half closed. Two writers can diverge, so it was closed: made read-only.',
    todo: 'Find out who opened it, unless it is the old holder of a failover that could not close it. Check whether it has transactions that the holder lacks.',
  },
  'standby-unfit': {
    title: '{standby} cannot take over',
    role: 'hands-over',
    meaning: 'A failover to the standby is not possible now. The alert names the reasons.',
    todo: 'Fix the standby before it is needed.',
  },
  'holder-fails-check': {
    title: 'replication into {holder} is broken or late, the VIP stays',
    role: 'hands-over',
    meaning:
      'Replication into the holder is broken or lags too much. The VIP stays, because the fault is on the standby, or the standby cannot take over, or the policy is `page`, or a pause is on.',
    todo: 'Fix replication on the holder.',
  },
  'holder-lost': {
    title: 'CANNOT WRITE: {holder} is lost, the VIP was not moved',
    role: 'hands-over',
    meaning:
      'Clients cannot write. keepalambda did not fail over, because that could lose writes, or because a pause is on: a person must decide.',
    todo: 'Bring {holder} back, or fail over by hand and accept the loss that the alert names.',
  },
  'service-lost': {
    title: 'CANNOT WRITE through the VIP',
    role: 'hands-over',
    meaning:
      'For 5 s or more no node has taken writes through the VIP, and no other rule acts or names the cause.',
    todo: 'Read the causes in the alert. If it does not end by itself, fix the cause, or fail over by hand.',
  },
  'both-lost': {
    title: 'CANNOT WRITE: {holder} and {standby} are both down',
    role: 'hands-over',
    meaning: 'Neither node serves. The VIP stays where it is.',
    todo: 'Bring {holder} back first, because it has the newest writes.',
  },
  blind: {
    title: 'cannot see the pair, nothing is moved',
    role: 'hands-over',
    meaning:
      'No vantage can see the nodes, or both nodes stopped answering at once and EC2 does not report that one has stopped. Or only the holder does not answer, and the standby hears it or cannot say whether it is alive. Nothing is moved without evidence.',
    todo: 'Check the probe functions, their subnets and security groups.',
  },
  'ec2-blind': {
    title: 'EC2 does not answer, or does not move the VIP',
    role: 'hands-over',
    meaning:
      'EC2 does not report where the VIP is, or did not move it. A plan in flight goes on when EC2 answers.',
    todo: 'Check the AWS Health Dashboard, and the permissions of the watch function.',
  },
  'locked-out': {
    title: '{holder} refuses the login of keepalambda',
    role: 'hands-over',
    meaning: 'The server is alive but refuses our login: password, TLS or grants. No failover for this.',
    todo: 'Correct the credentials parameter or the account.',
  },
  saturated: {
    title: '{holder} has no connection left',
    role: 'hands-over',
    meaning: 'The server is alive and its connection table is full. No failover for this.',
    todo: 'Find who holds the connections; raise max_connections, or keep one for administration.',
  },
  'flap-guard': {
    title: 'CANNOT WRITE: no more automatic failovers for now',
    role: 'hands-over',
    meaning:
      'A failover is wanted, and there were too many automatic ones in the last hour, or one just now. A person must decide on the next.',
    todo: 'Find the cause. Then acknowledge the failovers, which allows automatic ones again, or fail over by hand.',
  },
  repaired: {
    title: 'a service was restarted on a host',
    role: 'tells',
    meaning:
      'A node was lost, so keepalambda ordered the restart of its services through SSM, once in this incident. The steps in the alert say what came of it. A mysqld that answers on its own host is left alone: then it is the way to it that is broken.',
    todo: 'Find out why the service had stopped.',
  },
  'loss-counted': {
    title: '{standby} is back, the loss is counted',
    role: 'tells',
    meaning:
      'The old holder of a failover answers again, so the two nodes were compared. The alert lists what the new holder lacks, or says that nothing is missing.',
    todo: 'Look at what is missing, by divergence. Replication may have copied it since.',
  },
  paused: {
    title: 'paused',
    role: 'tells',
    meaning: 'An operator paused the pair. keepalambda watches and alerts, but moves nothing.',
    todo: 'Resume when the work is done. The pause also ends by itself.',
  },
  resumed: {
    title: 'the pause is over',
    role: 'tells',
    meaning: 'The pause is over: its time ended, or an operator ended it.',
    todo: 'Nothing.',
  },
  'holder-behind': {
    title: 'CANNOT WRITE: {holder} lost transactions and is not opened',
    role: 'hands-over',
    meaning:
      'The holder came back read-only, and it lost transactions that it had sent to the standby. If it were opened, it would use their GTIDs again for other rows.',
    todo: 'Fail over to the standby, which has these transactions, or rebuild the holder.',
  },
  'holder-locked': {
    title: 'commits hang on {holder}: a session holds a lock',
    role: 'hands-over',
    meaning:
      'Commits hang because a session holds a global lock, mostly a backup. The alert names the session where the server shows it. The server itself may be healthy.',
    todo: 'Wait for the backup, or end the session that the alert names.',
  },
  'holder-refuses-writes': {
    title: 'CANNOT WRITE: {holder} refuses every write',
    role: 'hands-over',
    meaning:
      'Each write on the holder fails: innodb_read_only, transaction_read_only or a full tablespace. Or offline_mode is on, and it refuses all clients. Or read_only is on, and keepalambda may not change it (writability: untouched).',
    todo: 'Read the cause in the alert and correct the setting on the holder.',
  },
  'heartbeat-barred': {
    title: 'the heartbeat cannot be written on {holder}',
    role: 'tells',
    meaning:
      'The heartbeat fails because of its table or our account: no table, no grant, or a lock on the table. Clients need neither, but until this is fixed, nobody notices a holder that commits nothing.',
    todo: 'Restore the grants, create the table, or end the session that locks it.',
  },
  'login-refused': {
    title: 'new logins of keepalambda are refused',
    role: 'tells',
    meaning:
      'A server refuses new logins of our account, but still answers on the connection that we have open.',
    todo: 'Fix the cause that the alert names: password, connection limit, or blocked host (FLUSH HOSTS; on MySQL 8.0 and later TRUNCATE TABLE performance_schema.host_cache).',
  },
  'standby-log-reset': {
    title: 'the binary log of {standby} was reset',
    role: 'hands-over',
    meaning:
      'The standby has the rows that it applied before the reset, but does not know their GTIDs any more. It can take over, but the other node could not follow it afterwards.',
    todo: 'Give the standby these GTIDs again, as the alert says, or rebuild it.',
  },
  'clock-off': {
    title: 'the clock of a host is off',
    role: 'hands-over',
    meaning:
      'The clock of a node differs from ours by more than 2 s. The lag that the server reports, and the times that clients write, are wrong.',
    todo: 'Start chronyd (or ntpd) on that host, with the Amazon Time Sync Service, 169.254.169.123.',
  },
  'standby-misdirected': {
    title: '{standby} follows another server than {holder}',
    role: 'hands-over',
    meaning:
      'The standby replicates from another server than the holder, or through the VIP. It cannot take over.',
    todo: 'Point its replication at the holder’s own address again.',
  },
  misconfigured: {
    title: 'the environment file does not fit EC2, nothing is done',
    role: 'hands-over',
    meaning:
      'EC2 shows the instances, ENIs or addresses of the pair otherwise than the environment file says. keepalambda does nothing for this pair until that is fixed.',
    todo: 'Correct in the environment file what the alert names, and deploy.',
  },
  'same-identity': {
    title: 'both nodes answer as one server, nothing is done',
    role: 'hands-over',
    meaning:
      'Both nodes have the same server UUID (or server id, on MariaDB), or one server answers at both addresses. keepalambda does nothing for this pair until that is fixed.',
    todo: 'Give one of them a new identity: delete its auto.cnf and restart it, or set another server_id.',
  },
  'identity-changed': {
    title: 'another server answers at a node',
    role: 'hands-over',
    meaning:
      'A node answers with another server UUID than before. A changed standby is accepted as rebuilt. For a changed holder, keepalambda does nothing until you acknowledge it.',
    todo: 'If you rebuilt the node, acknowledge it. Otherwise find out which server answers at its address.',
  },
  'standby-locked': {
    title: '{standby} cannot apply what it receives',
    role: 'hands-over',
    meaning:
      'The standby receives transactions and cannot apply them: a global read lock (a backup) or a full disk. It cannot take over while this lasts.',
    todo: 'Wait for the backup, end the session that the alert names, or free the disk.',
  },
  'standby-writes': {
    title: 'something writes on the read-only {standby}',
    role: 'hands-over',
    meaning: 'The standby is read-only, but a privileged account or an event writes there.',
    todo: 'Find the account or the event that writes, and stop it.',
  },
  'waits-for-acknowledgement': {
    title: 'commits on {holder} wait for a semi-sync standby',
    role: 'hands-over',
    meaning:
      'Commits on the holder wait because no standby acknowledges them. They go on at the semi-sync timeout, or when the standby is back.',
    todo: 'Bring the standby back, or switch semi-sync off on the holder.',
  },
  'events-will-stop': {
    title: 'scheduled events will stop after a move',
    role: 'tells',
    meaning:
      'The holder runs scheduled events that are disabled on the standby. After a move of the VIP they run on neither node.',
    todo: "Enable them by hand after a move, or set events: 'managed' for the pair.",
  },
  'doctor-found': {
    title: 'the servers have settings that make a failover fail or do harm',
    role: 'tells',
    meaning:
      'Every hour, doctor reads the settings of both servers. It found dangers that it had not found before.',
    todo: 'Ask doctor for each cause and its fix.',
  },
  'doctor-clear': {
    title: 'doctor finds no danger any more',
    role: 'tells',
    meaning: 'What doctor-found has alerted is put right.',
    todo: 'Nothing.',
  },
  'channel-detached': {
    title: '{holder} receives nothing from {standby}',
    role: 'hands-over',
    meaning:
      'A failover, or a move of the VIP by hand, stopped this channel. The alert names why it stays stopped: mostly, the old holder has transactions that the new holder lacks. If they were applied now, they could overwrite newer rows.',
    todo: 'Look at the transactions. Rebuild the old holder, or give the order reattach to apply them.',
  },
  'channel-attached': {
    title: '{holder} receives from {standby} again',
    role: 'tells',
    meaning:
      'A channel that a failover had detached was started again. What comes through it overwrites no newer row, or a person accepted that it may.',
    todo: 'Nothing.',
  },
  'channel-restarted': {
    title: 'replication between the nodes was started again',
    role: 'tells',
    meaning:
      'A channel had stopped by itself after its last try to connect. The other node answers again, so it was started.',
    todo: 'Nothing. To have the server try for longer, set SOURCE_RETRY_COUNT of its channel.',
  },
  'replicas-repointed': {
    title: 'chain replicas follow {holder} now',
    role: 'tells',
    meaning:
      'Chain replicas of the lost node were pointed at the new holder by GTID. They had nothing that it lacks, and it had all that they lack.',
    todo: 'Nothing.',
  },
  'replicas-left-behind': {
    title: 'chain replicas of {standby} get no writes',
    role: 'hands-over',
    meaning:
      'A failover has left a node that chain replicas follow, and they were not pointed at the new holder: the setting is `alert`, or the alert names what keeps them from it. They fall behind.',
    todo: 'Point each replica at the new holder, as the alert says, or bring the lost node back.',
  },
  'maintenance-stopped': {
    title: 'a maintenance stopped before its end',
    role: 'tells',
    meaning:
      'A step of `maintain` failed, or doctor found something new. What was changed stays. The node that is out stays out until the time that the alert names.',
    todo: 'Fix what the alert names and give the same order again: it goes on from there. Or end it with maintain PAIR --stop.',
  },
  'plan-waits': {
    title: 'a plan in flight makes no progress',
    role: 'hands-over',
    meaning: 'A plan in flight has finished no step for 5 s. The alert names what it waits for.',
    todo: 'Check what it waits for: EC2, the store, or a node.',
  },
  'vip-moved-by-hand': {
    title: 'the VIP was moved to {holder}, not by keepalambda',
    role: 'tells',
    meaning:
      'EC2 shows the VIP on the other node, and no plan in flight moved it there: somebody else did, or EC2 carried out an order late.',
    todo: 'Find out who moved it: AssignPrivateIpAddresses in CloudTrail. Next time use the order switchover.',
  },
  'writability-changed': {
    title: 'read_only was changed, not by keepalambda',
    role: 'hands-over',
    meaning:
      'Somebody changed read_only on a node that had not restarted. keepalambda undoes this once, and never in a pause.',
    todo: 'Set it back, or pause the pair before such work.',
  },
  'tick-fails': {
    title: 'keepalambda cannot act for this pair',
    role: 'hands-over',
    meaning:
      'The state of the pair cannot be read or stored, so keepalambda can do nothing for it. It tries again: each second at first where clients may wait, then less and less often.',
    todo: 'Read the error. Check the DynamoDB table, its permissions, or whether a newer release wrote the record.',
  },
  'not-acknowledged': {
    title: 'nobody has acknowledged the incident',
    role: 'hands-over',
    meaning:
      'An incident with a critical alert has been open for `escalationMinutes`, and nobody has acknowledged it. This goes to the topic for escalations alone, now and each hour.',
    todo: 'Acknowledge the incident, so that others know that you work on it. Then do what its alerts say.',
  },
  'all-clear': {
    title: 'all clear, {holder} serves',
    role: 'ends',
    meaning: 'The pair is steady again: the holder serves, and the standby can take over.',
    todo: 'Nothing.',
  },
} as const satisfies Record<string, EventText>;

export type EventCode = keyof typeof events;

/** Of a code that only another release knows. */
const unknownEvent: EventText = {
  title: 'an alert of another release',
  role: 'tells',
  meaning:
    'Another release of keepalambda left this alert, and the release that runs now does not know its code.',
  todo: 'Read what happened. The runbook of the release that made the alert has an article about its code.',
};

/** The texts of an alert that was read from the store: a release that was rolled back may have left any code. */
export function eventOf(code: string): EventText {
  return Object.hasOwn(events, code) ? events[code as EventCode] : unknownEvent;
}
