/** Where the VIP is, and with it who the holder is: by EC2's answers, who answers through it, and what is remembered. */
import type { Pair } from '../config/config.ts';
import { BLIND_MS, type Evidence, placeOf, VIP_WORD_LIFE_MS } from '../evidence/evidence.ts';
import { renderMisconfiguration } from '../evidence/misconfigured.ts';
import type { Memory } from '../memory/memory.ts';
import type { NodeName } from '../names.ts';
import type { Safeguards } from './safeguards.ts';

/**
 * Where the VIP is: by EC2's answer, or by who answers through it. `unknown`: not asked yet, or not sure yet; `blind`:
 * neither of them says.
 */
export type VipState = 'held' | 'unheld' | 'unknown' | 'blind';

/** Who has the VIP; where that is not known, who had it last (or else the preferred node, or the first). */
export function holderOf(
  pair: Pair,
  evidence: Evidence,
  memory: Memory,
  nowMs: number,
  safeguards: Safeguards,
): NodeName {
  const seen = placeOf(evidence, nowMs);
  if (seen?.place.kind === 'node' && isBelieved(seen, memory, safeguards)) return seen.place.node;
  return memory.lastHolder ?? pair.prefer ?? pair.nodes[0].name;
}

/** EC2's reads may be stale: that the VIP is not where we left it counts when it was said three times. */
const UNEXPECTED_LOOKS = 3;

function isBelieved(
  { place, looks }: NonNullable<ReturnType<typeof placeOf>>,
  { lastHolder }: Memory,
  { staleReads }: Safeguards,
): boolean {
  if (looks >= UNEXPECTED_LOOKS || !staleReads) return true;
  return place.kind === 'node' && (lastHolder === null || lastHolder === place.node);
}

/**
 * Whether neither node has it, by EC2's last answer; or because nobody answers through it, where EC2 does not answer, or says
 * that it is not where we left it.
 */
export function isAway(evidence: Evidence, { lastHolder }: Memory, nowMs: number): boolean {
  const { through, vip, vipBlindSinceMs, wrong } = evidence;
  if (wrong !== null) return wrong.isVipAway;
  const isMoved = vip?.place.kind === 'node' && lastHolder !== null && vip.place.node !== lastHolder;
  if ((vipBlindSinceMs !== null || isMoved) && through?.said.kind === 'nobody') return true;
  const seen = placeOf(evidence, nowMs);
  return seen !== null && seen.place.kind !== 'node';
}

/** Whether EC2 does not answer, and its last word is too old. */
export function isEc2Blind({ vip, vipBlindSinceMs }: Evidence, nowMs: number): boolean {
  const isOld = vip === null || nowMs - vip.atMs > VIP_WORD_LIFE_MS;
  return isOld && vipBlindSinceMs !== null && nowMs - vipBlindSinceMs >= BLIND_MS;
}

/** Why EC2 does not say where it is. */
export function silenceOf({ vipBlindBecause }: Evidence): string {
  return vipBlindBecause || 'EC2 has not answered yet';
}

/** The state of the VIP, and in words where it is. */
export function vipState(
  evidence: Evidence,
  memory: Memory,
  nowMs: number,
  safeguards: Safeguards,
): [VipState, string] {
  const seen = placeOf(evidence, nowMs);
  if (evidence.wrong !== null)
    return ['unknown', unknownPlace('EC2 does not show the pair as its environment file describes it')];
  const isAnswered = seen !== null && seen.place === evidence.through?.node?.place;
  if (!isAnswered && isEc2Blind(evidence, nowMs)) return ['blind', unknownPlace(silenceOf(evidence))];
  if (seen === null) return ['unknown', unknownPlace(silenceOf(evidence))];
  const { place } = seen;
  const believed = isBelieved(seen, memory, safeguards);
  const doubt = believed ? '' : ' (waiting for confirmation)';
  switch (place.kind) {
    case 'node':
      return [believed ? 'held' : 'unknown', `on ${place.node}${doubt}`];
    case 'nowhere':
      return [believed ? 'unheld' : 'unknown', `on no ENI${doubt}`];
    case 'foreign':
      return [believed ? 'unheld' : 'unknown', `on ${place.eniId}, an ENI of neither node${doubt}`];
  }
}

/** What EC2 shows otherwise than the environment file says. One look may be old, or of a moment in which an instance goes. */
export function misconfiguration({
  wrong,
}: Evidence): { readonly because: string; readonly confirmed: boolean } | null {
  if (wrong === null) return null;
  const because = wrong.what.map(renderMisconfiguration).join('. ');
  return { because, confirmed: wrong.looks >= UNEXPECTED_LOOKS };
}

/** Goes on from `the VIP is`, as every `vipBecause` does. */
function unknownPlace(because: string): string {
  return `at an unknown location: ${because}`;
}
