/** What a leader leaves in memory as it gives the lease back: what lasts, and was too recent to be noted before. */

import { changed } from '../changed.ts';
import type { Durations, Situation } from '../decision/situation.ts';
import { noteUnservedLeft } from '../decision/unserved.ts';
import { lastingOf } from './lasting.ts';
import type { Memory } from './memory.ts';
import { noteDoubt } from './note-roles.ts';

/** The same memory comes back where nothing lasts, so that a change of leader costs no write. `epoch`: of who leaves. */
export function noteLeaving(
  memory: Memory,
  situation: Situation,
  durations: Durations,
  epoch: number,
): Memory {
  const noted = noteUnservedLeft(memory, situation);
  // Where the ids are wrong, what is seen is that of other nodes.
  if (situation.misconfigured !== null) return noted;
  const isDoubted = situation.life === 'unsure' && memory.plan === null;
  const doubted = isDoubted ? noteDoubt(noted, situation, durations, 0) : noted;
  const lasting = lastingOf(durations, epoch, situation.nowMs);
  return lasting === null ? doubted : changed(doubted, { lasting });
}
