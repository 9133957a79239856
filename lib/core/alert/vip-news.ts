/**
 * What EC2 says of a pair's VIP, and who answers through it where EC2 does not say, or says what may be old.
 * The question through the VIP is asked outside; here is what is waiting for its answer.
 */
import { type Evidence, observeThrough, observeVip, type ThroughVip } from '../evidence/evidence.ts';
import type { VipSighting } from '../evidence/sighting.ts';
import type { Memory } from '../memory/memory.ts';

export interface VipNews {
  /** Whether a question through the VIP is under way: there is one at a time. */
  readonly asking: boolean;
  /** What EC2 said since it was asked: that the other node has the VIP. */
  readonly surprises: readonly VipSighting[];
  /** Whether the node that answered last is not where we left the VIP: what EC2 says then does not end the asking. */
  readonly isElsewhere: boolean;
  /** When who answers through the VIP last showed that EC2's word was old; null where it never did. */
  readonly oldAtMs: number | null;
}

export const noVipNews: VipNews = { asking: false, surprises: [], isElsewhere: false, oldAtMs: null };

/**
 * For so long after an old word of EC2, its next ones may be as old: that the VIP is where we left it is no news then, and who
 * answers through it is asked beside each of them. Milliseconds.
 */
const OLD_WORDS_MS = 60_000;

/** What an answer changes. */
export interface Heard {
  readonly news: VipNews;
  readonly evidence: Evidence;
  /** Whether who answers through the VIP is to be asked now. */
  readonly asks: boolean;
}

/** Takes an answer of EC2. */
export function hearEc2(news: VipNews, evidence: Evidence, memory: Memory, sighting: VipSighting): Heard {
  // Of a pair whose ids are wrong, it does not say where the VIP is.
  if (sighting.kind === 'saw' && sighting.wrong.length > 0)
    return { news, evidence: observeVip(evidence, sighting), asks: false };
  if (!isSurprising(sighting, memory) && !news.isElsewhere && !mayBeOld(news, sighting.atMs)) {
    const expected = observeVip(observeThrough(evidence, null, sighting.atMs), sighting);
    return { news: { ...news, surprises: [] }, evidence: expected, asks: false };
  }
  // That the other node has it would turn the roles round, so who answers through it is heard first.
  const waits = turnsRound(sighting, memory);
  return {
    news: { ...news, asking: true, surprises: waits ? [...news.surprises, sighting] : news.surprises },
    evidence: waits ? evidence : observeVip(evidence, sighting),
    asks: !news.asking,
  };
}

/** Takes who answered through the VIP, and after it what EC2 said meanwhile. An answer that is too old only ends the question. */
export function hearThrough(
  { surprises, oldAtMs }: VipNews,
  evidence: Evidence,
  said: ThroughVip,
  { lastHolder }: Pick<Memory, 'lastHolder'>,
  isOld: boolean,
  nowMs: number,
): Heard {
  const isElsewhere = said.kind === 'node' && said.node !== lastHolder;
  const news = { ...noVipNews, isElsewhere, oldAtMs };
  if (isOld) return { news, evidence, asks: false };
  const isRefuted = surprises.length > 0 && said.kind === 'node' && !isElsewhere;
  const told = surprises.reduce(observeVip, observeThrough(evidence, said, nowMs));
  return { news: isRefuted ? { ...news, oldAtMs: nowMs } : news, evidence: told, asks: false };
}

/** EC2 answers, and who answers through the VIP is asked beside it: then one look at EC2 soon follows another. */
export function isDoubted({ asking }: VipNews, { through, vipBlindSinceMs }: Evidence): boolean {
  return vipBlindSinceMs === null && (asking || through !== null);
}

/** EC2 does not answer, or says that the VIP is not where we left it, or just began to: its reads may be old. */
function isSurprising(sighting: VipSighting, { lastHolder, movedByHand }: Memory): boolean {
  if (lastHolder === null) return false;
  if (sighting.kind === 'blind' || movedByHand !== null) return true;
  return sighting.place.kind !== 'node' || sighting.place.node !== lastHolder;
}

function mayBeOld({ oldAtMs }: VipNews, nowMs: number): boolean {
  return oldAtMs !== null && nowMs - oldAtMs < OLD_WORDS_MS;
}

function turnsRound(sighting: VipSighting, { lastHolder }: Memory): boolean {
  return sighting.kind === 'saw' && sighting.place.kind === 'node' && sighting.place.node !== lastHolder;
}
