/**
 * CPU and memory of the functions' processes over a time. An environment may come or go meanwhile, and the lease
 * goes from one watch to the other every minute, so all are sampled, and each sample counts for who led then.
 */
import type { Aws } from '../../lab/aws/start.ts';
import { environmentName } from '../../lab/deployment.ts';
import { functionNameOf } from '../../lib/stack/names.ts';
import { cpuSecondsOf, peakMemoryMb } from './processes.ts';

const SAMPLE_EVERY_MS = 500;

const watchName = functionNameOf(environmentName, 'watch');

export interface ProcessUsage {
  /** CPU seconds by role: `watch leading`, `watch contending`, or the name of a probe function. */
  readonly cpuSeconds: Readonly<Record<string, number>>;
  /** The most that one environment had resident, by function. Megabytes. */
  readonly peakMb: Readonly<Record<string, number>>;
}

export interface Meter {
  stop(): ProcessUsage;
}

/** Begins to measure. `leader` says whose watch leads at the moment, by the id of its invocation. */
export function startMeter({ lambda }: Aws, leader: () => string | null): Meter {
  const known = new Map<number, number>();
  const cpuSeconds: Record<string, number> = {};
  const peakMb: Record<string, number> = {};
  let begun = false;

  function sample(): void {
    for (const { name } of lambda.functions) {
      for (const { pid, requestId } of lambda.environments(name)) {
        const used = cpuSecondsOf(pid);
        if (used === null) continue;
        const role = roleOf(name, requestId === leader());
        // One that was not there at the beginning has used all of it since.
        const before = known.get(pid) ?? (begun ? 0 : used);
        known.set(pid, used);
        cpuSeconds[role] = (cpuSeconds[role] ?? 0) + used - before;
        peakMb[name] = Math.max(peakMb[name] ?? 0, peakMemoryMb(pid) ?? 0);
      }
    }
    begun = true;
  }

  sample();
  const timer = setInterval(sample, SAMPLE_EVERY_MS);
  return {
    stop() {
      clearInterval(timer);
      sample();
      return { cpuSeconds, peakMb };
    },
  };
}

function roleOf(name: string, leads: boolean): string {
  if (name !== watchName) return name;
  return leads ? 'watch leading' : 'watch contending';
}
