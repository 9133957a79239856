/** What the sightings prove about one node. */
import type { Settings } from '../config/config.ts';
import type { NodeName, Vantage } from '../names.ts';
import { plural } from '../plural.ts';
import { remembered } from '../remembered.ts';
import { type Evidence, KEPT_WORD_LIFE_MS, type Word } from './evidence.ts';
import type { Heartbeat, Saw, Server } from './sighting.ts';

/** `unseen`: there is no data of it yet. */
export type VerdictKind = 'serving' | 'stopped' | 'silent' | 'stuck' | 'saturated' | 'locked-out' | 'unseen';

export interface Verdict {
  readonly node: NodeName;
  readonly kind: VerdictKind;
  /** Whether it was seen often and long enough to act on. */
  readonly confirmed: boolean;
  readonly sinceMs: number;
  readonly because: string;
  /** The vantages that saw it so. */
  readonly from: readonly Vantage[];
  /** Of a silent node: whether its host still accepts connections, so that mysqld is silent, and not our path. */
  readonly hostAccepts: boolean;
  /** Of a silent node: its clients wrote all the time until then. Absent where they did not, or that is not known. */
  readonly wasBusy?: true;
  /** EC2 reports that its instance has stopped. This is proof, also against a witness. */
  readonly instanceGone: boolean;
  /** What the server last said of itself, on a look that it answered; null when the newest word is another. */
  readonly server: Server | null;
  /** When it said so: the moment of that look. */
  readonly seenAtMs: number;
}

/**
 * Judges a node by the vantage that saw most: a node that any vantage reaches is not silent, and a refused port
 * outweighs a timeout. EC2's report that the instance has stopped turns silence into proof.
 */
export function judge(evidence: Evidence, node: NodeName, settings: Settings): Verdict {
  const said = evidence.words[node] ?? {};
  const words = Object.values(said);
  const word = strongest(words);
  if (!word) {
    const blind = Object.entries(evidence.blind).map(([vantage, { because }]) => `${vantage}: ${because}`);
    const because = blind.join('; ') || 'no vantage has reported yet';
    return { ...untold, node, sinceMs: 0, kind: 'unseen', confirmed: false, because };
  }
  const { saw } = word;
  const base = () => baseOf(said, node, word);
  switch (saw.kind) {
    case 'answered':
      return judgeAnswers(said, node, settings);
    case 'refused': {
      const confirmed = lasted(word, settings.stoppedLooks, settings.stoppedIntervalMs);
      const because = `its port refuses connections (${plural(word.looks, 'look')})`;
      return { ...base(), kind: 'stopped', confirmed, because };
    }
    case 'unanswered':
      return judgeSilence({ ...base(), ...silenceOf(words) }, word, saw, evidence, settings);
    case 'saturated':
    case 'locked-out':
      return { ...base(), kind: saw.kind, confirmed: word.looks >= 2, because: refusalText(saw) };
  }
}

type Said = Evidence['words'][NodeName];

/** Of a node that answers, nothing else counts. The same answers are judged again when EC2 has answered, and for a picture. */
const judgeAnswers = remembered((said: Said, node: NodeName, settings: Settings): Verdict => {
  const words = Object.values(said);
  const word = strongest(words);
  if (word?.saw.kind !== 'answered') throw new Error(`${node} does not answer`);
  return judgeAnswer(baseOf(said, node, word), word.atMs, word.saw.server, commitOf(words), settings);
});

function baseOf(said: Said, node: NodeName, { saw, sinceMs, atMs }: Word): Base {
  const from = Object.keys(said).filter((vantage) => said[vantage]?.saw.kind === saw.kind);
  return { ...untold, node, sinceMs, from, seenAtMs: atMs };
}

/** `db1 is silent: no answer to connect (timeout), 5 looks in a row`; `db1: no data yet (no vantage has reported yet)`. */
export function describeVerdict({ node, kind, because }: Pick<Verdict, 'node' | 'kind' | 'because'>): string {
  return kind === 'unseen' ? `${node}: no data yet (${because})` : `${node} is ${kind}: ${because}`;
}

type Base = Pick<
  Verdict,
  'node' | 'sinceMs' | 'from' | 'hostAccepts' | 'wasBusy' | 'instanceGone' | 'server' | 'seenAtMs'
>;

const untold = { from: [], hostAccepts: false, instanceGone: false, server: null, seenAtMs: 0 } as const;

/** Names a limit of our own account as such: the server itself still has connections. */
function refusalText({ errno, message }: { readonly errno: number; readonly message: string }): string {
  const text = `error ${errno}: ${message}`;
  if (errno !== 1226 && errno !== 1203) return text;
  return `our own account has no connection left (${text}): raise its MAX_USER_CONNECTIONS, each vantage needs up to 6`;
}

