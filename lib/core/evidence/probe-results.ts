/** What the probe answers when a step of a plan asks it to change or inspect a node. */
import type { Heartbeat, Position, Session } from './sighting.ts';

/** What fencing or freezing did. */
export interface Closed {
  /** Whether the node took writes before. */
  readonly wasWritable: boolean;
  /** How many application connections were killed. */
  readonly killed: number;
  /** The end of its history once it took no more writes. */
  readonly position: Position;
}

/** What catching up reached. */
export interface CaughtUp {
  readonly reached: boolean;
  /** Where it stands in its source's history. */
  readonly applied: Position;
  readonly received: Position;
  /** The end of its own history. */
  readonly executed: Position;
  /** Why it was not reached. */
  readonly because: string;
}

/** Who answered through the VIP. */
export interface Answered {
  readonly identity: string;
  /** Whether it takes an application's writes. */
  readonly writable: boolean;
  /** Whether a heartbeat was committed there: `not-tried` when the pair has no write probe or the node is read-only. */
  readonly heartbeat: Heartbeat;
}

/**
 * How a channel is attached. `afresh`: without what it had received, because its source was made anew from the node and does not
 * know all of that; only what is applied counts.
 */
export type Attaching = 'as-it-is' | 'afresh';

/** Which threads of a channel are to stop: the one that receives, or also the one that applies. */
export type DetachedThreads = 'receiver' | 'both';

/** What detaching a node from its source found. */
export interface Detached {
  readonly was: 'running' | 'stopped' | 'unconfigured';
  /** The position in the source's history up to which events were received when the channel stopped. */
  readonly received: Position;
  /** Whether it stays detached when the server restarts, or a person starts the channel: all is applied, or the rest is held back. */
  readonly outlasts: boolean;
}

/** A session that stands in the way of a planned move. */
export interface Obstacle {
  readonly kind: 'lock' | 'statement' | 'transaction' | 'schema-change' | 'backup' | 'xa';
  readonly session: Session;
  /** Rows changed so far by its transaction; null when the server does not say. */
  readonly rows: number | null;
}
