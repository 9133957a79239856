/** Keeps a second execution environment of each probe function warm, for the commands of a plan. */
import type { Vantage } from '../../core/names.ts';
import type { LookTarget } from '../../watch/ports.ts';
import type { DatabaseProbeProps } from './database.ts';
import { look } from './send-look.ts';

/** Lambda keeps an idle environment for minutes; this is well within. Milliseconds. */
const WARM_EVERY_MS = 60_000;
/** By then the held look has taken the environment that was warm already. Milliseconds. */
const AFTER_MS = 300;

/**
 * A held look keeps its environment busy, so the first command of a plan would wait for a cold start, just when
 * clients wait too. So once a minute, beside a held look, each function looks once at one of the targets: that
 * loads, and runs once, the code that a command needs too.
 */
export function createWarmer(
  props: DatabaseProbeProps,
): (vantage: Vantage, targets: readonly LookTarget[]) => void {
  const warmedAtMs = new Map<Vantage, number>();
  return (vantage, targets) => {
    const nowMs = props.clock.nowMs();
    const last = warmedAtMs.get(vantage);
    if (last !== undefined && nowMs - last < WARM_EVERY_MS) return;
    warmedAtMs.set(vantage, nowMs);
    // Nobody's next look: it commits no heartbeat, and the probe keeps no connection for it.
    const one = targets
      .slice(0, 1)
      .map(({ pair }) => ({ pair, holder: null, seen: null, order: { kind: 'now' } }) as const);
    void props.clock.sleep(AFTER_MS).then(() => look(props, vantage, one));
  };
}
