/** What came of work on hosts, as a person reads it. */
import { keyOf, type StepReport } from '../hosts/host-work.ts';
import type { HostOrder } from '../operator/order.ts';

interface Outcome {
  readonly kind: 'done' | 'refused' | 'failed' | 'unfinished';
  readonly changed: number;
  readonly because: string;
}

/** A line for each step, and what it all came to. */
export function hostWorkLines(
  { action, dryRun }: Pick<HostOrder, 'action' | 'dryRun'>,
  steps: readonly StepReport[],
  outcome: Outcome,
): readonly string[] {
  return [...steps.map(stepLine), summary(action, dryRun, steps, outcome)];
}

function stepLine(step: StepReport): string {
  const took = step.result === 'changed' ? ` (${(step.tookMs / 1000).toFixed(1)} s)` : '';
  return `${step.result.padEnd(8)} ${keyOf(step)}: ${step.does}${took}`;
}

function summary(action: string, dryRun: boolean, steps: readonly StepReport[], outcome: Outcome): string {
  const { kind, changed, because } = outcome;
  const planned = steps.filter(({ result }) => result === 'planned').length;
  switch (kind) {
    case 'done':
      if (dryRun) return `${action} would take ${planned} steps; nothing was changed`;
      return changed === 0 ? `${action}: nothing to do, 0 changed` : `${action}: done, ${changed} changed`;
    case 'unfinished':
      return `${action}: not finished yet, ${changed} changed: ${because}`;
    case 'refused':
    case 'failed':
      return because;
  }
}
