/** Lanes of the timeline: for each thing that can change, from when until when it was how. */
import { writesText } from '../evidence/writability.ts';
import type { Seen } from '../memory/history.ts';
import type { HistoryRow } from '../operator/reply.ts';

/** How a stretch looks: well, not well, in between, or not known; or it is a step of a plan. */
export type Tone = 'good' | 'bad' | 'odd' | 'none' | 'calm' | 'step';

export interface Stretch {
  readonly fromMs: number;
  readonly toMs: number;
  readonly text: string;
  readonly tone: Tone;
}

export interface Lane {
  /** The node or thing that it is about, and what of it. */
  readonly group: string;
  readonly name: string;
  readonly stretches: readonly Stretch[];
}

/** No data for less than this is no stretch of its own. Milliseconds. */
const ANEW_MS = 1500;

interface Moment {
  readonly atMs: number;
  readonly seen: Seen;
}

/** The VIP, both nodes (verdict, writes, lag, each vantage) and the rule that applied. */
export function lanesOf(rows: readonly HistoryRow[], endMs: number): readonly Lane[] {
  const moments = momentsOf(rows);
  const lane = (group: string, name: string, at: (seen: Seen) => Shown): Lane => ({
    group,
    name,
    stretches: stretchesOf(moments, endMs, at),
  });
  const nodes = unique(moments.flatMap(({ seen }) => seen.nodes.map(({ node }) => node)));
  return [
    lane('VIP', 'holder', (seen) => vipShown(seen, nodes)),
    ...nodes.flatMap((node) => {
      const of = (seen: Seen) => seen.nodes.find((one) => one.node === node);
      const vantages = unique(moments.flatMap(({ seen }) => Object.keys(of(seen)?.from ?? {}))).toSorted();
      return [
        lane(node, 'verdict', (seen) => verdictShown(of(seen)?.verdict)),
        lane(node, 'writes', (seen) => writesShown(of(seen)?.writes ?? null)),
        lane(node, 'lag', (seen) => lagShown(of(seen)?.lagSeconds ?? null)),
        ...vantages.map((vantage) =>
          lane(node, `from ${vantage}`, (seen) =>
            sightShown(of(seen)?.from[vantage], seen.blind.includes(vantage)),
          ),
        ),
      ];
    }),
    lane('rule', '', ({ row }) => ({
      text: row,
      tone: row === '' ? 'none' : row === 'steady' ? 'good' : 'calm',
    })),
  ].filter(({ stretches }) => stretches.some(({ tone }) => tone !== 'none'));
}

/** What was seen; and a plan that has moved the VIP says so before the next look does. */
function momentsOf(rows: readonly HistoryRow[]): readonly Moment[] {
  const moments: Moment[] = [];
  for (const { atMs, detail } of rows) {
    const last = moments.at(-1);
    if (detail?.kind === 'seen') moments.push({ atMs, seen: detail });
    else if (detail?.kind === 'plan' && detail.vipMoved && last)
      moments.push({ atMs, seen: { ...last.seen, vip: detail.to } });
  }
  return moments;
}

type Shown = Pick<Stretch, 'text' | 'tone'>;

const noData: Shown = { text: 'no data', tone: 'none' };

function vipShown({ vip }: Seen, nodes: readonly string[]): Shown {
  if (vip === 'unknown') return { text: 'not known', tone: 'none' };
  return { text: vip, tone: nodes.includes(vip) ? 'calm' : 'bad' };
}

function verdictShown(verdict: string | undefined): Shown {
  if (verdict === undefined || verdict === 'unseen') return noData;
  return { text: verdict, tone: verdict === 'serving' ? 'good' : 'bad' };
}

function writesShown(writes: Seen['nodes'][number]['writes']): Shown {
  switch (writes) {
    case 'open':
      return { text: writesText.open, tone: 'good' };
    case 'closed':
      return { text: writesText.closed, tone: 'calm' };
    case 'half-closed':
      return { text: writesText['half-closed'], tone: 'odd' };
    case null:
      return noData;
  }
}

function lagShown(seconds: number | null): Shown {
  if (seconds === null) return noData;
  return { text: `${seconds} s`, tone: seconds < 10 ? 'calm' : 'odd' };
}

function sightShown(saw: string | undefined, isBlind: boolean): Shown {
  if (isBlind) return { text: 'blind', tone: 'odd' };
  if (saw === undefined) return noData;
  if (saw === 'answered') return { text: 'answers', tone: 'good' };
  return { text: saw === 'unanswered' ? 'no answer' : saw, tone: 'bad' };
}

/** Neighbours that look the same are one. */
function stretchesOf(
  moments: readonly Moment[],
  endMs: number,
  at: (seen: Seen) => Shown,
): readonly Stretch[] {
  const stretches: Stretch[] = [];
  moments.forEach(({ atMs, seen }, index) => {
    const toMs = moments[index + 1]?.atMs ?? endMs;
    const last = stretches.at(-1);
    const now = at(seen);
    // After a plan, and under a new leader, all is looked at anew: that is no news.
    const shown = last !== undefined && isAnew(seen) && toMs - atMs < ANEW_MS ? last : now;
    if (last?.text === shown.text) stretches[stretches.length - 1] = { ...last, toMs };
    else stretches.push({ fromMs: atMs, toMs, ...shown });
  });
  return stretches;
}

/** Nothing is known of either node: what was seen before a plan was dropped, or this leader is new. */
function isAnew({ nodes }: Seen): boolean {
  return nodes.every(({ verdict }) => verdict === 'unseen');
}

function unique(values: readonly string[]): readonly string[] {
  return [...new Set(values)];
}
