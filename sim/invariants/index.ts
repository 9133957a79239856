/** The invariants 1 to 9 and W1 to W9, as one observer: the simulator's court. */
import type { Observer } from '../observer.ts';
import type { SimWorld } from '../world/world.ts';
import { alertedInvariant } from './alerted.ts';
import { allowListInvariant } from './allow-list.ts';
import { asideInvariant } from './aside.ts';
import { type Attendance, Court, type Invariant } from './court.ts';
import { deadManInvariant } from './dead-man.ts';
import { effectInvariant } from './effect.ts';
import { fitnessInvariant } from './fitness.ts';
import { incidentsInvariant } from './incidents.ts';
import { leaseInvariant } from './lease.ts';
import { livenessInvariant } from './liveness.ts';
import { lossInvariant } from './loss.ts';
import { misconfiguredInvariant } from './misconfigured.ts';
import { pauseInvariant } from './pause.ts';
import { quietInvariant } from './quiet.ts';
import { recoveryInvariant } from './recovery.ts';
import { reopeningInvariant } from './reopening.ts';
import { restraintInvariant } from './restraint.ts';
import { rowsInvariant } from './rows.ts';
import { switchoverInvariant } from './switchover.ts';
import { writersInvariant } from './writers.ts';

export interface CourtProps {
  readonly world: SimWorld;
  /** How far apart the clocks of two processes can be. Milliseconds. */
  readonly clockSpreadMs: number;
  readonly crew: Attendance;
  /** Whether nothing happens that anything may be moved for. */
  readonly isNoise: boolean;
  /** Whether the environment file has wrong ids, so that nothing may be done. */
  readonly isMisconfigured: boolean;
}

/** A court in session: what it wants to be told, and its judgement. */
export interface Session {
  readonly court: Court;
  readonly observer: Observer;
  /** Checks what can be judged only when the history is over. */
  end(): void;
}

/** How often the court looks for what should have happened by now. Milliseconds. */
const tickMs = 1000;

/** Opens the court over a world: it listens to every change from now on. */
export function openCourt({ world, clockSpreadMs, crew, isNoise, isMisconfigured }: CourtProps): Session {
  const court = new Court(world, crew);
  const invariants: readonly Invariant[] = [
    leaseInvariant(court),
    fitnessInvariant(court),
    writersInvariant(court),
    restraintInvariant(court, clockSpreadMs),
    switchoverInvariant(court),
    allowListInvariant(court),
    incidentsInvariant(court),
    lossInvariant(court),
    rowsInvariant(court),
    effectInvariant(court),
    deadManInvariant(court),
    asideInvariant(court),
    ...(isMisconfigured
      ? [misconfiguredInvariant(court)]
      : [
          livenessInvariant(court, () => crew.isManned()),
          reopeningInvariant(court),
          pauseInvariant(court),
          alertedInvariant(court),
          recoveryInvariant(court),
        ]),
    ...(isNoise ? [quietInvariant(court)] : []),
  ];
  const each = (tell: (invariant: Invariant) => void) => {
    for (const invariant of invariants) tell(invariant);
  };
  world.onChange.push(() => {
    court.observe();
    each((invariant) => invariant.changed?.());
  });
  const tick = () => {
    world.advance();
    court.observe();
    each((invariant) => invariant.ticked?.());
    world.timeline.after(tickMs, tick);
  };
  world.timeline.after(tickMs, tick);
  const observer: Observer = {
    acting: (call) => each((invariant) => invariant.acting?.(call)),
    acted: (call, ok) => each((invariant) => invariant.acted?.(call, ok)),
    unsaved: (process) => each((invariant) => invariant.unsaved?.(process)),
    beat: (process) => each((invariant) => invariant.beat?.(process)),
    vipMoved: (call, strange) => {
      if (!strange) court.chronicle.entrusted = call.node;
      each((invariant) => invariant.vipMoved?.(call, strange));
    },
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
