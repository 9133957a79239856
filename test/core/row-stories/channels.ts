/** Stories of the rows on channels and chain replicas. */
import {
  asksToRejoin,
  detached,
  endedAt2,
  failedAt2,
  gaveUpAt,
  halted1,
  halted2,
  leftBehind,
  logReset,
  marked1,
  refusedForOld,
  stuck,
  withReplica,
} from '../changes.ts';
import { hears1, hears2, holder, refused, standby, UUID2 } from '../world.ts';
import type { RowStory } from './row-story.ts';

export const whenChannelFails: readonly RowStory[] = [
  [
    'a channel is detached',
    'nothing is missing',
    [detached(''), halted1],
    'channel-may-attach attach-channel to db1',
  ],
  [
    'a channel is detached',
    'nothing is missing, and the log of the holder was reset: it would ask for all again',
    [detached(''), halted1, logReset],
    'channel-detached stay, page channel-detached',
  ],
  [
    'a channel gave up',
    'of the holder, and its log was reset',
    [holder(hears1(gaveUpAt(10))), logReset],
    'awaiting-confirmation observe',
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
    'of the holder, and its standby has nothing of its own',
    [holder(hears1(gaveUpAt(10)))],
    'channel-gave-up attach-channel to db1',
  ],
  [
    'a channel is refused by its source',
    'the standby was made anew, and the holder names its old GTIDs',
    [refusedForOld(`${UUID2}:1-9`)],
    'channel-gave-up attach-channel to db1',
  ],
  [
    'a channel is refused by its source',
    'of which it has received nothing that it does not know',
    [refusedForOld('')],
    'awaiting-confirmation observe',
  ],
  [
    'a channel is detached',
    "nothing is missing, and rejoin is 'ask'",
    [asksToRejoin, detached(''), halted1],
    'channel-detached stay, page channel-detached',
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
    'from a standby that never held the VIP, and its mark is on it beside an error of its own',
    [detached(null, 'db2'), endedAt2(1236, true)],
    'channel-may-attach attach-channel to db2',
  ],
  [
    'a channel is detached',
    'from a standby that never held the VIP: it was attached, nobody heard of it, and it has ended with an error of its own',
    [detached(null, 'db2'), endedAt2(1236, false)],
    'awaiting-confirmation observe',
  ],
  [
    'a channel is detached',
    'from a standby that never held the VIP, and could not be marked: it was stopped while its source did not answer',
    [detached(null, 'db2'), endedAt2(2003, false)],
    'channel-may-attach attach-channel to db2',
  ],
  [
    'a channel is detached',
    'from a standby that never held the VIP: it was attached, nobody heard of it, and its applier has stopped with an error',
    [detached(null, 'db2'), failedAt2],
    'awaiting-confirmation observe',
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
  [
    'a failover has left db2, and r01 may follow it',
    'the old holder is away',
    [withReplica, leftBehind, standby(refused)],
    'replicas-left-behind repoint-replicas to db1',
  ],
  [
    'a failover has left db2, and r01 may follow it',
    'the old holder is back, and lacks nothing',
    [withReplica, leftBehind],
    'replicas-left-behind repoint-replicas to db1',
  ],
];
