/** What is seen of the pair, and what is done about it: a story for every row of the decision table. */
import {
  answered,
  answers1,
  answers2,
  backup,
  blindFor,
  type Change,
  channel,
  configured,
  db1,
  lasting as durationsOf,
  evidence,
  failingFor,
  full,
  hanging,
  hears1,
  hears2,
  holder,
  hung,
  inFlight,
  instance,
  lockedOut,
  memory,
  misconfigured,
  NOW_MS,
  noRoom,
  position,
  refused,
  rememberedUnfit,
  standby,
  UUID1,
  UUID2,
  UUID3,
  unanswered,
  unheardOf,
  vipAt,
  vipBlindFor,
} from './world.ts';

const reported = { sinceMs: NOW_MS - 20_000, overSinceMs: null, times: 1, heldBack: 0 };

export const stopped = holder(refused);
export const silent = holder(unanswered);
export const stuck = holder(answers1({ heartbeat: hanging(6000) }));
export const restartedReadOnly = holder(answers1({ writable: false, uptimeSeconds: 5 }));
export const closedByHand = holder(answers1({ writable: false }));
const halfClosed1 = holder(answers1({ writable: false, halfClosed: true }));
export const openedOnce = memory({
  incident: { id: '41c', openedAtMs: NOW_MS - 60_000, row: 'D26', told: ['holder-opened'] },
});
/** db1 came back with less than db2 has received from it. */
export const behind = holder(
  answers1({ writable: false, uptimeSeconds: 3, executed: position(`${UUID1}:1-90`) }),
);
export const movedByHand = memory({ movedByHand: { from: 'db2', to: 'db1', atMs: NOW_MS - 2000 } });
/** db1, read-only, has not received what db2 wrote: its channel is stopped, or runs. */
const lateHolder = (io: 'yes' | 'no') =>
  holder(
    answered({
      ...db1,
      writable: false,
      inbound: channel({ io, sourceAddress: '10.0.1.12', sourceIdentity: UUID2, received: position('') }),
    }),
  );
/** The same without GTIDs, before it has read anything. */
const unnumberedHolder = holder(
  answered({
    ...db1,
    writable: false,
    executed: position(null, 5000),
    inbound: channel({
      io: 'no',
      sourceAddress: '10.0.1.12',
      sourceIdentity: UUID2,
      received: position(null, 100),
    }),
  }),
);
const detachedFrom = (node: 'db1' | 'db2', from: 'db1' | 'db2') =>
  memory({ detached: { node, from, atMs: NOW_MS - 1000, missing: null } });
const detachedFrom1 = detachedFrom('db2', 'db1');
const detachedFrom2 = detachedFrom('db1', 'db2');
/** db1 takes writes, and has not read all of what db2 wrote. */
const cutOffHolder = (io: 'yes' | 'connecting', heardAgoMs = 6000, lagSeconds: number | null = 0) =>
  holder(
    answered({
      ...db1,
      inbound: channel({
        ...{ io, heardAgoMs, lagSeconds, sourceAddress: '10.0.1.12', sourceIdentity: UUID2 },
        received: position('', 100),
      }),
    }),
  );
const newerStandby = (writable: boolean) =>
  standby(answers2({ writable, executed: position(`${UUID1}:1-100,${UUID2}:1-50`) }));
/** The heartbeat has come to the same for this long. */
const beatsSo = (kind: 'barred' | 'refused', forMs: number): Change =>
  durationsOf({ heartbeat: { kind, sinceMs: NOW_MS - forMs } });
const refusing = holder(
  answers1({
    heartbeat: { kind: 'refused', errno: 1792, message: 'Cannot execute in a READ ONLY transaction' },
  }),
);
const barred = holder(
  answers1({
    heartbeat: { kind: 'barred', because: 'the table keepalambda.heartbeat is locked', blocker: backup },
  }),
);
const locked = (forMs: number) =>
  holder(answers1({ heartbeat: hanging(forMs, { cause: 'global-lock', blocker: backup }) }));
const unacknowledged = (forMs: number) =>
  holder(
    answers1({
      heartbeat: hanging(forMs, { cause: 'semi-sync' }),
      semiSync: { waiting: true, timeoutMs: 10_000 },
    }),
  );
const hostBlocked = { errno: 1129, message: 'Host is blocked' };
export const failing = holder(hears1({ sql: 'no' }));
export const lasting = failingFor(10_000);
/** The channel has lost its source, as it does when the source is gone. */
export const deaf = standby(hears2({ io: 'connecting', lagSeconds: null, heardAgoMs: 4000 }));
export const hearing = standby(hears2({ heardAgoMs: 200 }));
export const unheld = vipAt({ kind: 'nowhere' });
export const paused = memory({ pause: { untilMs: NOW_MS + 60_000, by: 'eva', why: 'kernel' } });
export const repair = configured({ repair: ['mysqld'] });
export const page = configured({ holderReplicationFault: 'page' });
export const waiting = configured({ holderStopping: 'wait' });
export const undone = memory({
  incident: { id: '41c', openedAtMs: NOW_MS - 60_000, row: 'D16', told: ['switchover-undone'] },
});
export const untouched = configured({ writability: 'untouched' });
export const tried = memory({
  incident: { id: '41c', openedAtMs: NOW_MS - 60_000, row: 'D21', told: ['repaired'] },
});
export const flapped = memory({ failoversAtMs: [NOW_MS - 10_000] });
const detached = (missing: string | null, node = 'db1', hasServed = node === 'db1') =>
  memory({ detached: { node, from: node === 'db1' ? 'db2' : 'db1', atMs: NOW_MS, missing, hasServed } });
