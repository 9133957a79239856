/** What one look showed, in words. */
import type { Evidence, Word } from '../evidence/evidence.ts';
import type { Saw, Server } from '../evidence/sighting.ts';
import { offlineText, writabilityOf, writesText } from '../evidence/writability.ts';
import { plural } from '../plural.ts';

/** `its port refuses connections (7 looks, for 3.2 s)`. */
export function describeWord({ saw, looks, sinceMs }: Word, nowMs: number): string {
  return `${describeSaw(saw)} (${plural(looks, 'look')}, for ${secondsOf(nowMs - sinceMs)})`;
}

/** How often EC2 has reported it, and for how long. */
export function placeText({ vipLooks, vipSinceMs }: Evidence, nowMs: number): string {
  return vipLooks > 0 && vipSinceMs > 0
    ? ` (${plural(vipLooks, 'answer')}, for ${secondsOf(nowMs - vipSinceMs)})`
    : '';
}

function describeSaw(saw: Saw): string {
  switch (saw.kind) {
    case 'answered':
      return describeServer(saw.server);
    case 'refused':
      return 'its port refuses connections';
    case 'unanswered':
      return `no answer to ${saw.during} (${saw.because})`;
    case 'saturated':
      return `it has no connection left (error ${saw.errno}: ${saw.message})`;
    case 'locked-out':
      return `it refuses our login (error ${saw.errno}: ${saw.message})`;
  }
}

function describeServer(server: Server): string {
  const { offline, heartbeat, inbound } = server;
  const clients = offline ? [offlineText] : [];
  return [
    'it answers',
    writesText[writabilityOf(server)],
    ...clients,
    ...heartbeatText(heartbeat),
    inboundText(inbound),
  ].join(', ');
}

function heartbeatText(heartbeat: Server['heartbeat']): readonly string[] {
  switch (heartbeat.kind) {
    case 'committed':
      return ['commits the heartbeat'];
    case 'not-tried':
      return [];
    case 'barred':
      return [`its heartbeat cannot be written (${heartbeat.because})`];
    case 'refused':
      return [`refuses every write (error ${heartbeat.errno}: ${heartbeat.message})`];
    case 'failed':
      return [`has committed no heartbeat for ${secondsOf(heartbeat.forMs)} (${heartbeat.because})`];
  }
}

function inboundText(inbound: Server['inbound']): string {
  if (inbound.kind === 'unread') return 'replication not read yet';
  if (inbound.kind === 'unconfigured') return 'replication not configured';
  const lag = lagText(inbound);
  return `replication IO ${inbound.io}, SQL ${inbound.sql}, ${lag}`;
}

/** The lag in words, and whether what is said of the channel beside it is of now. */
export function lagText({
  lagSeconds,
  unanswered,
}: Extract<Server['inbound'], { kind: 'configured' }>): string {
  if (unanswered) return 'as of the last answer: SHOW REPLICA STATUS is not answered now';
  return lagSeconds === null ? 'lag unknown' : `lag ${lagSeconds} s`;
}

function secondsOf(ms: number): string {
  return ms < 10_000 ? `${(ms / 1000).toFixed(1)} s` : `${Math.round(ms / 1000)} s`;
}
