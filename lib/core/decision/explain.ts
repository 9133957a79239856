/** Why the pair is treated as it is now: the row, what was seen that led there, and what would have to be different. */
import type { Evidence, Word } from '../evidence/evidence.ts';
import type { Verdict } from '../evidence/verdict.ts';
import type { Memory } from '../memory/memory.ts';
import type { NodeName } from '../names.ts';
import type { Explanation } from '../operator/reply.ts';
import { planText } from '../text/plan-text.ts';
import { describeWord, placeText } from '../text/sighting-text.ts';
import { measureText } from '../text/status-text.ts';
import { type Decision, decide, type Measure, rows } from './decision.ts';
import { assess, type Situation } from './situation.ts';

/** All that a decision is made of. */
export interface Grounds extends Pick<Situation, 'pair' | 'safeguards'> {
  readonly evidence: Evidence;
  readonly memory: Memory;
  readonly durations: Parameters<typeof assess>[3];
}

/** The explanation of what is decided on these grounds at this moment. */
export function explain(grounds: Grounds, from: Explanation['from'], nowMs: number): Explanation {
  const situation = situationFor(grounds, nowMs);
  const { row, measure } = decide(situation);
  const whole = rows.find(({ name }) => name === row.name);
  return {
    pair: grounds.pair.name,
    from,
    row: row.name,
    says: whole?.says ?? '',
    does: measureText(measure, grounds.memory.plan),
    because: 'because' in measure ? measure.because : null,
    reason: row.reason,
    origin: whole?.origin ?? '',
    sightings: sightingsOf(grounds, situation, nowMs),
    otherwise: otherwise(grounds, situation, nowMs),
  };
}

function situationFor({ pair, evidence, memory, durations, safeguards }: Grounds, nowMs: number): Situation {
  return assess(pair, evidence, memory, durations, nowMs, safeguards);
}

function sightingsOf({ evidence, memory }: Grounds, situation: Situation, nowMs: number): readonly string[] {
  const { holder, standby, vipBecause, ec2Blind, fitness, flapGuard, paused } = situation;
  const { pause, plan } = memory;
  const nodes = [holder, standby].flatMap(({ node }) =>
    Object.entries(evidence.words[node] ?? {}).map(
      ([vantage, word]) => `${vantage} sees ${node}: ${describeWord(word, nowMs)}`,
    ),
  );
  const unfit = fitness.reasons.map((reason) => `${standby.node} cannot take over: ${reason}`);
  return [
    `EC2: the VIP is ${vipBecause}${ec2Blind === null && evidence.vip ? placeText(evidence, nowMs) : ''}`,
    ...nodes,
    ...Object.entries(evidence.blind).map(([vantage, { because }]) => `${vantage} sees nothing: ${because}`),
    ...(unfit.length > 0 ? unfit : [`${standby.node} can take over`]),
    ...(paused && pause ? [`a pause by ${pause.by} is on: ${pause.why}`] : []),
    ...(flapGuard === null ? [] : [`flap guard: ${flapGuard}`]),
    ...(plan ? [`in flight: ${planText(plan)} (plan ${plan.id})`] : []),
  ];
}

/** One thing that could be different. */
interface Difference {
  readonly if: string;
  readonly seenAt: (nowMs: number) => Situation;
}

/** What would be done if one thing were different: only where that is something else than what is done now. */
function otherwise(grounds: Grounds, situation: Situation, nowMs: number): Explanation['otherwise'] {
  const now = wordsOf(decide(situation));
  return differencesOf(grounds, situation)
    .map(({ if: difference, seenAt }) => ({ if: difference, ...wordsOf(decide(seenAt(nowMs))) }))
    .filter(({ row, does }) => row !== now.row || does !== now.does);
}

/** Without the reasons, which are those of a moment that is not. */
function wordsOf({ row, measure }: Decision): { readonly row: string; readonly does: string } {
  return { row: row.name, does: deedText(measure) };
}

