/** What the sightings prove about one node. */
import type { Settings } from './config.ts';
import type { Evidence, Word } from './evidence.ts';
import type { NodeName } from './names.ts';
import type { Heartbeat, Saw, Server } from './sighting.ts';

/** `unseen`: no vantage has anything to say about it. */
export type VerdictKind = 'serving' | 'stopped' | 'silent' | 'stuck' | 'saturated' | 'locked-out' | 'unseen';

export interface Verdict {
  readonly node: NodeName;
  readonly kind: VerdictKind;
  /** Whether it was seen often and long enough to act on. */
  readonly confirmed: boolean;
  readonly sinceMs: number;
  readonly because: string;
  /** Of a silent node: whether its host still accepts connections, so that mysqld is silent, and not our path. */
  readonly hostAccepts: boolean;
  /** What the server last said of itself, on a look that it answered; null when the newest word is another. */
  readonly server: Server | null;
}

/**
 * The verdict on a node: the vantage that saw most is believed, so a node seen by any vantage is not silent,
 * and a refused port outweighs a timeout. EC2's word that the instance has stopped turns silence into proof.
 */
export function judge(evidence: Evidence, node: NodeName, settings: Settings): Verdict {
  const words = Object.values(evidence.words[node] ?? {});
  const word = strongest(words);
  if (!word) {
    const blind = Object.entries(evidence.blind).map(([vantage, { because }]) => `${vantage}: ${because}`);
    const because = blind.join('; ') || 'no look has come back yet';
    return { node, kind: 'unseen', confirmed: false, sinceMs: 0, because, ...untold };
  }
  const base = { node, sinceMs: word.sinceMs, ...untold };
  const { saw } = word;
  switch (saw.kind) {
    case 'answered':
      return judgeAnswer(base, word.atMs, saw.server, commitOf(words), settings);
    case 'refused': {
      const confirmed = lasted(word, settings.stoppedLooks, settings.stoppedIntervalMs);
      return {
        ...base,
        kind: 'stopped',
        confirmed,
        because: `its port refuses connections (${word.looks} looks)`,
      };
    }
    case 'unanswered':
      return judgeSilence({ ...base, hostAccepts: words.some(isAccepted) }, word, saw, evidence, settings);
    case 'saturated':
    case 'locked-out':
      return {
        ...base,
        kind: saw.kind,
        confirmed: word.looks >= 2,
        because: `error ${saw.errno}: ${saw.message}`,
      };
  }
}

type Base = Pick<Verdict, 'node' | 'sinceMs' | 'hostAccepts' | 'server'>;

const untold = { hostAccepts: false, server: null } as const;

/**
 * The best that a vantage says of the heartbeat: where one can commit, the server is not stuck, whatever hangs on the
 * path of another. Null when none has tried.
 */
function commitOf(words: readonly Word[]): Heartbeat | null {
  let best: Heartbeat | null = null;
  for (const { saw } of words) {
    if (saw.kind !== 'answered' || saw.server.heartbeat.kind === 'not-tried') continue;
    const { heartbeat } = saw.server;
    if (heartbeat.kind === 'committed') return heartbeat;
    const sooner = best?.kind === 'failed' && heartbeat.kind === 'failed' && heartbeat.forMs < best.forMs;
    if (best === null || sooner) best = heartbeat;
  }
  return best;
}

function judgeAnswer(
  base: Base,
  atMs: number,
  server: Server,
  heartbeat: Heartbeat | null,
  settings: Settings,
): Verdict {
  if (heartbeat?.kind === 'failed' && heartbeat.forMs >= settings.stuckMs) {
    const because = `it answers, but no heartbeat was committed for ${seconds(heartbeat.forMs)}: ${heartbeat.because}`;
    // It has answered for as long as it was watched: what is bad began with the commit that did not return.
    const sinceMs = atMs - heartbeat.forMs;
    return { ...base, kind: 'stuck', confirmed: true, sinceMs, because, server };
  }
  return { ...base, kind: 'serving', confirmed: true, because: 'it answers', server };
}

function judgeSilence(
  base: Base,
  word: Word,
  saw: Extract<Saw, { kind: 'unanswered' }>,
  evidence: Evidence,
  settings: Settings,
): Verdict {
  const instance = evidence.vip?.instances[base.node] ?? 'unknown';
  // While it is only on its way there (`stopping`, `shutting-down`), its mysqld may still serve those who reach it.
  if (word.looks >= 2 && (instance === 'stopped' || instance === 'terminated')) {
    return {
      ...base,
      kind: 'stopped',
      confirmed: true,
      because: `EC2 says that its instance is ${instance}`,
    };
  }
  const because = `no answer to ${saw.during} (${saw.because}), ${word.looks} looks in a row`;
  return {
    ...base,
    kind: 'silent',
    confirmed: lasted(word, settings.silentLooks, settings.silentIntervalMs),
    because,
  };
}

/** The host's TCP took the connection, as it does for a mysqld that hangs, and nobody greeted us on it. */
function isAccepted({ saw }: Word): boolean {
  return saw.kind === 'unanswered' && saw.during === 'login';
}

/** Enough looks, and spread over the time that so many looks should take (a tenth of slack for timers). */
function lasted(word: Word, looks: number, intervalMs: number): boolean {
  return word.looks >= looks && word.atMs - word.sinceMs >= (looks - 1) * intervalMs * 0.9;
}

const strength = {
  answered: 4,
  saturated: 3,
  'locked-out': 3,
  refused: 2,
  unanswered: 1,
} as const satisfies Record<Saw['kind'], number>;

function strongest(words: readonly Word[]): Word | null {
  let best: Word | null = null;
  for (const word of words) {
    const more = best === null ? 1 : strength[word.saw.kind] - strength[best.saw.kind];
    if (best === null || more > 0 || (more === 0 && outweighs(word, best))) best = word;
  }
  return best;
}

/**
 * Of two vantages that saw the same, the one that has seen it for longer knows more. But silence is no proof: a
 * vantage that is cut off hears nothing for long, so the one that fell silent last decides. And what a server says
 * of itself grows old, so the newest answer counts.
 */
function outweighs(word: Word, best: Word): boolean {
  switch (word.saw.kind) {
    case 'unanswered':
      return word.looks < best.looks;
    case 'answered':
      return word.atMs > best.atMs;
    case 'refused':
    case 'saturated':
    case 'locked-out':
      return word.looks > best.looks;
  }
}

function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(1)} s`;
}
