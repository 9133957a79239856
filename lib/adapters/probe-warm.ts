/** Keeps a second execution environment of each probe function warm, for the commands of a plan. */
import type { Vantage } from '../core/names.ts';
import type { DatabaseProbeProps } from './database-probe.ts';
import { invokeProbe } from './probe-invoke.ts';

/** Lambda keeps an idle environment for minutes; this is well within. Milliseconds. */
const WARM_EVERY_MS = 60_000;
/** By then the held look has taken the environment that was warm already. Milliseconds. */
const AFTER_MS = 300;

/**
 * A held look keeps its environment busy, so the first command of a plan would wait for a cold start, just when
 * clients wait too. So once a minute, beside a held look, each function is asked to look at nothing.
 */
export function createWarmer(props: DatabaseProbeProps): (vantage: Vantage) => void {
  const warmedAtMs = new Map<Vantage, number>();
  return (vantage) => {
    const functionName = props.functions[vantage];
    const nowMs = props.clock.nowMs();
    const last = warmedAtMs.get(vantage);
    if (!functionName || (last !== undefined && nowMs - last < WARM_EVERY_MS)) return;
    warmedAtMs.set(vantage, nowMs);
    void props.clock
      .sleep(AFTER_MS)
      .then(() => invokeProbe(props.lambda, functionName, { kind: 'look', targets: [], holdMs: 0 }, 0));
  };
}
