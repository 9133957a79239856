/** One judgement of a pair: evidence and memory → the decision, what it leaves in memory, and what follows. */
import { changed } from '../changed.ts';
import { type Decision, decide, deedOf } from '../decision/decision.ts';
import { nextDurations, type Situation } from '../decision/situation.ts';
import { noteExamination } from '../doctor/note-examination.ts';
import { adoptMemory } from '../memory/adopt.ts';
import { noteEscalation } from '../memory/escalation.ts';
import type { Memory } from '../memory/memory.ts';
import { noteDecision } from '../memory/note-decision.ts';
import { noteStandbyWrites } from '../memory/notes.ts';
import { notYetPace, paceOf } from './look-schedule.ts';
import { followingOf, inHandOf } from './pair-run.ts';
import { type PairState, situationOf } from './pair-state.ts';
import type { DecisionLog, Ready } from './ready.ts';

export interface Judged extends Pick<Ready, 'save' | 'run' | 'log' | 'failure' | 'askSource'> {
  readonly state: PairState;
}

/** Judges the pair by all that came in so far. */
export function judgePair(state: PairState, nowMs: number): Judged {
  const before = adopted(state, nowMs);
  const situation = situationOf(state, nowMs, before);
  const durations = nextDurations(state.durations, situation);
  const decision = decide(situation);
  const remembered = noteDecision(before, decision, situation, durations, state.nextId);
  const noted = noteStandbyWrites(remembered, situation, state.grown, state.nextId);
  const examined = noteExamination(noted, state.pair.name, state.findings, nowMs);
  const escalated = noteEscalation(examined, state.pair.name, state.escalateAfterMs, nowMs);
  const memory = withoutPublished(escalated, state.published);
  const { run, mustWait, stalledSinceMs, orderSettlesSinceMs } = followingOf(
    state,
    decision,
    changed(situation, { memory }),
  );
  const save = memory === state.memory ? null : memory;
  const isWork = save !== null || run !== null;
  const pace = paceOf(situation, durations);
  const inbound = situation.standby.server?.inbound;
  const isLogged = decision.row.name !== state.lastRow;
  // Not beside a plan: that may detach the channel that would be connected.
  const asksSource = situation.asksSource && !state.isAskingSource && run === null;
  const { holder, standby } = situation;
  return {
    askSource: asksSource ? { node: standby.node, source: holder.node, askedMs: nowMs } : null,
    save,
    run,
    failure: null,
    log: isLogged ? logOf(decision, situation, state.memory) : null,
    state: {
      ...state,
      durations,
      stalledSinceMs,
      orderSettlesSinceMs,
      grown: null,
      findings: null,
      isNews: false,
      isAskingSource: state.isAskingSource || asksSource,
      work: isWork ? { kind: 'saving', ...inHandOf(run) } : { kind: 'none' },
      workedAtMs: isWork ? state.workedAtMs : nowMs,
      pace: mustWait ? { ...notYetPace, witnessMs: pace.witnessMs } : pace,
      lastRow: decision.row.name,
      lagSeconds: inbound?.kind === 'configured' ? inbound.lagSeconds : null,
    },
  };
}

/** What the record says of nodes that the pair does not have is ended first; that guard is one of the allow-list. */
function adopted({ memory, pair, nextId, safeguards }: PairState, nowMs: number): Memory {
  return safeguards.addressAllowList ? adoptMemory(memory, pair, nowMs, nextId) : memory;
}

/** The same memory comes back when none of them is in its outbox. */
function withoutPublished(memory: Memory, published: readonly string[]): Memory {
  if (published.length === 0) return memory;
  const outbox = memory.outbox.filter(({ id }) => !published.includes(id));
  return outbox.length === memory.outbox.length ? memory : { ...memory, outbox };
}

function logOf(
  { row, measure }: Decision,
  { holder, standby }: Situation,
  { incident }: Memory,
): DecisionLog {
  return {
    row: row.name,
    does: deedOf(measure),
    because: 'because' in measure ? measure.because : row.reason,
    holder: holder.node,
    holderIs: holder.kind,
    standby: standby.node,
    standbyIs: standby.kind,
    incident: incident?.id ?? null,
  };
}
