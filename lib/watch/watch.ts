/**
 * One invocation of watch: contend for the lease, and while it is ours, look, decide and act for every pair
 * of the environment. Two invocations are always alive; the one that does not lead contends.
 */
import type { Config } from '../core/config/config.ts';
import { allSafeguards, type Safeguards } from '../core/decision/safeguards.ts';
import { escalateAfterMsOf } from '../core/memory/escalation.ts';
import type { Step } from '../core/pair/pair.ts';
import { AlertDesk } from './alert-desk.ts';
import { LeaderLoops } from './leader-loops.ts';
import { contend, type HeldLease } from './lease.ts';
import type { Ports } from './ports/ports.ts';
import { Recruit } from './recruit.ts';

export interface WatchOptions {
  readonly config: Config;
  readonly ports: Ports;
  /** Our name in the lease: the id of the invocation. */
  readonly owner: string;
  /** When to stop leading (or contending), on the ports' clock. Milliseconds since 1970. */
  readonly deadlineMs: number;
  /** Aborted to stop sooner. */
  readonly stop?: AbortSignal;
  /** Only the simulator passes any. */
  readonly safeguards?: Safeguards;
  /** Only the simulator passes any: one that checks each step. */
  readonly step?: Step | undefined;
}

/** Why a leader's loops end: given, because the default reason is an error with a stack. */
const OVER = 'the leader stops';

/** How it went: led until its time was over, lost the lease and did not get it again, or never led. */
export type WatchEnd = 'led' | 'lost' | 'contended';

/**
 * Contends, leads, gives the lease back. A leader that loses the lease contends again, as the spare of the one that
 * took it. Rejects only for a bug; the world's errors are logged and retried.
 */
export async function runWatch(options: WatchOptions): Promise<WatchEnd> {
  const { ports, owner, deadlineMs } = options;
  let ledUnder = 0;
  for (;;) {
    const { safeguards = allSafeguards, stop } = options;
    const lease = await contend(ports, owner, deadlineMs, safeguards, stop, ledUnder);
    if (!lease) return ledUnder === 0 ? 'contended' : 'lost';
    ports.log.info(`leading under epoch ${lease.epoch}`, { owner });
    const lost = await lead(lease, options);
    ledUnder = lease.epoch;
    if (lost) {
      ports.log.warn(`lost the lease of epoch ${lease.epoch}, contending again`, { owner });
      continue;
    }
    await lease.release();
    ports.log.info(`gave the lease back after epoch ${lease.epoch}`, { owner });
    return 'led';
  }
}

/** Leads until the deadline or the loss of the lease; says whether it was lost. */
async function lead(lease: HeldLease, options: WatchOptions): Promise<boolean> {
  const { config, ports, deadlineMs, safeguards = allSafeguards } = options;
  const stop = new AbortController();
  let lost = false;
  const onLost = () => {
    lost = true;
    stop.abort(OVER);
  };
  options.stop?.addEventListener('abort', () => stop.abort(OVER), { once: true });
  if (options.stop?.aborted) stop.abort(OVER);
  const kept = lease.keep(stop.signal, onLost);
  const timed = ports.clock.sleep(deadlineMs - ports.clock.nowMs(), stop.signal).then(() => stop.abort(OVER));
  try {
    const desk = new AlertDesk(ports, safeguards);
    const loops = new LeaderLoops(config, ports, lease, desk, stop.signal);
    const onLooks = (hurries: boolean) => loops.reorder(hurries);
    const { step } = options;
    const escalateAfterMs = escalateAfterMsOf(config);
    const common = {
      ports,
      lease,
      safeguards,
      desk,
      escalateAfterMs,
      step,
      stop: stop.signal,
      onLooks,
      onSuperseded: onLost,
    };
    const recruits = config.pairs.map((pair) => new Recruit(pair, common, loops));
    await Promise.all(recruits.map((recruit) => recruit.enlist()));
    await Promise.all([loops.run(), ...recruits.map((recruit) => recruit.persist())]);
  } catch (error) {
    ports.log.error(`leading ended: ${String(error)}`);
  } finally {
    stop.abort(OVER);
    await Promise.all([kept, timed]);
  }
  return lost;
}
