/** Where the milliseconds of one run went: its moments as bars, one below the other. Pure. */
import type { Moment } from '../moments.ts';

export interface Bar {
  readonly name: string;
  readonly fromMs: number;
  readonly toMs: number;
  /** `floor`: no move of an address by EC2 can leave it out; `ours`: all else. */
  readonly part: 'floor' | 'ours';
}

/** Up to the first acknowledged write on the new holder; empty for a run in which one of the moments did not come. */
export function barsOf(moments: readonly Moment[]): readonly Bar[] {
  const milestones = milestonesOf(moments);
  if (milestones === null) return [];
  const { decidedMs, storedMs, answeredMs, effectMs, writesMs, moveMs } = milestones;
  const steps = stepsOf(moments).filter(({ fromMs }) => fromMs < moveMs);
  return [
    { name: 'decided', fromMs: 0, toMs: decidedMs, part: 'floor' },
    { name: 'plan stored', fromMs: decidedMs, toMs: storedMs, part: 'ours' },
    ...steps,
    { name: 'EC2 answers', fromMs: moveMs, toMs: answeredMs, part: 'floor' },
    { name: 'EC2 takes effect', fromMs: answeredMs, toMs: effectMs, part: 'floor' },
    { name: 'client connects', fromMs: effectMs, toMs: writesMs, part: 'ours' },
  ];
}

/** When each part of the way was over. Milliseconds from the fault on. */
export interface Milestones {
  /** A death is proven, and a row of the decision table wants a plan; or an order is taken. */
  readonly decidedMs: number;
  readonly storedMs: number;
  /** The move of the VIP begins. */
  readonly moveMs: number;
  readonly answeredMs: number;
  readonly effectMs: number;
  readonly writesMs: number;
}

/** Null when one of them did not come. Of several, the last move of the VIP counts, and what led to it. */
export function milestonesOf(moments: readonly Moment[]): Milestones | null {
  const effect = moments.findLast(({ kind }) => kind === 'ec2-effect');
  if (effect === undefined) return null;
  const before = moments.filter(({ atMs }) => atMs <= effect.atMs);
  const last = (wanted: (moment: Moment) => boolean) => before.findLast(wanted)?.atMs;
  const stored = last(({ kind }) => kind === 'plan');
  const decided = last((moment) => moment.kind === 'row' && moment.does.startsWith('plan '));
  const move = last((moment) => moment.kind === 'step-begins' && moment.step === 'move-vip');
  const answered = last(({ kind }) => kind === 'ec2-answers');
  const writes = moments.find(({ kind, atMs }) => kind === 'writes-go-on' && atMs >= effect.atMs)?.atMs;
  if (stored === undefined || move === undefined || answered === undefined || writes === undefined)
    return null;
  // An order is no row of the table: its plan is stored at once.
  const decidedMs = decided ?? stored;
  return {
    decidedMs,
    storedMs: stored,
    moveMs: move,
    answeredMs: answered,
    effectMs: effect.atMs,
    writesMs: writes,
  };
}

/** Each step from its beginning to its end; one that comes twice has two bars. */
function stepsOf(moments: readonly Moment[]): readonly Bar[] {
  const open = new Map<string, number>();
  const bars: Bar[] = [];
  for (const moment of moments) {
    if (moment.kind === 'step-begins') open.set(moment.step, moment.atMs);
    if (moment.kind === 'step-ends') {
      const fromMs = open.get(moment.step) ?? moment.atMs;
      const again = bars.filter(({ name }) => name.startsWith(moment.step)).length;
      const name = again === 0 ? moment.step : `${moment.step}, ${again + 1}`;
      bars.push({ name, fromMs, toMs: moment.atMs, part: 'ours' });
    }
  }
  return bars;
}
