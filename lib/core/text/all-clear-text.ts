/** What the all-clear says: how long the incident was, and whether the flap guard still forbids a failover. */
import type { Words } from '../alert/alerts.ts';
import type { Incident } from '../alert/incident.ts';
import { acknowledge } from '../alert/remedies.ts';
import { guardedUntilMs } from '../decision/flap.ts';
import type { Situation } from '../decision/situation.ts';
import { duration, utcClock } from './utc-time.ts';

export function wordsOfAllClear(situation: Situation, { openedAtMs }: Incident): Words {
  const { holder, standby, nowMs, memory, pair } = situation;
  const lasted = duration(nowMs - openedAtMs);
  const words = {
    headline: `all clear after ${lasted}, ${holder.node} holds the VIP`,
    happened: `${holder.node} holds the VIP and serves; ${standby.node} can take over.`,
    done: `The incident is closed. It began at ${utcClock(openedAtMs)} and lasted for ${lasted}.`,
  };
  const untilMs = situation.safeguards.flapGuard ? guardedUntilMs(memory, pair, nowMs) : null;
  if (untilMs === null) return words;
  return {
    ...words,
    headline: `${words.headline}; no automatic failover until ${utcClock(untilMs)}`,
    todo: `The flap guard is spent: no automatic failover before ${utcClock(untilMs)}. Find out why {standby} failed, then acknowledge the failovers.`,
    commands: [acknowledge],
  };
}