function deedText(measure: Measure): string {
  switch (measure.kind) {
    case 'observe':
      return 'nothing is done, and no alert goes out';
    case 'stay':
      return `nothing is moved, alert ${measure.page}`;
    case 'resume':
      return 'the plan in flight goes on';
    case 'act':
      return planText(measure.plan);
    case 'all-clear':
      return 'nothing to do';
  }
}

function differencesOf(grounds: Grounds, situation: Situation): readonly Difference[] {
  const { pair, memory } = grounds;
  const { holder, standby, fitness, flapGuard, paused } = situation;
  return [
    ...(memory.plan ? [remembering(grounds, 'the plan in flight had ended', { plan: null })] : []),
    ...(paused ? [remembering(grounds, 'the pause were over', { pause: null })] : []),
    ...(flapGuard !== null
      ? [remembering(grounds, 'the flap guard were acknowledged', { failoversAtMs: [] })]
      : []),
    ...(pair.mode === 'observe'
      ? [asWhole(situation, "mode were 'act'", { pair: { ...pair, mode: 'act' } })]
      : []),
    ...(holder.confirmed
      ? []
      : [
          asWhole(situation, `it were confirmed that ${holder.node} is ${holder.kind}`, {
            holder: { ...holder, confirmed: true },
            life: 'dead',
          }),
        ]),
    ...(fitness.fit
      ? []
      : [asWhole(situation, `${standby.node} could take over`, { fitness: { fit: true, reasons: [] } })]),
    ...(situation.vip === 'held' ? [] : [asWhole(situation, `${holder.node} had the VIP`, { vip: 'held' })]),
    ...(isDown(holder) ? [] : [stopping(grounds, holder.node, standby.node)]),
    ...(isDown(standby) ? [] : [stopping(grounds, standby.node, holder.node)]),
  ];
}

function isDown({ kind }: Verdict): boolean {
  return kind === 'stopped' || kind === 'silent';
}

function remembering(grounds: Grounds, text: string, changes: Partial<Memory>): Difference {
  const memory = { ...grounds.memory, ...changes };
  return { if: text, seenAt: (nowMs) => situationFor({ ...grounds, memory }, nowMs) };
}

function asWhole(situation: Situation, text: string, changes: Partial<Situation>): Difference {
  return { if: text, seenAt: () => ({ ...situation, ...changes }) };
}

/** Looks that have shown it for long enough to be confirmed. Milliseconds. */
const LONG_MS = 600_000;

/** mysqld of the node has been stopped for long: its port refuses, and its peer's channel does not reach it. */
function stopping(grounds: Grounds, node: NodeName, peer: NodeName): Difference {
  const { evidence, memory } = grounds;
  const seenAt = (nowMs: number) => {
    const refused: Word = { saw: { kind: 'refused' }, looks: 1000, sinceMs: nowMs - LONG_MS, atMs: nowMs };
    const vantages = Object.keys({ ...evidence.words[node], ...evidence.words[peer], ...evidence.blind });
    const words = {
      [node]: Object.fromEntries(vantages.map((vantage) => [vantage, refused])),
      [peer]: Object.fromEntries(
        Object.entries(evidence.words[peer] ?? {}).map(([vantage, word]) => [vantage, cutOff(word)]),
      ),
    };
    const isStandby = memory.readiness?.node === node;
    const unfit = { node, fit: false, reasons: ['it is stopped'], atMs: nowMs };
    return situationFor(
      {
        ...grounds,
        evidence: { ...evidence, words, blind: {} },
        memory: isStandby ? { ...memory, readiness: unfit } : memory,
      },
      nowMs,
    );
  };
  return { if: `mysqld on ${node} were stopped`, seenAt };
}

/** Its channel is as that of a replica whose source is dead. */
function cutOff(word: Word): Word {
  if (word.saw.kind !== 'answered' || word.saw.server.inbound.kind !== 'configured') return word;
  const { server } = word.saw;
  const inbound = {
    ...word.saw.server.inbound,
    io: 'connecting',
    lagSeconds: null,
    heardAgoMs: LONG_MS,
    receivedAgoMs: LONG_MS,
  } as const;
  return { ...word, saw: { kind: 'answered', server: { ...server, inbound } } };
}