/** The further left, the more it says of the server: a barred heartbeat says nothing. */
const telling = ['committed', 'failed', 'refused', 'barred', 'not-tried'] as const;

/**
 * The best that a vantage says of the heartbeat: where one can commit, the server is not stuck, whatever hangs on the
 * path of another. Null when nobody answered.
 */
function commitOf(words: readonly Word[]): Heartbeat | null {
  let best: Heartbeat | null = null;
  for (const { saw } of words) {
    if (saw.kind !== 'answered') continue;
    const { heartbeat } = saw.server;
    const more = best === null ? 1 : telling.indexOf(best.kind) - telling.indexOf(heartbeat.kind);
    const sooner = best?.kind === 'failed' && heartbeat.kind === 'failed' && heartbeat.forMs < best.forMs;
    if (more > 0 || sooner) best = heartbeat;
  }
  return best;
}

function judgeAnswer(
  base: Base,
  atMs: number,
  answered: Server,
  heartbeat: Heartbeat | null,
  settings: Settings,
): Verdict {
  const server = heartbeat === null || isSaid(heartbeat, answered) ? answered : { ...answered, heartbeat };
  switch (heartbeat?.kind) {
    case 'failed': {
      if (heartbeat.forMs < stuckAfterMs(heartbeat, server, settings)) break;
      const because = `it answers, but no heartbeat was committed for ${seconds(heartbeat.forMs)}: ${heartbeat.because}`;
      // It answers the whole time: the fault began with the commit that did not return.
      return { ...base, kind: 'stuck', confirmed: true, sinceMs: atMs - heartbeat.forMs, because, server };
    }
    case 'refused': {
      // For how long, one look cannot say: the situation knows.
      const because = `it is not read-only, but refuses every write: error ${heartbeat.errno}: ${heartbeat.message}`;
      return { ...base, kind: 'stuck', confirmed: false, sinceMs: atMs, because, server };
    }
    case 'committed':
    case 'barred':
    case 'not-tried':
    case undefined:
      break;
  }
  return { ...base, kind: 'serving', confirmed: true, because: 'it answers', server };
}

/** Whether the answer itself says the same of the heartbeat. */
function isSaid(heartbeat: Heartbeat, answered: Server): boolean {
  if (heartbeat === answered.heartbeat) return true;
  return heartbeat.kind === 'committed' && answered.heartbeat.kind === 'committed';
}

/** The servers' default: of a wait that is seen before its limit is read. Milliseconds. */
const SEMI_SYNC_TIMEOUT_MS = 10_000;

/**
 * How long a commit may hang before the server counts as stuck. A session that holds a global lock is a backup as a rule,
 * and ends; a wait for an acknowledgement ends by the server's own timeout. Milliseconds.
 */
export function stuckAfterMs(
  { cause }: Extract<Heartbeat, { kind: 'failed' }>,
  { semiSync }: Pick<Server, 'semiSync'>,
  { stuckMs, lockedMs }: Pick<Settings, 'stuckMs' | 'lockedMs'>,
): number {
  switch (cause) {
    case 'global-lock':
      return Math.max(lockedMs, stuckMs);
    case 'semi-sync':
      return (semiSync?.timeoutMs ?? SEMI_SYNC_TIMEOUT_MS) + stuckMs;
    case 'disk-full':
    case 'unknown':
      return stuckMs;
  }
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
      instanceGone: true,
      because: `EC2 reports that its instance is ${instance}`,
    };
  }
  const because = `no answer to ${saw.during} (${saw.because}), ${plural(word.looks, 'look')} in a row`;
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

function silenceOf(words: readonly Word[]): Pick<Verdict, 'hostAccepts' | 'wasBusy'> {
  const wasBusy = words.some(({ saw }) => saw.kind === 'unanswered' && saw.wasBusy);
  return { hostAccepts: words.some(isAccepted), ...(wasBusy ? { wasBusy } : {}) };
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
 * of itself grows old, so the newest answer counts, unless it was given to a probe that has only begun to look: a vantage that rests begins
 * anew each time.
 */
function outweighs(word: Word, best: Word): boolean {
  switch (word.saw.kind) {
    case 'unanswered':
      return word.looks < best.looks;
    case 'answered': {
      const isAtOnce = Math.abs(word.atMs - best.atMs) < KEPT_WORD_LIFE_MS;
      return isAtOnce && isEarly(word) !== isEarly(best) ? isEarly(best) : word.atMs > best.atMs;
    }
    case 'refused':
    case 'saturated':
    case 'locked-out':
      return word.looks > best.looks;
  }
}

function isEarly({ saw }: Word): boolean {
  return saw.kind === 'answered' && saw.server.isEarly === true;
}

function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(1)} s`;
}
