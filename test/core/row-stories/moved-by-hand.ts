/** Stories of a VIP that a person has moved. */
import {
  cutOffHolder,
  detachedFrom1,
  detachedFrom2,
  lateHolder,
  movedByHand,
  newerStandby,
  untouched,
} from '../changes.ts';
import { lockedOut, refused, standby, UUID3 } from '../world.ts';
import type { RowStory } from './row-story.ts';

export const whenMovedByHand: readonly RowStory[] = [
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
    'to a node that hears the other, which does not let us ask it',
    [movedByHand, lateHolder('yes'), standby(lockedOut)],
    'holder-read-only open-holder to db1',
  ],
  [
    'VIP moved by hand',
    'the same, and its channel has heard nothing for a while',
    [movedByHand, lateHolder('yes', 2000), standby(lockedOut)],
    'vip-moved-by-hand stay, page vip-moved-by-hand',
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
  [
    'VIP moved by hand',
    'the same, and somebody has stopped its channel, who will start it again',
    [untouched, movedByHand, cutOffHolder('no'), newerStandby(true)],
    'old-holder-tail detach-channel to db1',
  ],
  [
    'VIP moved by hand',
    'the same, with what it received still to be applied: cut off for good, it would lose that',
    [untouched, movedByHand, cutOffHolder('no', 6000, null, { caughtUp: false }), standby(refused)],
    'awaiting-confirmation observe',
  ],
  [
    'VIP moved by hand',
    'the same, and its channel follows another server: there is none from the old one',
    [untouched, movedByHand, cutOffHolder('no', 6000, null, { sourceIdentity: UUID3 }), standby(refused)],
    'awaiting-confirmation observe',
  ],
];
