/** Whether a standby was fit, and how far its holder had come, as it is remembered for the time when the holder is lost. */
import type { Position } from '../evidence/sighting.ts';
import type { NodeName } from '../names.ts';

/** Kinds of reasons that may pass before the holder is lost. None is set beside a reason of another kind. */
export interface Passing {
  /** It has not applied what it received: it lags, or a session's lock keeps it from applying. It may catch up. */
  readonly isLate?: boolean;
  /** It has all data, but its ENI, its instance or its binary log keeps it from the role. These can be asked again. */
  readonly isBarred?: boolean;
  /** It does not answer, or its channel does not run or follows another: what it has by the end decides (`LastEnds`). */
  readonly isCutOff?: boolean;
  /** It refuses our login, so its channel is unknown, and older knowledge of it ages. */
  readonly isUnasked?: boolean;
}

/** Whether the standby was fit while the holder still served: what a failover may rely on. */
export interface Readiness extends Passing {
  readonly node: NodeName;
  readonly fit: boolean;
  readonly reasons: readonly string[];
  /** Those of them that only a look at both nodes can take back. Absent where there are none, and in older records. */
  readonly ofHistory?: readonly string[];
  readonly atMs: number;
  /** `Server.startSecond` of the process that was judged. Absent where it was not read, and in older records. */
  readonly startSecond?: number;
  /** When it was fit last, of one that has been unasked since. */
  readonly fitAtMs?: number;
}

/** The end of a holder's history, as it said itself, when it was first and when it was last the end. */
export interface HolderEnd {
  readonly node: NodeName;
  readonly position: Position;
  readonly sinceMs: number;
  readonly untilMs: number;
  /** Its commits waited for a semi-synchronous standby: no client knows of the newest. Absent where they did not. */
  readonly isUntold?: boolean;
  /** Its own channel was connected to the other node then, which lived, whoever refused us in its name. */
  readonly hearsPeer?: true;
}

/** By which of its ends a standby is measured when the holder is lost. Null where it was not seen long enough. */
export interface LastEnds {
  /** Who lacks any of this lacks what the holder had `readinessMs` before its last commit. */
  readonly needed: HolderEnd | null;
  /**
   * The first that was seen, where the holder was not seen long enough: it is newer than what is needed, so who has all of it has
   * that, too; who has not may have that. Absent otherwise, and in older records.
   */
  readonly first?: HolderEnd;
  /** Who has all of this lacks only what the holder committed since. */
  readonly proof: HolderEnd | null;
  /**
   * For how long the standby had received nothing when `last` was first seen, by the clock of whoever noted it. Absent where that
   * is not known, where no client was told of `last`, and in older records. Milliseconds.
   */
  readonly silentMs?: number;
  /** The last that the holder said. */
  readonly last: HolderEnd | null;
}
