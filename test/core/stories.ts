/** What is seen of the pair, and what is done about it: a story for every row of the decision table. */
import { whenBothLost } from './row-stories/both-lost.ts';
import { whenChannelFails } from './row-stories/channels.ts';
import { whenHeld } from './row-stories/held.ts';
import { whenLost } from './row-stories/lost.ts';
import { whenMovedByHand } from './row-stories/moved-by-hand.ts';
import type { RowStory } from './row-stories/row-story.ts';
import { whenServed } from './row-stories/served.ts';
import { whenStandbyUnfit } from './row-stories/standby-unfit.ts';
import { whenStopping } from './row-stories/stopping.ts';
import { whenUnclear } from './row-stories/unclear.ts';

export const stories: readonly RowStory[] = [
  ...whenUnclear,
  ...whenBothLost,
  ...whenLost,
  ...whenHeld,
  ...whenMovedByHand,
  ...whenStopping,
  ...whenServed,
  ...whenStandbyUnfit,
  ...whenChannelFails,
];