const setAside = memory({
  aside: { node: 'db2', run: 'r1', by: 'eva', why: 'rebuild: it is back', atMs: NOW_MS - 60_000 },
});
const asksToRejoin = configured({ rejoin: 'ask' });
/** The receiver stopped after this try of ten. */
const gaveUpAt = (attempt: number) => ({
  io: 'no' as const,
  lagSeconds: null,
  ioError: {
    errno: 2003,
    message: `Error connecting to source 'repl@10.0.1.11:3306'. This was attempt ${attempt}/10, with a delay of 60 seconds between attempts. Message: Can't connect`,
  },
});
/** Its channel is stopped, as detaching leaves it. */
const [halted1, halted2] = [holder(hears1({ io: 'no' })), standby(hears2({ io: 'no', lagSeconds: null }))];
/** mysqld has restarted, and its source refuses the account that was marked. */
const marked1 = holder(
  hears1({ io: 'connecting', ioError: { errno: 1045, message: 'Access denied for user' } }),
);
const startedAtMs = NOW_MS - db1.uptimeSeconds * 1000;
const seenOpen = memory({ settled: { db2: { is: 'open', startedAtMs } } });
const seenClosed = memory({ settled: { db1: { is: 'closed', startedAtMs } } });
const onDb1 = { kind: 'node', node: 'db1' } as const;
const through = { said: onDb1, looks: 3, atMs: NOW_MS, node: { place: onDb1, looks: 3 } };
export const openStandby = standby(answers2({ writable: true }));

/** A chain replica; and a failover from db2 after which nobody has looked at it. */
const withReplica = configured({ replicas: [{ name: 'r01', address: '10.0.1.31' }] });
const leftBehind = memory({ leftBehind: { node: 'db2', atMs: NOW_MS - 2000 } });

const standbyOut = memory({
  maintenance: {
    ...{ id: 'r1', work: 'restart', command: null, by: 'ann', why: 'my.cnf', startedAtMs: NOW_MS },
    ...{ nodes: ['db2', 'db1'], changed: [], done: [], known: [] },
    out: { node: 'db2', was: '17', untilMs: NOW_MS + 60_000 },
  },
});

