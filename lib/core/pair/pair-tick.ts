/** What is due each second: gauges, the question through the VIP, and a loss of service beside a plan. */
import { nextBesidePlan } from '../decision/situation.ts';
import { EXAMINE_AGAIN_MS, isExaminationDue } from '../doctor/note-examination.ts';
import { noteBesidePlan } from '../memory/note-decision.ts';
import { type PairState, situationOf, type Taken } from './pair-state.ts';
import type { Gauge } from './ready.ts';

/** How often the gauges are published. Milliseconds. */
const GAUGES_EVERY_MS = 10_000;

/** What is due with time, and not with what is seen. */
export function takeTick(state: PairState, nowMs: number): Taken {
  const isDue = nowMs - state.gaugedAtMs >= GAUGES_EVERY_MS;
  const gauges = isDue ? gaugesOf(state) : [];
  const gauged = isDue ? { ...state, gaugedAtMs: nowMs } : state;
  // While EC2 does not say where the VIP is, who answers through it is asked again and again. Not before a first answer of
  // EC2 that fitted the environment file: until then, no holder is known, and nothing is done.
  const isBlind = state.evidence.vipBlindSinceMs !== null && state.memory.lastHolder !== null;
  const asks = isBlind && state.safeguards.staleReads && !state.vipNews.asking;
  const asking = asks ? { ...gauged, vipNews: { ...gauged.vipNews, asking: true } } : gauged;
  const examine = mayExamine(asking, nowMs);
  const examining = examine ? { ...asking, askedDoctorMs: nowMs } : asking;
  return { ...noteLosses(examining, nowMs), gauges, ask: asks ? { askedMs: nowMs } : null, examine };
}

/** Only while all is well: in an incident the servers have other things to answer. */
function mayExamine({ memory, work, pace, lastRow, askedDoctorMs }: PairState, nowMs: number): boolean {
  const isWell = memory.incident === null && work.kind === 'none' && pace.afterMs === null && lastRow !== '';
  return isWell && isExaminationDue(memory, nowMs) && nowMs - askedDoctorMs >= EXAMINE_AGAIN_MS;
}

/**
 * Looks go on beside a plan: a loss of service that lasts is alerted, and a holder that dies is noted, whatever step the plan
 * waits in.
 */
function noteLosses(state: PairState, nowMs: number): Taken {
  const { memory, nextId, work, isNoting } = state;
  if (work.kind !== 'plan') return { state };
  const seen = situationOf(state, nowMs);
  const durations = nextBesidePlan(state.durations, seen);
  const next: PairState = { ...state, durations };
  // A restart is seen by comparison with the look before, once.
  const situation = { ...situationOf(next, nowMs), restarted: seen.restarted };
  const isNew = noteBesidePlan(memory, situation, durations, nextId) !== memory;
  if (!isNew) return { state: next };
  // What cannot be noted yet is seen again.
  if (isNoting) return { state: { ...state, durations: { ...durations, uptimes: state.durations.uptimes } } };
  return { state: { ...next, isNoting: true }, besidePlan: { situation, durations, newId: nextId } };
}

/** Who holds the VIP, whether the standby is unfit, how far it lags. */
function gaugesOf({ pair, memory, lagSeconds }: PairState): readonly Gauge[] {
  const { readiness, lastHolder } = memory;
  const holder = lastHolder === null ? null : lastHolder === pair.nodes[0].name ? 0 : 1;
  return [
    ...(holder === null ? [] : [{ metric: 'Holder', value: holder } as const]),
    ...(readiness === null ? [] : [{ metric: 'StandbyUnfit', value: readiness.fit ? 0 : 1 } as const]),
    ...(lagSeconds === null ? [] : [{ metric: 'LagSeconds', value: lagSeconds } as const]),
  ];
}
