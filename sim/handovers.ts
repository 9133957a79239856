/** Changes of leadership that wait for what the record shows, so that they come when one leader knows what the next does not. */
import type { Memory } from '../lib/core/memory/memory.ts';
import type { Handover, Occasion } from './faults/fault.ts';
import type { Observer } from './observer.ts';
import type { Timeline } from './time.ts';

const shows: Readonly<Record<Occasion, (memory: Memory) => boolean>> = {
  loss: ({ lostAtMs }) => lostAtMs !== null,
  doubt: ({ receivedWhenLost }) => receivedWhenLost !== null,
  incident: ({ incident }) => incident !== null,
  unfit: ({ readiness }) => readiness !== null && !readiness.fit,
  'plan-begun': ({ plan }) => plan !== null,
  'plan-over': ({ plan }) => plan === null,
  'service-lost': ({ unservedSinceMs }) => unservedSinceMs !== null,
};

export class Handovers {
  readonly #timeline: Timeline;
  readonly #onDue: (handover: Handover) => void;
  #waiting: readonly Handover[] = [];

  constructor(timeline: Timeline, onDue: (handover: Handover) => void) {
    this.#timeline = timeline;
    this.#onDue = onDue;
  }

  arm(handover: Handover): void {
    this.#waiting = [...this.#waiting, handover];
  }

  /** The same observer, which notices what the record shows. */
  watching(observer: Observer): Observer {
    return {
      ...observer,
      saved: (process, before, after, epoch) => {
        observer.saved(process, before, after, epoch);
        if (this.#waiting.length > 0) this.#notice(before, after);
      },
    };
  }

  #notice(before: Memory, after: Memory): void {
    const isDue = ({ occasion }: Handover) => shows[occasion](after) && !shows[occasion](before);
    const due = this.#waiting.filter(isDue);
    if (due.length === 0) return;
    this.#waiting = this.#waiting.filter((handover) => !due.includes(handover));
    for (const handover of due) this.#timeline.after(handover.afterMs, () => this.#onDue(handover));
  }
}
