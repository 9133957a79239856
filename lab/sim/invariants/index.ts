/** The eight invariants of the design, as one observer: the simulator's court. */
import type { Observer } from '../observer.ts';
import type { World } from '../world/world.ts';
import { allowListInvariant } from './allow-list.ts';
import { Court, type Invariant } from './court.ts';
import { fitnessInvariant } from './fitness.ts';
import { incidentsInvariant } from './incidents.ts';
import { leaseInvariant } from './lease.ts';
import { livenessInvariant } from './liveness.ts';
import { quietInvariant } from './quiet.ts';
import { restraintInvariant } from './restraint.ts';
import { switchoverInvariant } from './switchover.ts';
import { writersInvariant } from './writers.ts';

export interface CourtProps {
  readonly world: World;
  /** How far apart the clocks of two processes can be. Milliseconds. */
  readonly clockSpreadMs: number;
  /** Whether a watch is alive, and none was killed or frozen for a while. */
  readonly isManned: () => boolean;
  /** Whether nothing happens that anything may be moved for. */
  readonly isNoise: boolean;
}

/** A court in session: what it wants to be told, and its judgement. */
export interface Session {
  readonly court: Court;
  readonly observer: Observer;
  /** Checks what can be judged only when the history is over. */
  end(): void;
}

/** Opens the court over a world: it listens to every change from now on. */
export function openCourt({ world, clockSpreadMs, isManned, isNoise }: CourtProps): Session {
  const court = new Court(world, isManned);
  const invariants: readonly Invariant[] = [
    leaseInvariant(court),
    fitnessInvariant(court),
    writersInvariant(court),
    restraintInvariant(court, clockSpreadMs),
    livenessInvariant(court, isManned),
    switchoverInvariant(court),
    allowListInvariant(court),
    incidentsInvariant(court),
    ...(isNoise ? [quietInvariant(court)] : []),
  ];
  const each = (tell: (invariant: Invariant) => void) => {
    for (const invariant of invariants) tell(invariant);
  };
  world.onChange.push(() => {
    court.observe();
    each((invariant) => invariant.changed?.());
  });
  const observer: Observer = {
    acting: (call) => each((invariant) => invariant.acting?.(call)),
    vipMoved: (call, strange) => each((invariant) => invariant.vipMoved?.(call, strange)),
    saved: (process, before, after, epoch) => {
      each((invariant) => invariant.saved?.(process, before, after, epoch));
      court.follow(after);
    },
    leased: (process, lease) => {
      court.lead(process, lease.epoch);
      court.observe();
      each((invariant) => invariant.leased?.(process, lease));
    },
    published: (alert) => each((invariant) => invariant.published?.(alert)),
    ordered: (order) => {
      court.orders.set(order.id, order.order);
      each((invariant) => invariant.ordered?.(order));
    },
    looked: () => {},
    answerLost: () => {},
  };
  return { court, observer, end: () => each((invariant) => invariant.ended?.()) };
}
