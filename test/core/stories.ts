/** What is seen of the pair, and what is done about it: a story for every row of the decision table. */
import {
  answers1,
  answers2,
  blindFor,
  type Change,
  configured,
  evidence,
  failingFor,
  full,
  hears1,
  hears2,
  holder,
  inFlight,
  instance,
  lockedOut,
  memory,
  NOW_MS,
  noRoom,
  refused,
  rememberedUnfit,
  standby,
  unanswered,
  unheardOf,
  vipAt,
  vipBlindFor,
} from './world.ts';

export const stopped = holder(refused);
export const silent = holder(unanswered);
export const stuck = holder(
  answers1({
    heartbeat: { kind: 'failed', forMs: 6000, because: 'disk full', cause: 'disk-full', blocker: null },
  }),
);
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
const detached = (missing: string | null, node = 'db1') =>
  memory({ detached: { node, from: node === 'db1' ? 'db2' : 'db1', atMs: NOW_MS, missing } });
export const openStandby = standby(answers2({ writable: true }));

export const stories: readonly [what: string, and: string, changes: readonly Change[], story: string][] = [
  ['a channel is detached', 'nothing is missing', [detached('')], 'channel-attach attach-channel to db1'],
  [
    'a channel is detached',
    'from the standby, which may always receive from the holder',
    [detached(null, 'db2')],
    'channel-attach attach-channel to db2',
  ],
  [
    'a channel is detached',
    'something is missing',
    [detached('3 transactions: a:1-3')],
    'channel-detached stay, page channel-detached',
  ],
  ['a channel is detached', 'not compared yet', [detached(null)], 'D24 all-clear'],
  ['a channel is detached', 'the old holder is away', [detached(''), standby(refused)], 'D25 observe'],
  ['a plan in flight', 'all well', [inFlight], 'D1 resume'],
  ['a plan in flight', 'the holder lost', [inFlight, stopped, deaf], 'D1 resume'],
  ['a plan in flight', "paused: it is an operator's own", [inFlight, paused], 'D1 resume'],
  ['a plan in flight', 'nothing is seen', [inFlight, blindFor(60_000)], 'D1 resume'],
  ['paused', 'all well', [paused], 'D2 observe'],
  ['paused', 'the holder stopped', [paused, stopped, deaf], 'D2 observe'],
  ['paused', 'the VIP on neither', [paused, unheld], 'D2 observe'],
  ['every vantage blind', 'for 5 s', [blindFor(5000)], 'D3 stay, page blind'],
  ['every vantage blind', 'for a moment', [blindFor(1000)], 'D25 observe'],
  ['both silent', 'EC2 says that they run', [silent, standby(unanswered)], 'D3 stay, page blind'],
  ['holder stopped', 'EC2 does not answer', [stopped, deaf, vipBlindFor(20_000)], 'D4 stay, page ec2-blind'],
  ['holder stuck', 'EC2 does not answer', [stuck, vipBlindFor(20_000)], 'D4 stay, page ec2-blind'],
  [
    'holder fails the check',
    'EC2 does not answer',
    [failing, lasting, vipBlindFor(20_000)],
    'D4 stay, page ec2-blind',
  ],
  ['holder serves', 'EC2 does not answer', [vipBlindFor(20_000)], 'D25 observe'],
  [
    'holder stopped',
    'EC2 has not answered yet',
    [stopped, deaf, evidence(() => ({ vip: null }))],
    'D5 observe',
  ],
  ['VIP on neither node', 'said once', [vipAt({ kind: 'nowhere' }, 1)], 'D5 observe'],
  ['VIP on neither node', 'the last holder serves', [unheld], 'D6 reattach-vip to db1'],
  [
    'VIP on neither node',
    'no holder before',
    [unheld, memory({ lastHolder: null })],
    'D6 reattach-vip to db1',
  ],
  [
    'VIP on neither node',
    'no holder before, db2 preferred',
    [unheld, configured({ prefer: 'db2' }), memory({ lastHolder: null })],
    'D6 reattach-vip to db2',
  ],
  [
    'VIP on neither node',
    'db2 preferred, db1 held it',
    [unheld, configured({ prefer: 'db2' })],
    'D6 reattach-vip to db1',
  ],
  [
    "VIP on a stranger's ENI",
    'the last holder serves',
    [vipAt({ kind: 'foreign', eniId: 'eni-9' })],
    'D6 reattach-vip to db1',
  ],
  ['VIP on neither node', 'the last holder stopped', [unheld, stopped, deaf], 'D10 failover to db2'],
  ['both stopped', 'repair is configured', [stopped, standby(refused), repair], 'D7 repair-node to db1'],
  ['both stopped', 'repair was tried', [stopped, standby(refused), repair, tried], 'D8 stay, page both-lost'],
  ['both stopped', 'no repair', [stopped, standby(refused)], 'D8 stay, page both-lost'],
  [
    'both silent',
    'EC2: the holder is stopped',
    [silent, standby(unanswered), instance('db1', 'stopped')],
    'D8 stay, page both-lost',
  ],
  ['holder stopped', 'standby refused once', [stopped, standby(refused, 1, 0)], 'D14 stay, page holder-lost'],
  ['holder stopped', 'a failover 10 s ago', [stopped, deaf, flapped], 'D9 stay, page flap-guard'],
  ['holder fails the check', 'a failover 10 s ago', [failing, lasting, flapped], 'D9 stay, page flap-guard'],
  ['holder refused once', 'standby fit', [holder(refused, 1, 0), deaf], 'D25 observe'],
  ['holder stopped', 'standby fit', [stopped, deaf], 'D10 failover to db2'],
  ['holder stopped', 'its channel is not dead yet', [stopped, hearing], 'D10 failover to db2'],
  ['holder silent', 'standby does not hear it', [silent, deaf], 'D10 failover to db2'],
  [
    'holder unanswered twice',
    'EC2: stopped',
    [holder(unanswered, 2, 300), deaf, instance('db1', 'stopped')],
    'D10 failover to db2',
  ],
  [
    'holder silent',
    'EC2: stopping, and the standby still hears it',
    [holder(unanswered, 3, 1000), hearing, instance('db1', 'stopping')],
    'D13 observe',
  ],
  [
    'holder silent',
    'EC2: stopping, and the standby does not hear it',
    [silent, deaf, instance('db1', 'stopping')],
    'D10 failover to db2',
  ],
  [
    'db2 holds and is stopped',
    'db1 was ready',
    [
      vipAt({ kind: 'node', node: 'db2' }),
      standby(refused),
      memory({ readiness: { node: 'db1', fit: true, reasons: [], atMs: NOW_MS } }),
    ],
    'D10 failover to db1',
  ],
  ['holder serves', 'EC2: stopping', [instance('db1', 'stopping')], 'D16 switchover to db2'],
  ['holder serves', 'EC2: shutting-down', [instance('db1', 'shutting-down')], 'D16 switchover to db2'],
  [
    'holder serves',
    'EC2: stopping, standby unfit',
    [instance('db1', 'stopping'), noRoom('db2')],
    'D25 observe',
  ],
  ['holder serves', 'EC2: stopping, to be waited for', [instance('db1', 'stopping'), waiting], 'D25 observe'],
  [
    'holder serves',
    'EC2: stopping, a failover 10 s ago',
    [instance('db1', 'stopping'), flapped],
    'D25 observe',
  ],
  ['holder serves', 'EC2: stopping, tried before', [instance('db1', 'stopping'), undone], 'D25 observe'],
  ['holder serves', 'EC2: stopping, paused', [instance('db1', 'stopping'), paused], 'D2 observe'],
  ['standby serves', 'EC2: stopping', [instance('db2', 'stopping')], 'D25 observe'],
  [
    'both serve',
    'EC2: both are stopping',
    [instance('db1', 'stopping'), instance('db2', 'stopping')],
    'D25 observe',
  ],
  ['holder stuck', 'EC2: stopping', [stuck, instance('db1', 'stopping')], 'D11 failover to db2'],
  ['holder stuck', 'standby fit', [stuck], 'D11 failover to db2'],
  ['holder stuck', 'standby unfit', [stuck, rememberedUnfit('it lags')], 'D14 stay, page holder-lost'],
  ['holder fails the check', 'for 10 s', [failing, lasting], 'D12 failover to db2'],
  ['holder fails the check', 'for 9 s', [failing, failingFor(9000)], 'D25 observe'],
  ['holder lags by 120 s', 'for 10 s', [holder(hears1({ lagSeconds: 120 })), lasting], 'D12 failover to db2'],
  [
    'holder cannot connect to the standby',
    'for a long time',
    [holder(hears1({ io: 'connecting' }))],
    'D24 all-clear',
  ],
  ['holder silent', 'witness hears it, for 1 s', [holder(unanswered, 3, 1000), hearing], 'D13 observe'],
  ['holder silent', 'witness hears it, for 10 s', [silent, hearing], 'D13 stay, page blind'],
  [
    'holder silent',
    'standby was unfit',
    [silent, deaf, rememberedUnfit('it lags')],
    'D14 stay, page holder-lost',
  ],
  [
    'holder stopped',
    'SQL thread of the standby stopped',
    [stopped, standby(hears2({ sql: 'no' }))],
    'D14 stay, page holder-lost',
  ],
  ['holder stopped', 'no room on the ENI', [stopped, deaf, noRoom('db2')], 'D14 stay, page holder-lost'],
  ['VIP on neither node', 'our login fails', [unheld, holder(lockedOut)], 'D15 stay, page vip-unheld'],
  ['our login fails', 'once', [holder(lockedOut, 1, 0)], 'D25 observe'],
  ['our login fails', 'twice', [holder(lockedOut)], 'D17 stay, page locked-out'],
  ['our login fails', 'on both', [holder(lockedOut), standby(lockedOut)], 'D17 stay, page locked-out'],
  ['holder has no connection left', 'standby fit', [holder(full)], 'D18 stay, page saturated'],
  ['standby takes writes', 'the holder too', [openStandby], 'D19 close-standby to db1'],
  [
    'standby takes writes',
    'the holder does not: closed first, so that there are never two',
    [openStandby, holder(answers1({ writable: false }))],
    'D19 close-standby to db1',
  ],
  ['standby takes writes', 'writability untouched', [openStandby, untouched], 'D24 all-clear'],
  ['holder read-only', 'after a restart', [holder(answers1({ writable: false }))], 'D20 open-holder to db1'],
  [
    'holder read-only',
    'writability untouched',
    [holder(answers1({ writable: false })), openStandby, untouched],
    'D24 all-clear',
  ],
  ['standby stopped', 'repair is configured', [standby(refused), repair], 'D21 repair-node to db2'],
  ['standby silent', 'for 1 s, repair is configured', [standby(unanswered, 3, 1000), repair], 'D25 observe'],
  [
    'standby silent',
    'for 10 s, repair is configured',
    [standby(unanswered), repair],
    'D21 repair-node to db2',
  ],
  [
    'standby stopped',
    'repair was tried',
    [standby(refused), repair, tried, rememberedUnfit('it is stopped')],
    'D23 stay, page standby-unfit',
  ],
  [
    'holder fails the check',
    'the policy is page',
    [failing, lasting, page],
    'D22 stay, page holder-fails-check',
  ],
  [
    'holder fails the check',
    'standby passes, but has no room',
    [failing, lasting, noRoom('db2')],
    'D22 stay, page holder-fails-check',
  ],
  [
    'both fail the check',
    'for 10 s',
    [failing, lasting, standby(hears2({ io: 'no' })), rememberedUnfit('x')],
    'D23 stay, page standby-unfit',
  ],
  [
    'standby stopped',
    'noted as unfit',
    [standby(refused), rememberedUnfit('it is stopped')],
    'D23 stay, page standby-unfit',
  ],
  [
    'standby lag unknown',
    'noted as unfit',
    [standby(hears2({ lagSeconds: null })), rememberedUnfit('x')],
    'D23 stay, page standby-unfit',
  ],
  ['standby lag unknown', 'just now', [standby(hears2({ lagSeconds: null }))], 'D25 observe'],
  ['steady', '', [], 'D24 all-clear'],
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
    'D24 all-clear',
  ],
  ['no look yet', 'at the standby', [unheardOf('db2')], 'D25 observe'],
];
