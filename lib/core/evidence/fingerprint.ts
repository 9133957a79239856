/**
 * The fingerprint of a vantage's sightings: equal while nothing changed that could change a decision.
 *
 * watch sends the fingerprint of what it last saw; a held look is answered early when what the probe sees has
 * another. Ages are left out, and of positions all but their magnitude, because they change with every look.
 */
import type { Settings } from '../config/config.ts';
import type { Vantage } from '../names.ts';
import { remembered } from '../remembered.ts';
import type { Evidence } from './evidence.ts';
import { logNumberOf } from './log-place.ts';
import type { Heartbeat, Inbound, Saw, Server, Sighting } from './sighting.ts';
import { hearsSource, UNHEARD_MS } from './witness.ts';

/** What the words depend on. */
export interface FingerprintTerms {
  readonly lagLimitSeconds: Settings['lagLimitSeconds'];
  /** While the witness's word is awaited: for how long it counts; else null. Milliseconds. */
  readonly witnessMs: number | null;
}

/**
 * One word a node, ordered by name: `db1 answered UUID writable connecting yes late committed`. The order in
 * which the sightings are given does not matter. Whether a channel hears its source is one of the words only where it
 * is awaited: on a quiet pair it comes and goes. That it hears nothing of a holder that commits a heartbeat every second is
 * always one: it means that the standby is cut off.
 */
export function fingerprint(sightings: readonly Sighting[], terms: FingerprintTerms): string {
  const commits = sightings.some(({ saw }) => isCommitted(saw));
  return sightings
    .map(({ node, saw }) => {
      const deaf = commits && isDeaf(saw) ? ' deaf' : '';
      return `${node} ${wordOf(saw, terms.lagLimitSeconds, terms.witnessMs)}${deaf}`;
    })
    .sort()
    .join('; ');
}

function isCommitted(saw: Saw): boolean {
  return saw.kind === 'answered' && saw.server.heartbeat.kind === 'committed';
}

/** Its channel runs, and has heard nothing for as long as makes a standby unfit. Nobody beats for the one that beats itself. */
function isDeaf(saw: Saw): boolean {
  if (saw.kind !== 'answered' || isCommitted(saw)) return false;
  const { inbound } = saw.server;
  return inbound.kind === 'configured' && inbound.io === 'yes' && !hearsSource(inbound, UNHEARD_MS);
}

/** The fingerprint of what a vantage last saw; null when it has seen nothing that counts. */
export function seenAt(vantage: Vantage, { words }: Evidence, terms: FingerprintTerms): string | null {
  const sightings: Sighting[] = [];
  for (const node in words) {
    const word = words[node]?.[vantage];
    if (word !== undefined) sightings.push({ node, saw: word.saw });
  }
  return sightings.length === 0 ? null : fingerprint(sightings, terms);
}

/** What a look brought is compared with what watch has seen, and is what watch has seen for the next one. */
const wordOf = remembered(
  (
    saw: Saw,
    lagLimitSeconds: FingerprintTerms['lagLimitSeconds'],
    witnessMs: FingerprintTerms['witnessMs'],
  ): string => {
    switch (saw.kind) {
      case 'answered': {
        const { identity, inbound, heartbeat } = saw.server;
        const words = `${identity} ${stateWords(saw.server)} ${logWord(saw.server)} ${inboundWord(inbound, lagLimitSeconds)}`;
        return `answered ${words} ${heartbeatWord(heartbeat)}${witnessWord(inbound, witnessMs)}`;
      }
      case 'refused':
      case 'unanswered':
      case 'saturated':
      case 'locked-out':
        return saw.kind;
    }
  },
  8,
);

/** What is as it should be is not named. */
function stateWords({ writable, halfClosed, offline, binaryLog, globalLock, loginRefused }: Server): string {
  const open = halfClosed ? 'half-closed' : writable ? 'writable' : 'read-only';
  return `${open}${offline ? ' offline' : ''}${binaryLog === 'off' ? ' unlogged' : ''}${globalLock === null ? '' : ' locked'}${loginRefused === null ? '' : ' login-refused'}`;
}

/**
 * The magnitude of how far its own history goes: a reset of its binary log takes it back, and what it writes changes it rarely. Beside
 * GTIDs, the place in its log is read with some of the looks alone, so it does not count there.
 */
function logWord({ identity, executed }: Server): string {
  const { gtid, offset } = executed;
  if (gtid !== null) return `gtid${bitsOf(lastNamed(identity, gtid))}`;
  const number = logNumberOf(executed);
  return number > 1 ? `log${bitsOf(number)}` : `place${bitsOf(offset)}`;
}

/** The last of its own GTIDs, in the first interval where there are several; 0 where it has none. A set may be long, so it is not parsed. */
function lastNamed(identity: string, gtid: string): number {
  const at = gtid.indexOf(`${identity}:`);
  if (at < 0) return lastNumbered(identity, gtid);
  const named = gtid.slice(at + identity.length + 1, at + identity.length + 50);
  const [, from, to] = /^(\d+)(?:-(\d+))?/.exec(named) ?? [];
  return Number(to ?? from ?? 0);
}

/** MariaDB's `domain-server-number`. */
function lastNumbered(identity: string, gtid: string): number {
  const server = identity.replace('server_id:', '');
  const own = gtid.split(',').find((one) => one.split('-')[1] === server);
  return Number(own?.split('-')[2] ?? 0);
}

/** A young server doubles its count every few seconds, so the first thousand are of one magnitude. */
function bitsOf(count: number): number {
  return Math.max(10, count.toString(2).length);
}

function inboundWord(inbound: Inbound, lagLimitSeconds: number): string {
  if (inbound.kind !== 'configured') return inbound.kind;
  const { io, sql, lagSeconds, sourceIdentity, applierBlocked } = inbound;
  const words = `${io} ${sql} ${lagWord(lagSeconds, lagLimitSeconds)} from ${sourceIdentity ?? 'nobody'}`;
  const filtered = inbound.leavesOut === undefined ? '' : ' filtered';
  const unanswered = inbound.unanswered ? ' unanswered' : '';
  return `${words}${unanswered}${filtered}${applierBlocked === null ? '' : ' blocked'}`;
}

function witnessWord(inbound: Inbound, witnessMs: number | null): string {
  if (witnessMs === null) return '';
  return hearsSource(inbound, witnessMs) ? ' hears' : ' does-not-hear';
}

/** An unknown lag is a word of its own: it is neither in time nor late. */
function lagWord(lagSeconds: number | null, lagLimitSeconds: number): string {
  if (lagSeconds === null) return 'unknown';
  return lagSeconds >= lagLimitSeconds ? 'late' : 'in-time';
}

/** Not tried and committed are the same: a missing table must not wake anybody up. */
function heartbeatWord(heartbeat: Heartbeat): string {
  switch (heartbeat.kind) {
    case 'failed':
      return 'failing';
    case 'committed':
    case 'not-tried':
    case 'barred':
      return 'beating';
    case 'refused':
      return 'refused';
  }
}
