/** Looks through a probe function: targets in, a report on every pair out. Never throws. */
import type { Pair } from '../../core/config/config.ts';
import type { Report, Saw, Sighting } from '../../core/evidence/sighting.ts';
import type { PairName, Vantage } from '../../core/names.ts';
import { holdMsOf, type LookOrder } from '../../core/pair/look-order.ts';
import { hasNoRoom } from '../../probe/errors.ts';
import type { ProbeTarget } from '../../probe/look-schemas.ts';
import type { ProbeCredentials } from '../../probe/protocol.ts';
import type { LookTarget } from '../../watch/ports/database.ts';
import type { DatabaseProbeProps } from './database.ts';
import { invokeProbe } from './invoke.ts';

type Reports = ReadonlyMap<PairName, Report>;

/**
 * Looks at the targets from one vantage. A pair whose credentials cannot be read, or of which the answer says
 * nothing, is blind alone; an invocation that fails makes all of them blind.
 */
export async function look(
  props: DatabaseProbeProps,
  vantage: Vantage,
  targets: readonly LookTarget[],
  signal?: AbortSignal,
): Promise<Reports> {
  const blind = (because: string) => blindReports(props, vantage, targets, because);
  if (signal?.aborted) return blind('the look was ended early');
  const looking = lookNow(props, vantage, targets, signal).catch((error: unknown) =>
    blind(error instanceof Error ? error.message : String(error)),
  );
  return signal ? Promise.race([looking, aborted(signal, () => blind('the look was ended early'))]) : looking;
}

async function lookNow(
  props: DatabaseProbeProps,
  vantage: Vantage,
  targets: readonly LookTarget[],
  signal?: AbortSignal,
): Promise<Reports> {
  const functionName = props.functions[vantage];
  if (!functionName)
    return blindReports(props, vantage, targets, `there is no probe function for ${vantage}`);
  const holdMs = holdMsOf(targets.map(({ order }) => order));
  const reports = new Map<PairName, Report>();
  const ready: ProbeTarget[] = [];
  await Promise.all(
    targets.map(async (target) => {
      const made = await probeTarget(props, target, holdMs > 0);
      if (typeof made === 'string') reports.set(target.pair.name, blindReport(props, vantage, made));
      else ready.push(made);
    }),
  );
  if (ready.length === 0) return reports;
  const request = { kind: 'look', targets: ready } as const;
  const invoked = await invokeProbe(props.lambda, functionName, request, holdMs, signal);
  const pairs = invoked.kind === 'answer' ? invoked.answer.pairs : {};
  const because = invoked.kind === 'answer' ? `${functionName} said nothing of the pair` : invoked.because;
  for (const { pair } of ready) {
    const sightings = pairs[pair];
    if (sightings) dropRefused(props, pair, sightings);
    reports.set(
      pair,
      sightings
        ? { kind: 'saw', vantage, atMs: props.clock.nowMs(), sightings }
        : blindReport(props, vantage, because),
    );
  }
  return reports;
}

/** A password may have been rotated: the next look reads it again. */
function dropRefused(props: DatabaseProbeProps, pair: PairName, sightings: readonly Sighting[]): void {
  if (sightings.some(({ saw }) => isRefused(saw))) props.credentials.drop(pair);
}

/** Connections that are kept live on after a change of the password, so fresh logins count too. */
function isRefused(saw: Saw): boolean {
  if (saw.kind !== 'answered') return saw.kind === 'locked-out';
  const { loginRefused } = saw.server;
  return loginRefused !== null && !hasNoRoom(loginRefused.errno);
}

/** The target as the probe takes it, or why its credentials cannot be had. */
async function probeTarget(
  props: DatabaseProbeProps,
  target: LookTarget,
  isHeld: boolean,
): Promise<ProbeTarget | string> {
  try {
    const credentials = (await props.credentials.read(target.pair)).expose();
    return toProbeTarget(target, credentials, isHeld);
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

function toProbeTarget(target: LookTarget, credentials: ProbeCredentials, isHeld: boolean): ProbeTarget {
  const pair: Pair = target.pair;
  const { lagLimitSeconds, lookLimitMs, lookIntervalMs } = pair.settings;
  return {
    pair: pair.name,
    port: pair.port,
    nodes: pair.nodes.map(({ name, address }) => ({ name, address })),
    holder: target.holder,
    seen: target.seen,
    writeProbe: pair.writeProbe,
    credentials,
    order: sentOrder(target.order, isHeld),
    settings: { lagLimitSeconds, lookLimitMs, lookIntervalMs },
  };
}

/** A pair that would rest alone does not end a look that is held for others. That a vantage rests, its probe need not know. */
function sentOrder(order: LookOrder, isHeld: boolean): ProbeTarget['order'] {
  if (order.kind !== 'rest') return order;
  return isHeld ? { kind: 'held', forMs: order.afterMs } : { kind: 'now' };
}

function blindReports(
  props: DatabaseProbeProps,
  vantage: Vantage,
  targets: readonly LookTarget[],
  because: string,
): Reports {
  return new Map(targets.map(({ pair }) => [pair.name, blindReport(props, vantage, because)]));
}

function blindReport(props: DatabaseProbeProps, vantage: Vantage, because: string): Report {
  return { kind: 'blind', vantage, atMs: props.clock.nowMs(), because };
}

function aborted<T>(signal: AbortSignal, value: () => T): Promise<T> {
  return new Promise((resolve) => {
    signal.addEventListener('abort', () => resolve(value()), { once: true });
  });
}
