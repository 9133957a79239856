/** Keeps a second execution environment of each probe function warm, for the commands of a plan. */
import type { Vantage } from '../../core/names.ts';
import type { LookTarget } from '../../watch/ports/database.ts';
import type { DatabaseProbeProps } from './database.ts';
import { look } from './send-look.ts';

/** One for looks, and one for commands. */
const ENVIRONMENTS = 2;
/** Lambda keeps an idle environment for minutes; this is well within. Milliseconds. */
const WARM_EVERY_MS = 60_000;
/** By then a leader that has just begun has carried out what it may have found to do. Milliseconds. */
const AFTER_MS = 2000;

/** Reports a look that has begun. */
export type Warmer = (vantage: Vantage, targets: readonly LookTarget[], looking: Promise<unknown>) => void;

/**
 * A look keeps its environment busy, so the first command of a plan would wait for a cold start, just when clients wait
 * too. So once a minute each function looks at one of the targets beside the held look, or, where its vantage rests, twice at once:
 * that loads, and runs once, the code that a command needs too. Not while anything is suspected, and never between two looks: Lambda
 * would give the next look the environment that was used last, which keeps no connection to the nodes.
 */
export function createWarmer(props: DatabaseProbeProps): Warmer {
  const warmedAtMs = new Map<Vantage, number>();
  const open = new Map<Vantage, number>();
  const count = (vantage: Vantage, change: number) => open.set(vantage, (open.get(vantage) ?? 0) + change);
  const planned = new Set<Vantage>();
  return (vantage, targets, looking) => {
    count(vantage, 1);
    void looking.finally(() => count(vantage, -1));
    const nowMs = props.clock.nowMs();
    const last = warmedAtMs.get(vantage);
    const isDue = last === undefined || nowMs - last >= WARM_EVERY_MS;
    if (!isDue || planned.has(vantage) || !targets.every(isCalm)) return;
    planned.add(vantage);
    // No other look follows it: it commits no heartbeat, and the probe keeps no connection for it.
    const one = targets
      .slice(0, 1)
      .map(({ pair }) => ({ pair, holder: null, seen: null, order: { kind: 'now' } }) as const);
    void props.clock.sleep(AFTER_MS).then(() => {
      planned.delete(vantage);
      const isBusy = (open.get(vantage) ?? 0) > 0;
      if (!isBusy && !targets.every(rests)) return;
      warmedAtMs.set(vantage, nowMs);
      for (let index = isBusy ? 1 : 0; index < ENVIRONMENTS; index += 1) void look(props, vantage, one);
    });
  };
}

function rests({ order: { kind } }: LookTarget): boolean {
  return kind === 'rest';
}

function isCalm({ order: { kind } }: LookTarget): boolean {
  return kind === 'held' || kind === 'rest' || kind === 'now';
}
