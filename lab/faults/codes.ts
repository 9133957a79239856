/** The alerts that faults expect: those that there are, and those that the core is still to learn. */
import type { EventCode } from '../../lib/core/alert/events.ts';

/**
 * Alerts that a fault wants and the core may not have yet. One that the core has under another name is changed
 * here, and nowhere else.
 */
export const wanted = {
  /** The standby follows a server that is not its peer. */
  misdirected: 'standby-misdirected',
  /** A session's lock keeps the holder from committing. */
  holderLocked: 'holder-locked',
  /** A session's lock keeps the standby from applying. */
  standbyLocked: 'standby-locked',
  /** Scheduled events run on the holder, and would stop with it. */
  eventsWillStop: 'events-will-stop',
  /** New logins are refused while a kept connection answers. */
  loginRefused: 'login-refused',
  /** The new holder no longer follows the old one, because the failover did not reach its end. */
  channelDetached: 'channel-detached',
} as const;

export type WantedCode = (typeof wanted)[keyof typeof wanted];
export type ExpectedCode = EventCode | WantedCode;