export const stories: readonly [what: string, and: string, changes: readonly Change[], story: string][] = [
  [
    'a channel is detached',
    'nothing is missing',
    [detached(''), halted1],
    'channel-may-attach attach-channel to db1',
  ],
  [
    'a channel is detached',
    'nothing is missing, and mysqld has restarted',
    [detached(''), marked1],
    'channel-may-attach attach-channel to db1',
  ],
  [
    'a channel gave up',
    'of the standby, after its last try',
    [standby(hears2(gaveUpAt(10)))],
    'channel-gave-up attach-channel to db2',
  ],
  [
    'a channel gave up',
    'somebody stopped it before its last try',
    [standby(hears2(gaveUpAt(9)))],
    'awaiting-confirmation observe',
  ],
  [
    'a channel gave up',
    'of the holder, and its standby has nothing of its own',
    [holder(hears1(gaveUpAt(10)))],
    'channel-gave-up attach-channel to db1',
  ],
  [
    'a channel gave up',
    'of the holder, and its standby has something of its own',
    [holder(hears1(gaveUpAt(10))), standby(answers2({ executed: position(`${UUID1}:1-100,${UUID2}:1-5`) }))],
    'awaiting-confirmation observe',
  ],
  [
    'a channel gave up',
    'its SQL thread has an error as well',
    [standby(hears2({ ...gaveUpAt(10), sql: 'no', sqlError: { errno: 1062, message: 'Duplicate entry' } }))],
    'awaiting-confirmation observe',
  ],
  [
    'a channel gave up',
    'in a pause',
    [paused, standby(hears2(gaveUpAt(10)))],
    'awaiting-confirmation observe',
  ],
  [
    'a channel gave up',
    'of a node that is made anew',
    [setAside, standby(hears2(gaveUpAt(10)))],
    'awaiting-confirmation observe',
  ],
  [
    'a channel is detached',
    'nothing is missing, and the old holder is made anew',
    [detached(''), halted1, setAside],
    'awaiting-confirmation observe',
  ],
  [
    'a channel is detached',
    "nothing is missing, and rejoin is 'ask'",
    [asksToRejoin, detached(''), halted1],
    'channel-detached stay, page channel-detached',
  ],
  ['a channel is detached', 'somebody has started it', [detached('')], 'steady all-clear'],
  [
    'a channel is detached',
    "somebody has started it, and rejoin is 'ask'",
    [asksToRejoin, detached('')],
    'steady all-clear',
  ],
  [
    'a channel is detached',
    'from a standby that never held the VIP',
    [detached(null, 'db2'), halted2],
    'channel-may-attach attach-channel to db2',
  ],
  [
    'a channel is detached',
    'from a standby that never held the VIP, and the holder is stuck by now',
    [detached(null, 'db2'), halted2, stuck],
    'standby-may-attach attach-channel to db2',
  ],
  [
    'a channel is detached',
    'from a standby that held the VIP meanwhile, and the holder is stuck by now',
    [detached(null, 'db2', true), halted2, stuck],
    'holder-stuck failover to db2',
  ],
  [
    'a channel is detached',
    'from a standby that held the VIP meanwhile, and lacked something',
    [detached('3 transactions: a:1-3', 'db2', true), halted2],
    'channel-detached stay, page channel-detached',
  ],
  [
    'a channel is detached',
    'from a standby that held the VIP meanwhile, and nobody knows what it lacked',
    [detached(null, 'db2', true), halted2],
    'channel-detached stay, page channel-detached',
  ],
  [
    'a channel is detached',
    'something is missing',
    [detached('3 transactions: a:1-3')],
    'channel-detached stay, page channel-detached',
  ],
  ['a channel is detached', 'not compared yet', [detached(null)], 'steady all-clear'],
  [
    'a channel is detached',
    'the old holder is away',
    [detached(''), standby(refused)],
    'awaiting-confirmation observe',
  ],
  [
    'a failover has left db2, and r01 may follow it',
    'the old holder is away',
    [withReplica, leftBehind, standby(refused)],
    'replicas-left-behind repoint-replicas to db1',
  ],
  [
    'a failover has left db2, and r01 may follow it',
    'the old holder is back, and what it wrote last is not known yet',
    [withReplica, leftBehind, detached(null)],
    'steady all-clear',
  ],
  [
    'a failover has left db2, and r01 may follow it',
    'the old holder is back, and lacks nothing',
    [withReplica, leftBehind],
    'replicas-left-behind repoint-replicas to db1',
  ],
  [
    'a failover has left db2, and r01 may follow it',
    'in a pause',
    [withReplica, leftBehind, paused],
    'steady all-clear',
  ],
  [
    'a failover has left db2, and r01 may follow it',
    'the replica was taken out of the configuration',
    [leftBehind],
    'steady all-clear',
  ],
  [
    'db2 is out for a maintenance',
    'its server is restarted',
    [standbyOut, standby(refused), rememberedUnfit('it is stopped')],
    'standby-in-maintenance observe',
  ],
  ['db2 is out for a maintenance', 'it is up again', [standbyOut], 'steady all-clear'],
  [
    'db2 is out for a maintenance',
    'the holder dies meanwhile',
    [standbyOut, standby(refused), stopped, rememberedUnfit('it is stopped')],
    'both-lost stay, page both-lost',
  ],
  ['a plan in flight', 'all well', [inFlight], 'plan-in-flight resume'],
  ['a plan in flight', 'the holder lost', [inFlight, stopped, deaf], 'plan-in-flight resume'],
  ['a plan in flight', "paused: it is an operator's own", [inFlight, paused], 'plan-in-flight resume'],
  ['a plan in flight', 'nothing is seen', [inFlight, blindFor(60_000)], 'plan-in-flight resume'],
  ['paused', 'all well', [paused], 'steady all-clear'],
  [
    'paused',
    'the holder stopped',
    [paused, stopped, deaf],
    'holder-lost-standby-unfit stay, page holder-lost',
  ],
  ['paused', 'the VIP on neither', [paused, unheld], 'vip-unheld stay, page vip-unheld'],
  [
    'paused',
    'both stopped, repair is configured',
    [paused, stopped, standby(refused), repair],
    'both-lost stay, page both-lost',
  ],
  [
    'paused',
    'standby stopped, repair is configured',
    [paused, standby(refused), repair],
    'awaiting-confirmation observe',
  ],
  [
    'paused',
    'the holder fails the check',
    [paused, failing, lasting],
    'holder-fails-check-stays stay, page holder-fails-check',
  ],
  [
    'paused',
    'the standby came up writable',
    [paused, standby(answers2({ writable: true, uptimeSeconds: 5 }))],
    'two-writers close-standby to db1',
  ],
  [
    'paused',
    'the standby was opened by hand',
    [paused, openStandby],
    'writability-changed stay, page writability-changed',
  ],
  [
    'paused',
    'the standby was opened by hand, and the holder came up read-only',
    [paused, openStandby, restartedReadOnly],
    'holder-read-only open-holder to db1',
  ],
  [
    'paused',
    'the standby was half closed by hand while it was the holder',
    [paused, standby(answers2({ halfClosed: true })), seenOpen],
    'writability-changed stay, page writability-changed',
  ],
  [
    'paused',
    'the holder was half closed by hand before it was opened',
    [paused, halfClosed1, seenClosed],
    'writability-changed stay, page writability-changed',
  ],
  [
    'paused',
    'the holder was half closed by hand while it was the standby, and the VIP was moved by hand since',
    [paused, memory({ lastHolder: 'db2', settled: { db1: { is: 'closed', startedAtMs } } }), halfClosed1],
    'holder-read-only open-holder to db1',
  ],
  [
    'paused',
    'the holder came up read-only',
    [paused, restartedReadOnly],
    'holder-read-only open-holder to db1',
  ],
  [
    'paused',
    'the holder was closed by hand',
    [paused, closedByHand],
    'writability-changed stay, page writability-changed',
  ],
  [
    'paused',
    'the holder was half closed by hand',
    [paused, halfClosed1],
    'writability-changed stay, page writability-changed',
  ],
  ['holder closed by hand', 'once', [closedByHand], 'holder-read-only open-holder to db1'],
  [
    'holder closed by hand',
    'again',
    [closedByHand, openedOnce],
    'writability-changed stay, page writability-changed',
  ],
  ['EC2 shows another instance at an ENI', 'for the first time', [misconfigured(1)], 'misconfigured observe'],
  [
    'EC2 shows another instance at an ENI',
    'three times in a row',
    [misconfigured(3)],
    'misconfigured stay, page misconfigured',
  ],
  [
    'EC2 shows another instance at an ENI',
    'and the standby takes writes, which would be closed otherwise',
    [misconfigured(3), openStandby],
    'misconfigured stay, page misconfigured',
  ],
  [
    'EC2 shows another instance at an ENI',
    'and the holder is lost',
    [misconfigured(3), stopped, deaf],
    'misconfigured stay, page misconfigured',
  ],
  [
    'EC2 shows another instance at an ENI',
    'in the middle of a plan, which goes on',
    [misconfigured(3), inFlight],
    'plan-in-flight resume',
  ],
  [
    'the holder is silent, and the standby answers as it',
    '',
    [silent, standby(answers2({ identity: UUID1 }))],
    'misidentified stay, page identity-changed',
  ],
  [
    'both answer as one server',
    '',
    [standby(answers2({ identity: UUID1 }))],
    'misidentified stay, page same-identity',
  ],
  [
    'another server answers at the holder',
    '',
    [holder(answers1({ identity: UUID3 }))],
    'misidentified stay, page identity-changed',
  ],
  [
    'another server answers at the standby',
    'it was rebuilt',
    [standby(answers2({ identity: UUID3 }))],
    'steady all-clear',
  ],
  ['every vantage blind', 'for 5 s', [blindFor(5000)], 'blind stay, page blind'],
  [
    'every vantage blind',
    'the VIP is on no ENI',
    [blindFor(5000), vipAt({ kind: 'nowhere' }, 3)],
    'blind stay, page vip-unheld',
  ],
  ['every vantage blind', 'for a moment', [blindFor(1000)], 'awaiting-confirmation observe'],
  ['both silent', 'EC2 says that they run', [silent, standby(unanswered)], 'blind stay, page blind'],
  [
    'holder stopped',
    'EC2 does not answer',
    [stopped, deaf, vipBlindFor(20_000)],
    'ec2-blind stay, page ec2-blind',
  ],
  ['holder stuck', 'EC2 does not answer', [stuck, vipBlindFor(20_000)], 'ec2-blind stay, page ec2-blind'],
  [
    'holder stuck',
    'EC2 does not answer, and the holder does through the VIP',
    [stuck, vipBlindFor(20_000), evidence(() => ({ through }))],
    'ec2-blind stay, page ec2-blind',
  ],
  [
    'holder fails the check',
    'EC2 does not answer',
    [failing, lasting, vipBlindFor(20_000)],
    'ec2-blind stay, page ec2-blind',
  ],
  ['holder serves', 'EC2 does not answer', [vipBlindFor(20_000)], 'awaiting-confirmation observe'],
  [
    'holder read-only',
    'EC2 does not answer, for 2 s',
    [closedByHand, vipBlindFor(20_000), durationsOf({ unservedSinceMs: NOW_MS - 2000 })],
    'awaiting-confirmation observe',
  ],
  [
    'holder read-only',
    'EC2 does not answer, for 5 s',
    [closedByHand, vipBlindFor(20_000), durationsOf({ unservedSinceMs: NOW_MS - 5000 })],
    'service-lost stay, page service-lost',
  ],
  [
    'holder stopped',
    'EC2 has not answered yet',
    [stopped, deaf, evidence(() => ({ vip: null }))],
    'vip-unknown observe',
  ],
  ['VIP on neither node', 'said once', [vipAt({ kind: 'nowhere' }, 1)], 'vip-unknown observe'],
  ['VIP on neither node', 'the last holder serves', [unheld], 'vip-unheld-holder-serves reattach-vip to db1'],
  [
    'VIP on neither node',
    'the last holder takes writes, the other has transactions of its own',
    [unheld, standby(answers2({ executed: position(`${UUID1}:1-100,${UUID3}:1`) }))],
    'vip-unheld-holder-serves reattach-vip to db1',
  ],
  [
    'VIP on neither node',
    'the last holder is read-only, the other has transactions of its own',
    [
      unheld,
      holder(answers1({ writable: false })),
      standby(answers2({ executed: position(`${UUID1}:1-100,${UUID3}:1`) })),
    ],
    'vip-unheld stay, page vip-unheld',
  ],
  [
    'VIP on neither node',
    'the old holder is back with what the failover gave up, and takes writes',
    [
      unheld,
      standby(answers2({ writable: true, executed: position(`${UUID1}:1-100,${UUID3}:1`) })),
      memory({ detached: { node: 'db1', from: 'db2', atMs: NOW_MS, missing: null } }),
    ],
    'vip-unheld-holder-serves reattach-vip to db1',
  ],
  [
    'VIP on neither node',
    'the other node has transactions of its own, and takes writes',
    [unheld, standby(answers2({ writable: true, executed: position(`${UUID1}:1-100,${UUID3}:1`) }))],
    'vip-unheld stay, page vip-unheld',
  ],
  [
    'VIP on neither node',
    'writability is untouched, both take writes, and the other node has transactions of its own',
    [
      unheld,
      untouched,
      standby(answers2({ writable: true, executed: position(`${UUID1}:1-100,${UUID3}:1`) })),
    ],
    'vip-unheld-holder-serves reattach-vip to db1',
  ],
  [
    'VIP on neither node',
    'no holder before',
    [unheld, memory({ lastHolder: null })],
    'vip-unheld-holder-serves reattach-vip to db1',
  ],
  [
    'VIP on neither node',
    'no holder before, db2 preferred',
    [unheld, configured({ prefer: 'db2' }), memory({ lastHolder: null })],
    'vip-unheld-holder-serves reattach-vip to db2',
  ],
  [
    'VIP on neither node',
    'db2 preferred, db1 held it',
    [unheld, configured({ prefer: 'db2' })],
    'vip-unheld-holder-serves reattach-vip to db1',
  ],
  [
    'VIP on neither node',
    'the holder does not answer us, the standby hears it',
    [unheld, silent, hearing],
    'vip-unheld stay, page vip-unheld',
  ],
  [
    "VIP on a stranger's ENI",
    'the last holder serves',
    [vipAt({ kind: 'foreign', eniId: 'eni-9' })],
    'vip-unheld-holder-serves reattach-vip to db1',
  ],
  ['VIP on neither node', 'the last holder stopped', [unheld, stopped, deaf], 'holder-lost failover to db2'],
  [
    'both stopped',
    'repair is configured',
    [stopped, standby(refused), repair],
    'both-lost-repair repair-node to db1',
  ],
  [
    'both stopped',
    'repair was tried',
    [stopped, standby(refused), repair, tried],
    'both-lost stay, page both-lost',
  ],
  ['both stopped', 'no repair', [stopped, standby(refused)], 'both-lost stay, page both-lost'],
  [
    'both silent',
    'EC2: the holder is stopped',
    [silent, standby(unanswered), instance('db1', 'stopped')],
    'both-lost stay, page both-lost',
  ],
  [
    'holder stopped',
    'standby refused once',
    [stopped, standby(refused, 1, 0)],
    'holder-lost-standby-unfit stay, page holder-lost',
  ],
  ['holder stopped', 'a failover 10 s ago', [stopped, deaf, flapped], 'flap-guard stay, page flap-guard'],
  [
    'holder fails the check',
    'a failover 10 s ago',
    [failing, lasting, flapped],
    'flap-guard stay, page flap-guard',
  ],
  ['holder refused once', 'standby fit', [holder(refused, 1, 0), deaf], 'awaiting-confirmation observe'],
  ['holder stopped', 'standby fit', [stopped, deaf], 'holder-lost failover to db2'],
  [
    'holder stopped',
    'the standby still hears it',
    [stopped, hearing],
    'holder-lost-witnessed stay, page blind',
  ],
  [
    'holder stopped',
    'the standby still hears it, for 1 s',
    [holder(refused, 4, 1000), hearing],
    'holder-lost-witnessed observe',
  ],
  [
    'holder unanswered, and the standby hears it',
    'EC2: stopped',
    [silent, hearing, instance('db1', 'stopped')],
    'holder-lost failover to db2',
  ],
  [
    'holder silent',
    "the standby's channel was stopped",
    [silent, standby(hears2({ io: 'no', lagSeconds: null, heardAgoMs: 900 }))],
    'holder-lost-unwitnessed stay, page blind',
  ],
  [
    'holder silent',
    "the standby's channel was stopped, just now",
    [holder(unanswered, 3, 1000), standby(hears2({ io: 'no', lagSeconds: null, heardAgoMs: 900 }))],
    'holder-lost-unwitnessed observe',
  ],
  [
    'holder silent',
    'the standby has no room for us',
    [silent, standby(full)],
    'holder-lost-unwitnessed stay, page blind',
  ],
  [
    'holder stopped',
    'the standby has no room for us',
    [stopped, standby(full)],
    'holder-lost-standby-unfit stay, page holder-lost',
  ],
  [
    'holder hung',
    'the standby hears heartbeats, and no event for 5 s',
    [holder(hung), standby(hears2({ heardAgoMs: 300, receivedAgoMs: 5000 }))],
    'holder-lost failover to db2',
  ],
  [
    'holder hung',
    'the standby still receives events',
    [holder(hung), standby(hears2({ heardAgoMs: 300, receivedAgoMs: 4000 }))],
    'holder-lost-witnessed stay, page blind',
  ],
  ['holder silent', 'standby does not hear it', [silent, deaf], 'holder-lost failover to db2'],
  [
    'holder unanswered twice',
    'EC2: stopped',
    [holder(unanswered, 2, 300), deaf, instance('db1', 'stopped')],
    'holder-lost failover to db2',
  ],
  [
    'holder silent',
    'EC2: stopping, and the standby still hears it',
    [holder(unanswered, 3, 1000), hearing, instance('db1', 'stopping')],
    'holder-lost-witnessed observe',
  ],
  [
    'holder silent',
    'EC2: stopping, and the standby does not hear it',
    [silent, deaf, instance('db1', 'stopping')],
    'holder-lost failover to db2',
  ],
  [
    'db2 holds and is stopped',
    'db1 was ready',
    [
      vipAt({ kind: 'node', node: 'db2' }),
      standby(refused),
      holder(hears1({ io: 'connecting', lagSeconds: null, heardAgoMs: 4000 })),
      memory({ readiness: { node: 'db1', fit: true, reasons: [], atMs: NOW_MS } }),
    ],
    'holder-lost failover to db1',
  ],
  ['holder serves', 'EC2: stopping', [instance('db1', 'stopping')], 'holder-stopping switchover to db2'],
  [
    'holder serves',
    'EC2: shutting-down',
    [instance('db1', 'shutting-down')],
    'holder-stopping switchover to db2',
  ],
  [
    'holder serves',
    'EC2: stopping, standby unfit',
    [instance('db1', 'stopping'), noRoom('db2')],
    'awaiting-confirmation observe',
  ],
  [
    'holder serves',
    'EC2: stopping, to be waited for',
    [instance('db1', 'stopping'), waiting],
    'awaiting-confirmation observe',
  ],
  [
    'holder serves',
    'EC2: stopping, a failover 10 s ago',
    [instance('db1', 'stopping'), flapped],
    'awaiting-confirmation observe',
  ],
  [
    'holder serves',
    'EC2: stopping, tried before',
    [instance('db1', 'stopping'), undone],
    'awaiting-confirmation observe',
  ],
  [
    'holder serves',
    'EC2: stopping, paused',
    [instance('db1', 'stopping'), paused],
    'awaiting-confirmation observe',
  ],
  ['standby serves', 'EC2: stopping', [instance('db2', 'stopping')], 'awaiting-confirmation observe'],
  [
    'both serve',
    'EC2: both are stopping',
    [instance('db1', 'stopping'), instance('db2', 'stopping')],
    'awaiting-confirmation observe',
  ],
  ['a backup locks the holder', 'for 5 s', [locked(5000)], 'holder-locked stay, page holder-locked'],
  ['a backup locks the holder', 'for 4 s', [locked(4000)], 'awaiting-confirmation observe'],
  ['a backup locks the holder', 'for a minute', [locked(60_000)], 'holder-stuck failover to db2'],
  [
    'commits wait for an acknowledgement',
    'for 6 s',
    [unacknowledged(6000)],
    'waits-for-acknowledgement stay, page waits-for-acknowledgement',
  ],
  [
    'commits wait for an acknowledgement',
    '5 s past its timeout',
    [unacknowledged(15_000)],
    'holder-stuck failover to db2',
  ],
  [
    'our heartbeat is barred',
    'for 5 s',
    [barred, beatsSo('barred', 5000)],
    'heartbeat-barred stay, page heartbeat-barred',
  ],
  ['our heartbeat is barred', 'just now', [barred], 'awaiting-confirmation observe'],
  [
    'our heartbeat is barred',
    'for an hour: never stuck',
    [barred, beatsSo('barred', 3_600_000)],
    'heartbeat-barred stay, page heartbeat-barred',
  ],
  [
    'the holder refuses every write',
    'just now',
    [refusing],
    'holder-refuses-writes stay, page holder-refuses-writes',
  ],
  [
    'the holder refuses every write',
    'for 5 s',
    [refusing, beatsSo('refused', 5000)],
    'holder-stuck failover to db2',
  ],
  [
    'the holder refuses every write',
    'for 5 s, standby unfit',
    [refusing, beatsSo('refused', 5000), noRoom('db2')],
    'holder-lost-standby-unfit stay, page holder-lost',
  ],
  ['holder came back with less', 'the standby has everything', [behind], 'holder-behind failover to db2'],
  ['holder came back with less', 'paused', [behind, paused], 'holder-behind-stays stay, page holder-behind'],
  [
    'holder came back with less',
    'a failover 10 s ago',
    [behind, flapped],
    'holder-behind-stays stay, page holder-behind',
  ],
  [
    'holder came back with less',
    'and the standby has no room',
    [behind, noRoom('db2')],
    'holder-behind-stays stay, page holder-behind',
  ],
  [
    'holder came back with less',
    'and with something that the standby lacks',
    [holder(answers1({ writable: false, executed: position(`${UUID1}:1-90,${UUID3}:1`) }))],
    'holder-behind-stays stay, page holder-behind',
  ],
  [
    'holder came back with less',
    'and the VIP is on neither',
    [behind, unheld],
    'vip-unheld stay, page vip-unheld',
  ],
  [
    'VIP moved by hand',
    'to a node that does not receive what the other wrote',
    [movedByHand, lateHolder('no'), newerStandby(true)],
    'vip-moved-by-hand stay, page vip-moved-by-hand',
  ],
  [
    'VIP moved by hand',
    'the same, and the other is closed',
    [movedByHand, lateHolder('no'), newerStandby(false)],
    'vip-moved-by-hand stay, page vip-moved-by-hand',
  ],
  [
    'VIP moved by hand',
    'to a node that is still receiving what the other wrote',
    [movedByHand, lateHolder('yes'), newerStandby(true)],
    'two-writers close-standby to db1',
  ],
  [
    'VIP moved by hand',
    'the same, and the other is closed: it catches up first',
    [movedByHand, lateHolder('yes'), newerStandby(false)],
    'holder-read-only open-holder to db1',
  ],
  [
    'VIP moved by hand',
    'the same, a plan has stopped its channel since, and it has restarted: nothing more is to come',
    [movedByHand, detachedFrom2, lateHolder('no'), newerStandby(false)],
    'holder-read-only open-holder to db1',
  ],
  [
    'VIP moved by hand',
    'to a node that takes writes already, and is cut off from the other',
    [movedByHand, cutOffHolder('connecting'), newerStandby(true)],
    'old-holder-tail detach-channel to db1',
  ],
  [
    'VIP moved by hand',
    'the same, and the channel the other way has been stopped before',
    [movedByHand, detachedFrom1, cutOffHolder('connecting'), newerStandby(true)],
    'old-holder-tail detach-channel to db1',
  ],
  [
    'VIP moved by hand',
    'and taken away, from a node that does not receive what the other wrote, without GTIDs',
    [unheld, movedByHand, unnumberedHolder, standby(answers2({ executed: position(null, 900) }))],
    'vip-unheld stay, page vip-unheld',
  ],
  [
    'VIP moved by hand',
    'where both take writes, to a node that is cut off from the other',
    [untouched, movedByHand, cutOffHolder('connecting'), newerStandby(true)],
    'old-holder-tail detach-channel to db1',
  ],
  [
    'VIP moved by hand',
    'the same, and the other cannot be asked',
    [untouched, movedByHand, cutOffHolder('connecting'), standby(refused)],
    'old-holder-tail detach-channel to db1',
  ],
  [
    'VIP moved by hand',
    'the same, and its channel says that it runs, and has heard nothing',
    [untouched, movedByHand, cutOffHolder('yes', 6000), newerStandby(true)],
    'old-holder-tail detach-channel to db1',
  ],
  [
    'VIP moved by hand',
    'the same, and its channel has heard its source, and does not know its lag',
    [untouched, movedByHand, cutOffHolder('yes', 300, null), newerStandby(true)],
    'old-holder-tail detach-channel to db1',
  ],
  [
    'VIP moved by hand',
    'the same, and its channel has heard its source, and knows its lag: it receives',
    [untouched, movedByHand, cutOffHolder('yes', 300), newerStandby(true)],
    'steady all-clear',
  ],
  ['standby half closed', '', [standby(answers2({ halfClosed: true }))], 'two-writers close-standby to db1'],
  [
    'standby half closed',
    'it is made anew, and root fills it',
    [setAside, standby(answers2({ halfClosed: true }))],
    'awaiting-confirmation observe',
  ],
  [
    'standby takes writes',
    'it is made anew, and an application could write too',
    [setAside, openStandby],
    'two-writers close-standby to db1',
  ],
  ['holder half closed', '', [halfClosed1], 'holder-read-only open-holder to db1'],
  [
    'standby follows a stranger',
    '',
    [standby(hears2({ sourceIdentity: UUID3 }))],
    'standby-misdirected stay, page standby-misdirected',
  ],
  [
    'standby follows the VIP',
    '',
    [standby(hears2({ sourceAddress: '10.0.1.10' }))],
    'standby-misdirected stay, page standby-misdirected',
  ],
  [
    'holder stopped',
    'the standby follows a stranger',
    [stopped, standby(hears2({ sourceIdentity: UUID3, io: 'connecting' }))],
    'holder-lost-standby-unfit stay, page holder-lost',
  ],
  [
    'holder stopped',
    'the standby follows a stranger, and hears it',
    [stopped, standby(hears2({ sourceIdentity: UUID3 }))],
    'holder-lost-standby-unfit stay, page holder-lost',
  ],
  [
    'a backup locks the standby',
    'noted as unfit',
    [standby(answers2({ globalLock: backup })), rememberedUnfit('x')],
    'standby-locked stay, page standby-locked',
  ],
  [
    'a backup locks the standby',
    'just now',
    [standby(answers2({ globalLock: backup }))],
    'awaiting-confirmation observe',
  ],
  [
    'new logins refused',
    'by the holder, which serves',
    [holder(answers1({ loginRefused: { errno: 1045, message: 'Access denied' } }))],
    'login-refused stay, page login-refused',
  ],
  [
    'new logins refused',
    'by the standby, which serves',
    [standby(answers2({ loginRefused: hostBlocked }))],
    'login-refused stay, page login-refused',
  ],
  [
    'nobody could write for 20 s, and this look shows that it is over',
    'people know of a holder that was lost',
    [
      durationsOf({ unservedSinceMs: NOW_MS - 20_000 }),
      memory({ reports: { 'holder-lost': { ...reported, toldAtMs: [NOW_MS - 19_000] } } }),
    ],
    'steady all-clear',
  ],
  [
    'nobody could write for 20 s, and this look shows that it is over',
    'people know only of a standby that is unfit',
    [
      durationsOf({ unservedSinceMs: NOW_MS - 20_000 }),
      memory({ reports: { 'standby-unfit': { ...reported, toldAtMs: [NOW_MS - 19_000] } } }),
    ],
    'service-lost stay, page service-lost',
  ],
  [
    'the clock of the standby is 3 s behind',
    'for 10 s',
    [standby(answers2({ clockOffMs: -3000 })), durationsOf({ clockOffSinceMs: NOW_MS - 10_000 })],
    'clock-off stay, page clock-off',
  ],
  [
    'the clock of the standby is 3 s behind',
    'in one look, as when its answer came late',
    [standby(answers2({ clockOffMs: -3000 })), durationsOf({ clockOffSinceMs: NOW_MS - 1000 })],
    'steady all-clear',
  ],
  [
    'the clock of the holder is 2 s ahead',
    'which is not enough',
    [holder(answers1({ clockOffMs: 2000 })), durationsOf({ clockOffSinceMs: NOW_MS - 10_000 })],
    'steady all-clear',
  ],
  [
    'holder stopped',
    'the standby has blocked our host, and answers on the connection that we kept',
    [
      stopped,
      standby(
        answers2({
          loginRefused: hostBlocked,
          inbound: channel({ io: 'connecting', lagSeconds: null, heardAgoMs: 4000 }),
        }),
      ),
    ],
    'holder-lost failover to db2',
  ],
  [
    'standby takes writes',
    'it has blocked our host, and answers on the connection that we kept',
    [standby(answers2({ writable: true, loginRefused: hostBlocked }))],
    'two-writers close-standby to db1',
  ],
  [
    'source of the holder purged its log',
    'for 10 s',
    [holder(hears1({ io: 'no', ioError: { errno: 1236, message: 'purged' } })), lasting],
    'holder-fails-check-stays stay, page holder-fails-check',
  ],
  ['holder stuck', 'EC2: stopping', [stuck, instance('db1', 'stopping')], 'holder-stuck failover to db2'],
  ['holder stuck', 'standby fit', [stuck], 'holder-stuck failover to db2'],
  [
    'holder stuck',
    'standby unfit',
    [stuck, rememberedUnfit('it lags')],
    'holder-lost-standby-unfit stay, page holder-lost',
  ],
  ['holder fails the check', 'for 10 s', [failing, lasting], 'holder-fails-check failover to db2'],
  ['holder fails the check', 'for 9 s', [failing, failingFor(9000)], 'awaiting-confirmation observe'],
  [
    'holder lags by 120 s',
    'for 10 s',
    [holder(hears1({ lagSeconds: 120 })), lasting],
    'holder-fails-check failover to db2',
  ],
  [
    'holder cannot connect to the standby',
    'for a long time',
    [holder(hears1({ io: 'connecting' }))],
    'steady all-clear',
  ],
  [
    'holder silent',
    'witness hears it, for 1 s',
    [holder(unanswered, 3, 1000), hearing],
    'holder-lost-witnessed observe',
  ],
  [
    'holder silent',
    'witness hears it, for 10 s',
    [silent, hearing],
    'holder-lost-witnessed stay, page blind',
  ],
  [
    'holder silent',
    'standby was unfit',
    [silent, deaf, rememberedUnfit('it lags')],
    'holder-lost-standby-unfit stay, page holder-lost',
  ],
  [
    'holder stopped',
    'SQL thread of the standby stopped',
    [stopped, standby(hears2({ io: 'connecting', sql: 'no' }))],
    'holder-lost-standby-unfit stay, page holder-lost',
  ],
  [
    'holder stopped',
    'no room on the ENI',
    [stopped, deaf, noRoom('db2')],
    'holder-lost-standby-unfit stay, page holder-lost',
  ],
  ['VIP on neither node', 'our login fails', [unheld, holder(lockedOut)], 'vip-unheld stay, page vip-unheld'],
  ['our login fails', 'once', [holder(lockedOut, 1, 0)], 'awaiting-confirmation observe'],
  ['our login fails', 'twice', [holder(lockedOut)], 'holder-locked-out stay, page locked-out'],
  [
    'our login fails',
    'on both',
    [holder(lockedOut), standby(lockedOut)],
    'holder-locked-out stay, page locked-out',
  ],
  ['holder has no connection left', 'standby fit', [holder(full)], 'holder-saturated stay, page saturated'],
  ['standby takes writes', 'the holder too', [openStandby], 'two-writers close-standby to db1'],
  [
    'standby takes writes',
    'the holder does not: closed first, so that there are never two',
    [openStandby, holder(answers1({ writable: false }))],
    'two-writers close-standby to db1',
  ],
  ['standby takes writes', 'writability untouched', [openStandby, untouched], 'steady all-clear'],
  [
    'holder read-only',
    'after a restart',
    [holder(answers1({ writable: false }))],
    'holder-read-only open-holder to db1',
  ],
  [
    'holder read-only',
    'writability untouched',
    [holder(answers1({ writable: false })), openStandby, untouched],
    'holder-closed-untouched stay, page holder-refuses-writes',
  ],
  [
    'standby stopped',
    'repair is configured',
    [standby(refused), repair],
    'standby-repair repair-node to db2',
  ],
  [
    'standby silent',
    'for 1 s, repair is configured',
    [standby(unanswered, 3, 1000), repair],
    'awaiting-confirmation observe',
  ],
  [
    'standby silent',
    'for 10 s, repair is configured',
    [standby(unanswered), repair],
    'standby-repair repair-node to db2',
  ],
  [
    'standby stopped',
    'repair was tried',
    [standby(refused), repair, tried, rememberedUnfit('it is stopped')],
    'standby-unfit stay, page standby-unfit',
  ],
  [
    'holder fails the check',
    'the policy is page',
    [failing, lasting, page],
    'holder-fails-check-stays stay, page holder-fails-check',
  ],
  [
    'holder fails the check',
    'standby passes, but has no room',
    [failing, lasting, noRoom('db2')],
    'holder-fails-check-stays stay, page holder-fails-check',
  ],
  [
    'both fail the check',
    'for 10 s',
    [failing, lasting, standby(hears2({ io: 'no' })), rememberedUnfit('x')],
    'standby-unfit stay, page standby-unfit',
  ],
  [
    'standby stopped',
    'noted as unfit',
    [standby(refused), rememberedUnfit('it is stopped')],
    'standby-unfit stay, page standby-unfit',
  ],
  [
    'standby lag unknown',
    'noted as unfit',
    [standby(hears2({ lagSeconds: null })), rememberedUnfit('x')],
    'standby-unfit stay, page standby-unfit',
  ],
  [
    'standby lag unknown',
    'just now',
    [standby(hears2({ lagSeconds: null }))],
    'awaiting-confirmation observe',
  ],
  ['steady', '', [], 'steady all-clear'],
  [
    'steady',
    'db2 holds, db1 is preferred: no fail-back',
    [
      vipAt({ kind: 'node', node: 'db2' }),
      configured({ prefer: 'db1' }),
      holder(answers1({ writable: false })),
      openStandby,
      memory({ readiness: null }),
    ],
    'steady all-clear',
  ],
  ['no look yet', 'at the standby', [unheardOf('db2')], 'awaiting-confirmation observe'],
];
